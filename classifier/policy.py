"""Who may do what. Every action asks here; pages ask only to hide a button."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db.models import Exists, OuterRef
from redis.exceptions import RedisError

from classifier.models import Classifier, Image, Person, Sample, Unpacking, User, Visitor
from classifier.models.batches import LONGEST_BATCH
from classifier.models.images import ImageQuerySet, belonging_to
from classifier.models.unpackings import MOST_UNDER_WAY

KEPT_S = 600  # longer than any burst lasts: the cache forgets whoever sends nothing

logger = logging.getLogger(__name__)


class NotAllowed(Exception):
    """This person may not do that; `code` is stable, the message says what would help."""

    code = "not_allowed"


class ReviewersOnly(NotAllowed):
    """Only those in the group of reviewers, and administrators, may."""

    code = "reviewers_only"


class MaintainersOnly(NotAllowed):
    """Only those in the group of maintainers, and administrators, may."""

    code = "maintainers_only"


class AdministratorsOnly(NotAllowed):
    """Only administrators may."""

    code = "administrators_only"


class TooManyPictures(NotAllowed):
    """The person sent more than the limits allow; `retry_after` is in seconds, None where waiting does not help."""

    code = "rate_limited"

    def __init__(self, message: str, retry_after: int | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Allowance:
    """What one limit leaves: of `quota` so many `remaining` now. With time, `quota` in `window` seconds, all again in `reset`."""

    name: str
    quota: int
    remaining: int
    window: int | None = None
    reset: int | None = None


@dataclass(frozen=True)
class Pace:
    """So many pictures a second in the long run, and after a rest as many at once as come up in `burst_s` seconds.

    The generic cell rate algorithm: the cache keeps the moment, in microseconds, at which everything is allowed again, and each
    picture puts it off. Redis counts for all processes; without it each web process counts alone. A count can be lost only
    where several processes meet after a rest.
    """

    name: str
    key: str
    burst_s: int

    @property
    def quota(self) -> int:
        return max(_rate() * self.burst_s, LONGEST_BATCH)

    @property
    def window(self) -> int:
        return math.ceil(self.quota / _rate())

    def wait_for(self, pictures: int) -> float:
        """Count them and return 0, or else the seconds after which they would fit."""
        now, cost = _microseconds(), _time_of(pictures)
        try:
            level = cache.incr(self.key, cost) - now
        except ValueError:  # nothing was sent lately
            level = 0
        if level < cost:
            level = cost
            cache.set(self.key, now + cost, KEPT_S)
        if level > _time_of(self.quota):
            self.give_back(pictures)
            return (level - _time_of(self.quota)) / 1e6
        cache.touch(self.key, KEPT_S)
        return 0

    def give_back(self, pictures: int) -> None:
        with suppress(ValueError):  # forgotten meanwhile
            cache.decr(self.key, _time_of(pictures))

    def allowance(self) -> Allowance:
        level = max(0, cache.get(self.key, 0) - _microseconds())
        remaining = (_time_of(self.quota) - level) // _time_of(1)
        return Allowance(self.name, self.quota, max(0, remaining), self.window, math.ceil(level / 1e6))


def _rate() -> int:
    rate: int = settings.DOODLE_RATE
    return rate


def _microseconds() -> int:
    return time.time_ns() // 1000


def _time_of(pictures: int) -> int:
    """How long so many put the moment off."""
    return pictures * 1_000_000 // _rate()


def _paces_of(by: Person) -> list[Pace]:
    """The account's, and one for the token that acts for it: a program at its limit leaves its person a second's worth."""
    account = Pace("pictures", f"pictures:{by.line}", burst_s=5)
    token = by.acting_token if isinstance(by, User) else None
    return [account, Pace("token", f"pictures:token:{token.pk}", burst_s=4)] if token else [account]


def require_pace(by: Person, pictures: int = 1) -> None:
    """Count one picture, or as many as came at once, against the person's rate and their token's. Raises TooManyPictures.

    What is refused does not count. Where the cache is away, everything passes: the limits guard the site, they do not stop it.
    """
    if _rate() <= 0:
        raise TooManyPictures("At most 0 pictures a second: no more are taken for now. Come back later.", None)
    try:
        _require_each(_paces_of(by), pictures)
    except RedisError as error:
        logger.warning("Pictures cannot be counted and pass (%s).", error)


def _require_each(paces: Sequence[Pace], pictures: int) -> None:
    for place, pace in enumerate(paces):
        if wait := pace.wait_for(pictures):
            for counted in paces[:place]:
                counted.give_back(pictures)
            raise _too_fast(pace, math.ceil(wait))


def _too_fast(pace: Pace, seconds: int) -> TooManyPictures:
    soon = f"{seconds} second{'s' if seconds > 1 else ''}"
    limits = f"At most {_rate()} pictures a second, and {pace.quota} at once."
    return TooManyPictures(f"{limits} Send this again in {soon}.", seconds)


def require_room_for_picture(by: Person, pictures: int = 1) -> None:
    """Count pictures that are new against the person's rate and quota. Raises TooManyPictures."""
    require_pace(by, pictures)
    if _kept(by) + pictures > settings.DOODLE_QUOTA:
        raise TooManyPictures(f"At most {settings.DOODLE_QUOTA:,} pictures are kept for one account. Delete some first.", None)


def require_room_for_bulk(by: User, pictures: int) -> None:
    """Count those that come in bulk against the quota, with those that are still to be unpacked. Raises TooManyPictures."""
    if Unpacking.objects.of(by).count() >= MOST_UNDER_WAY:
        raise TooManyPictures(
            f"At most {MOST_UNDER_WAY} files of one account are unpacked at once. Send it after one of them.", 60
        )
    if _kept(by) + Unpacking.objects.still_to_come(by) + pictures > settings.DOODLE_QUOTA:
        raise TooManyPictures(f"At most {settings.DOODLE_QUOTA:,} pictures are kept for one account. Delete some first.", None)


def allowances(by: Person) -> list[Allowance]:
    """What the limits leave this person; those that cannot be told are left out."""
    kept = Allowance("kept", settings.DOODLE_QUOTA, max(0, settings.DOODLE_QUOTA - _kept(by)))
    try:
        return [*(pace.allowance() for pace in _paces_of(by) if _rate() > 0), kept]
    except RedisError:
        return [kept]


def _kept(by: Person) -> int:
    return Image.objects.visible_to(by).count()


def owns(by: Person, image: Image) -> bool:
    return image.visitor == by.key if isinstance(by, Visitor) else image.owner_id == by.pk


def may_review(by: object) -> bool:
    """Decide on samples, whoever they belong to."""
    return isinstance(by, User) and by.is_reviewer


def may_maintain(by: object) -> bool:
    return isinstance(by, User) and by.is_maintainer


def decides_alone(by: object, classifier: Classifier) -> bool:
    """Whether this reviewer's verdict is final: where one opinion is enough, and a maintainer's everywhere."""
    return may_review(by) and (classifier.opinions == 1 or may_maintain(by))


def require_reviewer(by: object) -> None:
    """Raises ReviewersOnly."""
    if not may_review(by):
        raise ReviewersOnly("Only reviewers may do this. An administrator can put you into the group of reviewers.")


def require_administrator(by: object) -> None:
    """Raises AdministratorsOnly."""
    if not (isinstance(by, User) and by.is_superuser):
        raise AdministratorsOnly("Only administrators may do this. Ask one of them.")


def require_maintainer(by: object) -> None:
    """Raises MaintainersOnly."""
    if not may_maintain(by):
        raise MaintainersOnly("Only maintainers may do this. An administrator can put you into the group of maintainers.")


def may_train(by: object, classifier: Classifier) -> bool:
    """Give a classifier pictures and have it trained: a maintainer any, others the one that they made."""
    return may_maintain(by) or (isinstance(by, User) and classifier.made_by_id == by.pk)


def require_trainer(by: object, classifier: Classifier) -> None:
    """Raises MaintainersOnly."""
    if not may_train(by, classifier):
        raise MaintainersOnly(f"Only maintainers, and whoever made the classifier {classifier.slug}, may do this.")


def images_open_to(by: Person) -> ImageQuerySet:
    """A person's own; for a reviewer also those with something to judge."""
    own = belonging_to(by)
    if not may_review(by):
        return Image.objects.filter(own)
    return Image.objects.filter(own | Exists(Sample.objects.open_to_reviewers().filter(image=OuterRef("pk"))))
