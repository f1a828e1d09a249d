"""What the database holds of a classifier."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from classifier.models import Classifier

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("fields", [{"opinions": 0}, {"opinions": 6}, {"known_share": 51}], ids=str)
def test_the_database_knows_the_limits(doodle: Classifier, fields: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Classifier.objects.update(**fields)
