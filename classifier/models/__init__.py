"""What is remembered, in the order of an image's life. Outsiders import from here."""

from classifier.models.batches import Batch, BatchFile
from classifier.models.classifiers import Classifier, Label
from classifier.models.fetches import Fetch
from classifier.models.images import Image
from classifier.models.people import ApiToken, Person, User, Visitor
from classifier.models.predictions import Guess, Prediction, Status
from classifier.models.versions import ModelVersion
from classifier.models.workers import Worker

__all__ = [
    "ApiToken",
    "Batch",
    "BatchFile",
    "Classifier",
    "Fetch",
    "Guess",
    "Image",
    "Label",
    "ModelVersion",
    "Person",
    "Prediction",
    "Status",
    "User",
    "Visitor",
    "Worker",
]
