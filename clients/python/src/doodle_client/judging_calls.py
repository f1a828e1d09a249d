"""What both clients can ask to judge by, and how they judge many at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from doodle_client.explaining import Explanation
from doodle_client.judging import JudgedTogether, UndoneTogether
from doodle_client.operations import Id
from doodle_client.plans import Plans
from doodle_client.retrying import Plan
from doodle_client.workshop import Sample

T = TypeVar("T")


class JudgingCalls(ABC):
    """Those of Client."""

    _plans: Plans

    @abstractmethod
    def _run(self, plan: Plan[T]) -> T: ...

    def explanation(self, image: Id, *, prediction: Id | None = None, label: str | None = None, wait: float = 30) -> Explanation:
        """Why the network said so of an image: of its last answer, or of this `prediction`; of the best guess, or this `label`.

        A worker makes it: waits so many seconds, and raises NotExplained after them; with 0 it returns at once as it stands. One
        that could not be made has an `error`.
        """
        return self._run(self._plans.explanation(image, prediction, label, wait))

    def heatmap(self, image: Id, *, prediction: Id | None = None, label: str | None = None, wait: float = 30) -> bytes:
        """Where in the image the evidence for a label is, as a PNG. As `explanation`; what could not be made is an ApiError."""
        return self._run(self._plans.heatmap(image, prediction, label, wait))

    def review_batch(
        self, samples: Sequence[Sample | Id], verdict: str, *, label: str | None = None, reason: str = ""
    ) -> JudgedTogether:
        """For reviewers, one verdict, as `review` has it, on up to 200 samples: of the queue, or their ids.

        A sample of the queue that has changed since is left as it is, and listed as stale.
        """
        return self._run(self._plans.review_batch(samples, verdict, label, reason))

    def undo_review_batch(self, together: Id) -> UndoneTogether:
        """Take all verdicts of `review_batch` back, but on what was judged again since."""
        return self._run(self._plans.undo_review_batch(together))


class AsyncJudgingCalls(ABC):
    """Those of AsyncClient."""

    _plans: Plans

    @abstractmethod
    async def _run(self, plan: Plan[T]) -> T: ...

    async def explanation(
        self, image: Id, *, prediction: Id | None = None, label: str | None = None, wait: float = 30
    ) -> Explanation:
        return await self._run(self._plans.explanation(image, prediction, label, wait))

    async def heatmap(self, image: Id, *, prediction: Id | None = None, label: str | None = None, wait: float = 30) -> bytes:
        return await self._run(self._plans.heatmap(image, prediction, label, wait))

    async def review_batch(
        self, samples: Sequence[Sample | Id], verdict: str, *, label: str | None = None, reason: str = ""
    ) -> JudgedTogether:
        return await self._run(self._plans.review_batch(samples, verdict, label, reason))

    async def undo_review_batch(self, together: Id) -> UndoneTogether:
        return await self._run(self._plans.undo_review_batch(together))
