"""A picture as base64 text, with or without `data:image/…;base64,` in front."""

import base64
import binascii
import re

from classifier.ml.pixels import MAX_BYTES
from classifier.sources.submission import BadSubmission, Submission

DATA_PREFIX = re.compile(r"\s*data:[\w./+-]*(?:;[\w.=+-]+)*,", re.ASCII)


def from_text(text: str) -> Submission:
    """Decode and check. Raises BadSubmission."""
    prefix = DATA_PREFIX.match(text)
    if prefix and "base64" not in prefix.group():
        raise BadSubmission("bad_base64", "The data: prefix must say base64, as in data:image/png;base64,….")
    payload = "".join(text[prefix.end() if prefix else 0 :].split())
    if len(payload) > (MAX_BYTES + 2) // 3 * 4:
        raise BadSubmission("image_too_large", f"A picture may have {MAX_BYTES // 1024**2} MB at most. Send a smaller one.")
    try:
        data = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSubmission("bad_base64", "The picture is not valid base64. Send the file's bytes as base64 text.") from error
    return Submission.of_picture(data, "base64")
