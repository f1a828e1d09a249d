"""The corpus of hostile and odd files: none breaks anything, and none that a strict decoder takes is refused.

All are opened; a part, the same in each run, also comes by the three ways that lead to the site. `python -m
benchmarks.hostile_files` sends all of them by all ways.
"""

from __future__ import annotations

import random

import pytest
from PIL import Image
from rest_framework.test import APIClient

from classifier.ml.pixels import MAX_SIDE, BadPicture, encode_picture, open_picture
from classifier.models import Classifier, User
from tests.conftest import signed_in
from tests.hosts import answering, host
from tests.sources import corpus
from tests.sources.judging import CODES, by_address, by_base64, by_upload, strictly_decodes

SENT = 120
POLYGLOTS = ("other/png-and-html", "other/png-with-html", "other/gif-and-script", "other/gif-as-script", "other/jpeg-and-zip")
Files = dict[str, bytes]

pytestmark = pytest.mark.filterwarnings("ignore")  # Pillow warns of much that it takes


@pytest.fixture(scope="module")
def files() -> Files:
    return dict(corpus.files())


@pytest.fixture(scope="module")
def sample(files: Files) -> Files:
    """Some of the whole, cut and flipped ones, and of all other kinds each that is not too many bytes to send."""
    chance = random.Random(corpus.SEED)
    many = [name for name in files if name.startswith(("whole", "cut", "flipped", "turned"))]
    others = [name for name, data in files.items() if name.startswith(("bomb", "other", "coloured")) and len(data) < 1_000_000]
    return {name: files[name] for name in [*chance.sample(many, SENT - len(others)), *others]}


@pytest.fixture
def caller(owner: User, doodle: Classifier) -> APIClient:
    return signed_in(owner)


def opened(data: bytes) -> Image.Image | str:
    """The picture, or the code of the refusal."""
    try:
        return open_picture(data)
    except BadPicture as refusal:
        return refusal.code


def test_there_are_some_two_thousand_and_they_are_the_same_each_time(files: Files) -> None:
    assert 1_900 < len(files) < 2_100
    again = corpus.files()
    assert all(next(again) == one for one in list(files.items())[:50])


def test_each_is_opened_or_refused_as_a_strict_decoder_would(files: Files) -> None:
    wrongly_refused, unbounded, unknown = [], [], []
    for name, data in files.items():
        seen = opened(data)
        if isinstance(seen, str):
            unknown += [name] if seen not in CODES else []
            wrongly_refused += [name] if not name.startswith("bomb") and strictly_decodes(data) else []
        elif seen.mode not in ("L", "RGB") or max(seen.size) > MAX_SIDE or seen.info:
            unbounded.append(name)
    assert (wrongly_refused, unbounded, unknown) == ([], [], [])


def test_what_is_whole_is_taken_and_what_is_no_picture_is_not(files: Files) -> None:
    verdicts = {name: opened(data) for name, data in files.items() if not name.startswith(("cut", "flipped"))}
    kinds = {name: name.partition("/")[0] for name in verdicts}
    assert [
        name for name, seen in verdicts.items() if kinds[name] in ("whole", "turned", "coloured") and isinstance(seen, str)
    ] == []
    taken = {name for name, seen in verdicts.items() if kinds[name] == "other" and not isinstance(seen, str)}
    assert taken == set(POLYGLOTS)


def test_what_is_cut_is_refused_unless_only_what_follows_the_picture_is_missing(files: Files) -> None:
    bases = dict(corpus.bases())
    for name, data in files.items():
        if name.startswith("cut") and not isinstance(seen := opened(data), str):
            whole = opened(bases[name.removeprefix("cut/").rpartition("-")[0]])
            assert not isinstance(whole, str)
            assert seen.tobytes() == whole.tobytes(), name


def test_nothing_of_a_file_but_its_picture_is_kept(files: Files) -> None:
    for name in POLYGLOTS:
        kept, _ = encode_picture(open_picture(files[name]))
        assert b"alert" not in kept
        assert b"PK\x03\x04" not in kept


@pytest.mark.django_db
def test_by_every_way_the_verdict_is_the_same(caller: APIClient, sample: Files) -> None:
    with host(answering()) as pictures:
        for name, data in sample.items():
            expected = opened(data)
            sent = [by_upload(caller, name, data), by_base64(caller, name, data), by_address(caller, name, data, pictures)]
            assert all(verdict.sound for verdict in sent), (name, sent)
            assert {verdict.code or "taken" for verdict in sent} == {expected if isinstance(expected, str) else "taken"}, (
                name,
                sent,
            )
