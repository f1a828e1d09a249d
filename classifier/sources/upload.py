"""A file from a form or a multipart request."""

from django.core.files.uploadedfile import UploadedFile

from classifier.ml.pixels import MAX_BYTES
from classifier.sources.submission import BadSubmission, Submission


def from_file(file: UploadedFile[bytes]) -> Submission:
    """What the file holds decides; its name and declared type do not matter. Raises BadSubmission."""
    if (file.size or 0) > MAX_BYTES:
        raise BadSubmission("image_too_large", f"A picture may have {MAX_BYTES // 1024**2} MB at most. Send a smaller one.")
    return Submission.of_picture(file.read(), "upload")
