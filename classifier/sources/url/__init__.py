"""A picture at an address on the web. `docs/decisions/guarded-client.md` says what is guarded against, and why by hand.

`from_address` only looks at the text, in the web process; `bring` fetches, in a worker.
"""

from __future__ import annotations

import threading
import uuid

from classifier.sources.submission import Submission
from classifier.sources.url.address import parse
from classifier.sources.url.client import Rules, fetch

_decoding = threading.Lock()  # many may wait for hosts at once, but one picture of 40 megapixels in memory is enough


def from_address(text: str) -> Submission:
    """A submission whose picture is still to be fetched. Raises BadSubmission."""
    parse(text)
    sha256 = str(uuid.uuid4())  # like no other's, until the picture is here: the address may show another one each time
    return Submission(source="url", sha256=sha256, width=0, height=0, content_type="", url=text)


def bring(url: str, rules: Rules) -> Submission:
    """The picture at the address. Raises BadSubmission."""
    content = fetch(url, rules)
    with _decoding:
        return Submission.of_picture(content, "url")
