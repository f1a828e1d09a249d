"""Name a new problem: what can be told apart, and by which labels."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.validators import slug_re
from django.db import IntegrityError, transaction

from classifier import policy
from classifier.models import Classifier, Label, User
from classifier.models.classifiers import AUTO, Kind, problem_of_names, problem_of_number

LONGEST_SLUG, LONGEST_TITLE = 50, 200


class BadClassifier(ValueError):
    """A classifier that cannot be; `field` is what to change."""

    code = "bad_classifier"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def create_classifier(*, by: User, slug: str, title: str, kind: str, labels: Sequence[str]) -> Classifier:
    """The classifier with its labels in this order, without a version yet. Raises policy.MaintainersOnly and BadClassifier."""
    policy.require_maintainer(by)
    names = [name.strip() for name in labels]
    _check_fields(slug, title.strip(), kind)
    if problem := problem_of_number(len(names)) or problem_of_names(names):
        raise BadClassifier("labels", problem)
    try:
        with transaction.atomic():
            classifier = Classifier.objects.create(slug=slug, title=title.strip(), kind=kind, made_by=by)
            Label.objects.bulk_create(Label(classifier=classifier, position=at, name=name) for at, name in enumerate(names))
    except IntegrityError:
        raise BadClassifier("slug", f"There is a classifier {slug!r} already. Choose another slug.") from None
    return classifier


def _check_fields(slug: str, title: str, kind: str) -> None:
    if slug == AUTO or len(slug) > LONGEST_SLUG or not slug_re.match(slug):
        needed = f"1 to {LONGEST_SLUG} letters, digits, - and _, but not {AUTO!r}"
        raise BadClassifier("slug", f"{slug[:LONGEST_SLUG]!r} cannot be a slug: give {needed}.")
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise BadClassifier("title", f"Give a title of 1 to {LONGEST_TITLE} characters.")
    if kind not in Kind.values:
        raise BadClassifier("kind", f"There is no kind {kind!r}. Choose {' or '.join(Kind.values)}.")
