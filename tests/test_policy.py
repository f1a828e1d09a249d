"""How many pictures may come how fast."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.db import connection
from pytest_django import Settings

from classifier import policy
from classifier.actions.issue_token import issue_token
from classifier.models import Person, User
from tests import servers
from tests.clock import Clock
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def by_token(user: User) -> User:
    """The same person, behind a program of theirs."""
    token, _ = issue_token(by=user, name="program")
    same = User.objects.get(pk=user.pk)
    same.acting_token = token
    return same


def refusal(person: Person, pictures: int = 1) -> policy.TooManyPictures:
    with pytest.raises(policy.TooManyPictures) as caught:
        policy.require_pace(person, pictures)
    return caught.value


def send(person: Person, times: int, pictures: int = 1) -> None:
    for _ in range(times):
        policy.require_pace(person, pictures)


def test_five_seconds_worth_passes_at_once_and_no_more(owner: User, clock: Clock) -> None:
    send(owner, 250)
    assert refusal(owner).retry_after == 1
    assert "50 pictures a second" in str(refusal(owner))


def test_fifty_a_second_pass_for_ever(owner: User, clock: Clock) -> None:
    send(owner, 250)
    for _ in range(1000):
        clock.pass_by(0.02)
        send(owner, 1)
    refusal(owner)


def test_retry_after_is_exact(owner: User, clock: Clock, settings: Settings) -> None:
    settings.DOODLE_RATE = 2
    send(owner, 1, 64)
    wait = refusal(owner, 7).retry_after
    assert wait == 4
    clock.pass_by(3.499)
    refusal(owner, 7)
    clock.pass_by(0.001)
    send(owner, 1, 7)


def test_what_was_refused_does_not_count(owner: User, clock: Clock) -> None:
    send(owner, 249)
    for _ in range(20):
        refusal(owner, 2)
    send(owner, 1)


def test_a_rest_does_not_save_up_more_than_the_burst(owner: User, clock: Clock) -> None:
    send(owner, 1)
    clock.pass_by(3600)
    send(owner, 250)
    refusal(owner)


def test_a_full_batch_always_fits_after_a_rest(owner: User, clock: Clock, settings: Settings) -> None:
    settings.DOODLE_RATE = 1
    send(owner, 1, 64)
    refusal(owner)
    clock.pass_by(64)
    send(owner, 1, 64)


def test_no_rate_lets_nothing_pass_and_names_no_wait(owner: User, settings: Settings) -> None:
    settings.DOODLE_RATE = 0
    assert refusal(owner).retry_after is None


def test_a_program_at_its_limit_leaves_its_person_some(owner: User, clock: Clock) -> None:
    program = by_token(owner)
    send(program, 200)
    refusal(program)
    send(owner, 50)
    refusal(owner)


def test_tokens_together_get_no_more_than_the_account(owner: User, clock: Clock) -> None:
    one, two = by_token(owner), by_token(owner)
    send(one, 200)
    send(two, 50)
    refusal(two)
    clock.pass_by(1)
    send(two, 50)
    refusal(two)


def test_what_the_account_refuses_does_not_count_for_the_token(owner: User, clock: Clock) -> None:
    program = by_token(owner)
    send(owner, 250)
    for _ in range(10):
        refusal(program)
    clock.pass_by(5)
    send(program, 200)


def test_people_do_not_count_for_each_other(owner: User, stranger: User, clock: Clock) -> None:
    send(owner, 250)
    send(stranger, 250)


@pytest.fixture(params=["locmem", pytest.param("redis", marks=pytest.mark.redis)])
def _cache(request: pytest.FixtureRequest, settings: Settings) -> Iterator[None]:
    if request.param == "locmem":
        yield
        return
    with servers.redis() as url:
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}}
        yield
        caches["default"].close()


@pytest.mark.usefixtures("_cache")
def test_many_at_once_are_counted_each(clock: Clock) -> None:
    person = make_user()
    send(person, 50)
    passed = []

    def send_some() -> None:
        for _ in range(40):
            try:
                policy.require_pace(person)
                passed.append(1)
            except policy.TooManyPictures:
                pass
        connection.close()

    threads = [threading.Thread(target=send_some) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 200


def test_without_the_cache_pictures_pass(owner: User, settings: Settings) -> None:
    nobody = f"redis://127.0.0.1:{servers.free_port()}/0"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": nobody}}
    send(owner, 300)
    assert [allowance.name for allowance in policy.allowances(owner)] == ["kept"]
