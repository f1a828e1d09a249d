"""The networks that a worker holds. What answers is exchanged while it answers: nobody waits for a network to be loaded."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from django.db import connections

from classifier.ml.handover import BadCard
from classifier.models import ModelVersion

if TYPE_CHECKING:
    from classifier.ml.inference import Recognizer

AT_MOST = 8
AGAIN_AFTER_S = 10.0

logger = logging.getLogger(__name__)


class Answering(NamedTuple):
    version: ModelVersion
    recognizer: Recognizer


class Networks:
    """Versions never change, so what is loaded never goes stale; of more than `at_most` the one not asked for longest is dropped.

    One thread asks; another loads what is to come. TensorFlow comes in with the first: after the worker has forked.
    """

    def __init__(self, at_most: int | None = None) -> None:
        self._at_most = at_most or AT_MOST
        self._held: OrderedDict[uuid.UUID, Recognizer] = OrderedDict()
        self._last: dict[uuid.UUID, ModelVersion] = {}  # by classifier: what answered last
        self._tried: dict[uuid.UUID, float] = {}
        self._changing = threading.Lock()
        self._loading = threading.Lock()

    def answering(self, live: ModelVersion) -> Answering:
        """The live version once it is loaded, until then what answered before, and where its files are damaged the last good one.

        Raises BadCard where no version of the classifier can be loaded.
        """
        for version in (live, self._last.get(live.classifier_id)):
            if version and (recognizer := self._find(version)):
                if version.pk != live.pk:
                    self._load_soon(live)
                self._last[live.classifier_id] = version
                return Answering(version, recognizer)
        return self._first(live)

    def ready(self, version: ModelVersion) -> Recognizer:
        """This very version, loaded first where it is not: whoever asks waits. Raises BadCard."""
        return self._find(version) or self._load(version)

    def held(self, id: uuid.UUID) -> Recognizer | None:
        """What is loaded of a version, if it is, without counting as having been asked for."""
        with self._changing:
            return self._held.get(id)

    def keep_only(self, versions: Collection[uuid.UUID]) -> None:
        """Drop all others."""
        with self._changing:
            for id in self._held.keys() - set(versions):
                del self._held[id]

    def _first(self, live: ModelVersion) -> Answering:
        """While nothing is loaded that could answer, everybody waits."""
        for version in (live, *ModelVersion.objects.once_live(live.classifier)):
            try:
                recognizer = self._load(version)
            except BadCard:
                continue
            self._last[live.classifier_id] = version
            return Answering(version, recognizer)
        raise BadCard(f"No version of {live.classifier} can be loaded.")

    def _find(self, version: ModelVersion) -> Recognizer | None:
        with self._changing:
            if version.pk in self._held:
                self._held.move_to_end(version.pk)
            return self._held.get(version.pk)

    def _load_soon(self, version: ModelVersion) -> None:
        """In a thread of its own, one at a time; what failed is tried again after ten seconds."""
        if time.monotonic() - self._tried.get(version.pk, -AGAIN_AFTER_S) < AGAIN_AFTER_S or not self._loading.acquire(False):
            return
        self._tried[version.pk] = time.monotonic()
        threading.Thread(target=self._load_beside, args=(version,), name=f"load {version}", daemon=True).start()

    def _load_beside(self, version: ModelVersion) -> None:
        try:
            self._load(version)
        except BadCard:
            pass  # noted, and tried again
        except Exception:
            logger.exception("Loading %s failed and is tried again in %.0f s", version, AGAIN_AFTER_S)
        finally:
            self._loading.release()
            connections.close_all()  # this thread's

    def _load(self, version: ModelVersion) -> Recognizer:
        """Loaded and warm; whether its files are whole is noted for readiness. Raises BadCard."""
        from classifier.ml.inference import Recognizer

        try:
            version.check_files()
            recognizer = Recognizer(version.artifact)
        except (BadCard, OSError) as error:
            logger.error("%s cannot be loaded: %s", version, error)
            ModelVersion.objects.note_damage(version, str(error))
            raise BadCard(str(error)) from error
        ModelVersion.objects.note_damage(version, "")
        self._hold(version, recognizer)
        return recognizer

    def _hold(self, version: ModelVersion, recognizer: Recognizer) -> None:
        with self._changing:
            self._held[version.pk] = recognizer
            while len(self._held) > self._at_most:
                self._held.popitem(last=False)


networks = Networks()
"""Those of this process."""
