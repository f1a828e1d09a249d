"""Files that no row has any more."""

from __future__ import annotations

import io
import os
import time
import uuid
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files import File
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from classifier.actions import sweep_storage as sweeping
from classifier.actions.submit_bulk import submit_bulk
from classifier.actions.sweep_storage import sweep_storage
from classifier.models import Image, User
from classifier.models.images import IN_ROW_BYTES, folder_of
from classifier.tasks import housekeeping
from tests.factories import make_image

pytestmark = pytest.mark.django_db
LARGE = bytes(IN_ROW_BYTES + 1)


def kept(owner: User) -> Path:
    """The file of an image that is too large for its row, written two hours ago."""
    image = make_image(owner, strokes=None)
    image.keep(LARGE)
    image.save()
    return aged(Path(image.file.path))


def aged(file: Path, hours: float = 2) -> Path:
    os.utime(file, (time.time() - hours * 3600,) * 2)
    return file


def sweep_all() -> int:
    return sum(sweep_storage(step=step) for step in range(7, 7 + 256))


def test_files_of_images_stay(owner: User) -> None:
    files = [kept(owner) for _ in range(3)]
    assert sweep_all() == 0
    assert all(file.exists() for file in files)


def test_the_files_of_a_deleted_account_go(owner: User, stranger: User) -> None:
    gone, others = [kept(owner) for _ in range(3)], kept(stranger)
    owner.delete()
    assert sweep_all() == 3
    assert not any(file.exists() for file in gone)
    assert others.exists()


def test_a_file_whose_image_was_never_committed_goes_after_an_hour(owner: User) -> None:
    file = aged(kept(owner), hours=0.9)
    Image.objects.all().delete()
    assert sweep_all() == 0
    aged(file, hours=1.1)
    assert sweep_all() == 1


def test_a_file_whose_image_lives_in_its_row_goes(owner: User) -> None:
    """Whatever put it there: nothing reads it."""
    file = kept(owner)
    Image.objects.update(file="", pixels=b"small")
    assert sweep_all() == 1
    assert not file.exists()


def test_what_is_still_to_be_unpacked_stays_and_goes_with_its_account(owner: User) -> None:
    batch = submit_bulk(by=owner, classifier=None, file=File(io.BytesIO(b"an archive")), pictures=1)
    file = aged(Path(batch.unpacking.file.path))
    assert sweep_storage(step=0) == 0
    owner.delete()
    assert sweep_storage(step=0) == 1
    assert not file.exists()


def test_what_the_site_did_not_name_is_left_alone(settings: Settings) -> None:
    folder = Path(settings.MEDIA_ROOT) / folder_of(0)
    folder.mkdir(parents=True)
    (folder / "README").write_text("kept by hand")
    aged(folder / "README")
    assert sweep_all() == 0
    assert (folder / "README").exists()


def test_a_full_folder_is_looked_up_in_parts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(sweeping, "AT_ONCE", 2)
    folder = Path(settings.MEDIA_ROOT) / folder_of(3)
    folder.mkdir(parents=True)
    for number in range(5):
        (folder / str(uuid.UUID(int=256 * number + 3))).write_bytes(LARGE)
        aged(folder / str(uuid.UUID(int=256 * number + 3)))
    with django_assert_num_queries(3):
        assert sweep_storage(step=3) == 5


def test_a_worker_clears_expired_sessions_at_first_and_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    def expire() -> None:
        Session.objects.create(session_key=uuid.uuid4().hex, expire_date=timezone.now() - timedelta(seconds=1))

    monkeypatch.setattr(housekeeping, "_minutes", count())
    Session.objects.create(session_key="fresh", expire_date=timezone.now() + timedelta(days=1))
    expire()
    housekeeping.tidy()
    assert [session.session_key for session in Session.objects.all()] == ["fresh"]
    expire()
    for _ in range(24 * 60 - 1):
        housekeeping.tidy()
    assert Session.objects.count() == 2
    housekeeping.tidy()
    assert Session.objects.count() == 1


def test_a_worker_comes_to_all_folders(owner: User) -> None:
    files = [kept(owner) for _ in range(3)]
    owner.delete()
    for _ in range(256):
        housekeeping.tidy()
    assert not any(file.exists() for file in files)
