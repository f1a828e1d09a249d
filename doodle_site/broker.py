"""The embedded broker: Kombu's folder of messages, with each message whole as soon as it can be seen.

Kombu creates a message's file first and fills it then; a worker that looked in between would read nothing, and end.
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # as Kombu itself does
        file = Path(self.data_folder_out) / f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        draft = file.with_suffix(".draft")  # the name of no queue's message
        draft.write_bytes(str_to_bytes(dumps(payload)))
        draft.rename(file)


class Transport(filesystem.Transport):
    Channel = Channel
