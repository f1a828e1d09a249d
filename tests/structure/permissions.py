"""Who may call what: one line for every operation of the API. `test_permissions.py` tries them all."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from classifier.actions.create_webhook import create_webhook
from classifier.actions.issue_token import issue_token
from classifier.actions.review_image import Judgement, review_image, review_images
from classifier.models import Classifier, Delivery, Prediction, TrainingRun, User
from tests.factories import make_answer, make_batch, make_labels, make_prediction, make_reviewer, make_user, make_version

REVIEWERS, MAINTAINERS = frozenset({"reviewer", "admin"}), frozenset({"maintainer", "admin"})
ADMINISTRATORS = frozenset({"admin"})
EVERYBODY = frozenset({"owner", "stranger", "reviewer", "maintainer", "admin"})


@dataclass(frozen=True)
class Rule:
    """`scope` is what a token needs, None where nobody is asked. `thing` makes what the id in the address names.

    `only` may call it at all, others get 403; `open_to` reach other people's things too, others get 404.
    Where a foreign thing is no secret (`hides=False`), those others get 403. `also` are refusals that those whom the door
    lets in may get for another reason.
    """

    scope: str | None
    thing: Callable[[User], str] | None = None
    only: frozenset[str] = EVERYBODY
    open_to: frozenset[str] = frozenset()
    also: frozenset[int] = frozenset()
    hides: bool = True
    query: str = ""


def username(user: User) -> str:
    return user.username


def token(user: User) -> str:
    return str(issue_token(by=user, name="its own")[0].pk)


def addressed(path: str, thing: str) -> str:
    """The route's path for this very thing, by whatever it is named there; of its labels the last."""
    for name in ("{id}", "{slug}", "{username}"):
        path = path.replace(name, thing)
    return path.replace("{name}", "shed")


def answered(user: User) -> Prediction:
    """Judged by its owner, so that reviewers see it too."""
    make_labels("barn")
    prediction = make_answer(user)
    review_image(by=user, image=prediction.image, classifier=prediction.classifier, verdict="unusable")
    return prediction


def prediction(user: User) -> str:
    return str(answered(user).pk)


def queued(user: User) -> str:
    return str(make_prediction(user).pk)


def failed(user: User) -> str:
    return str(make_prediction(user, status="failed").pk)


def image(user: User) -> str:
    return str(answered(user).image_id)


def review(user: User) -> str:
    """Its owner's word: only they take it back, whoever sees it."""
    return str(answered(user).image.samples.get().reviews.get().pk)


def classifier(user: User) -> str:
    return make_labels("house").slug


def made_classifier(user: User) -> str:
    made = Classifier.objects.create(
        slug=f"of-{user.username}-{uuid.uuid4().hex[:6]}", title="Made", kind="drawing", made_by=user
    )
    for position, name in enumerate(("house", "barn", "shed")):
        made.labels.create(name=name, position=position)
    return made.slug


def run(user: User) -> str:
    made = Classifier.objects.get(slug=made_classifier(user))
    return str(TrainingRun.objects.create(classifier=made, requested_by=user, recipe="doodle-tiny").pk)


def batch(user: User) -> str:
    return str(make_batch(user, [answered(user)]).pk)


def webhook(user: User) -> str:
    return str(create_webhook(by=user, url="https://example.com/hook").pk)


def delivery(user: User) -> str:
    made = {"webhook_id": webhook(user), "event": "prediction", "subject": uuid.uuid4(), "payload": {}, "status": "failed"}
    return str(Delivery.objects.create(**made).pk)


def judged_together(user: User) -> str:
    """What a reviewer judged in one go."""
    sample = answered(make_user()).image.samples.get()
    verdicts = [Judgement(sample.pk, "corrected", "barn", sample.seen)]
    return str(review_images(by=make_reviewer(), judgements=verdicts).together)


def version(user: User) -> str:
    return str(make_version(card={"input": "bitmap", "title": "A network"}).pk)


RULES: dict[str, Rule] = {
    "POST users/": Rule(None),
    "GET users/": Rule("admin", only=ADMINISTRATORS),
    "PUT users/{username}/groups/": Rule("admin", username, only=ADMINISTRATORS, open_to=ADMINISTRATORS),
    "GET tokens/": Rule("read"),
    "POST tokens/": Rule("admin", also=frozenset({400})),
    "DELETE tokens/{id}/": Rule("admin", token),
    "GET predictions/": Rule("read"),
    "POST predictions/": Rule("predict"),
    "POST predictions/batch/": Rule("predict"),
    "POST predictions/again/": Rule("predict"),
    "GET predictions/{id}/": Rule("read", prediction),
    "DELETE predictions/{id}/": Rule("predict", prediction),
    "POST predictions/{id}/cancel/": Rule("predict", queued),
    "POST predictions/{id}/retry/": Rule("predict", failed),
    "GET images/{id}/": Rule("read", image, open_to=REVIEWERS),
    "DELETE images/{id}/": Rule("predict", image),
    "GET images/{id}/file/": Rule("read", image, open_to=REVIEWERS),
    "GET images/{id}/seen/": Rule("read", image, open_to=REVIEWERS),
    "GET images/{id}/heatmap/": Rule("read", image, open_to=REVIEWERS),
    "GET images/{id}/explanation/": Rule("read", image, open_to=REVIEWERS),
    "GET images/{id}/reviews/": Rule("read", image, open_to=REVIEWERS),
    "POST images/{id}/reviews/": Rule("review", image, open_to=REVIEWERS),
    "PUT images/{id}/known/": Rule("train", image, only=MAINTAINERS, open_to=MAINTAINERS, also=frozenset({409})),
    "POST reviews/{id}/undo/": Rule("review", review, open_to=REVIEWERS, also=frozenset({403})),
    "GET review/queue/": Rule("read", only=REVIEWERS),
    "POST review/next/": Rule("review", only=REVIEWERS),
    "GET review/reviewers/": Rule("read", only=MAINTAINERS),
    "GET classifiers/": Rule("read"),
    "GET classifiers/{slug}/": Rule("read", classifier, open_to=EVERYBODY),
    "PATCH classifiers/{slug}/": Rule("train", classifier, only=MAINTAINERS, open_to=MAINTAINERS),
    "GET classifiers/{slug}/health/": Rule("read", classifier, only=REVIEWERS, open_to=REVIEWERS),
    "GET classifiers/{slug}/labels/": Rule("read", classifier, open_to=EVERYBODY),
    "GET classifiers/{slug}/label-changes/": Rule("read", classifier, open_to=EVERYBODY),
    "POST classifiers/{slug}/labels/": Rule("train", made_classifier, open_to=MAINTAINERS, hides=False),
    "PATCH classifiers/{slug}/labels/{name}/": Rule("train", made_classifier, open_to=MAINTAINERS, hides=False),
    "POST classifiers/{slug}/labels/{name}/merge/": Rule("train", made_classifier, open_to=MAINTAINERS, hides=False),
    "POST classifiers/": Rule("train", only=MAINTAINERS),
    "POST classifiers/{slug}/samples/": Rule("train", made_classifier, open_to=MAINTAINERS, hides=False),
    "GET classifiers/{slug}/next-to-label/": Rule("read", made_classifier, open_to=MAINTAINERS, hides=False),
    "GET training-runs/": Rule("read"),
    "POST training-runs/": Rule("train", only=MAINTAINERS),
    "GET training-runs/{id}/": Rule("read", run, open_to=MAINTAINERS),
    "POST training-runs/{id}/cancel/": Rule("train", run, open_to=MAINTAINERS),
    "GET training-runs/{id}/events/": Rule("read", run, open_to=MAINTAINERS),
    "GET model-versions/": Rule("read"),
    "GET model-versions/{id}/": Rule("read", version, open_to=EVERYBODY),
    "GET model-versions/{id}/comparison/": Rule("read", version, open_to=EVERYBODY, also=frozenset({404})),
    "GET model-versions/{id}/confusion/": Rule("read", version, open_to=EVERYBODY),
    "POST model-versions/{id}/promote/": Rule("train", version, only=MAINTAINERS, open_to=MAINTAINERS),
    "POST model-versions/{id}/roll-back/": Rule("train", version, only=MAINTAINERS, open_to=MAINTAINERS),
    "GET model-versions/{id}/shadow/": Rule("read", version, only=MAINTAINERS, open_to=MAINTAINERS),
    "POST model-versions/{id}/shadow/": Rule("train", version, only=MAINTAINERS, open_to=MAINTAINERS),
    "POST model-versions/{id}/unshadow/": Rule("train", version, only=MAINTAINERS, open_to=MAINTAINERS),
    "GET predictions/{id}/events/": Rule("read", prediction),
    "GET batches/{id}/events/": Rule("read", batch),
    "GET batches/": Rule("read"),
    "POST batches/": Rule("predict"),
    "GET batches/{id}/": Rule("read", batch),
    "GET batches/{id}/results/": Rule("read", batch),
    "POST batches/{id}/cancel/": Rule("predict", batch),
    "POST classifiers/{slug}/imports/": Rule("train", made_classifier, open_to=MAINTAINERS, hides=False),
    "GET export/": Rule("review", only=REVIEWERS, query="?classifier=doodle&format=jsonl"),
    "GET webhooks/": Rule("read"),
    "POST webhooks/": Rule("predict"),
    "GET webhooks/{id}/": Rule("read", webhook),
    "DELETE webhooks/{id}/": Rule("predict", webhook),
    "POST webhooks/{id}/rotate/": Rule("predict", webhook),
    "GET webhooks/{id}/deliveries/": Rule("read", webhook),
    "POST deliveries/{id}/redeliver/": Rule("predict", delivery),
    "POST review/batch/": Rule("review", only=REVIEWERS),
    "POST review/batch/{id}/undo/": Rule("review", judged_together, only=REVIEWERS, open_to=REVIEWERS),
}
