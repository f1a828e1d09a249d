"""Name a new problem: what can be told apart, and by which labels."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.validators import slug_re
from django.db import IntegrityError, transaction

from classifier import policy
from classifier.models import Classifier, Label, User
from classifier.models.classifiers import AUTO, Kind

FEWEST_LABELS, MOST_LABELS = 2, 1000
LONGEST_LABEL, LONGEST_SLUG, LONGEST_TITLE = 100, 50, 200


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
    _check_labels(names)
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


def _check_labels(names: Sequence[str]) -> None:
    if not FEWEST_LABELS <= len(names) <= MOST_LABELS:
        raise BadClassifier("labels", f"Give {FEWEST_LABELS} to {MOST_LABELS:,} labels; these are {len(names):,}.")
    if any(not 1 <= len(name) <= LONGEST_LABEL for name in names):
        raise BadClassifier("labels", f"Each label needs 1 to {LONGEST_LABEL} characters.")
    if len({name.casefold() for name in names}) < len(names):
        twice = next(name for at, name in enumerate(names) if name.casefold() in {one.casefold() for one in names[:at]})
        raise BadClassifier("labels", f"The label {twice!r} is there twice. Name each thing once.")
