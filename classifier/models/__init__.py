"""What is remembered, in the order of an image's life. Outsiders import from here."""

from classifier.models.batches import Batch, BatchFile
from classifier.models.classifiers import Classifier, Label
from classifier.models.explanations import Explanation, Neighbour
from classifier.models.fetches import Fetch
from classifier.models.idempotency import KeyedCall
from classifier.models.images import Image
from classifier.models.labels import LabelChange
from classifier.models.people import ApiToken, Person, User, Visitor
from classifier.models.predictions import Guess, Prediction, Status
from classifier.models.promotions import Promotion
from classifier.models.questions import Question
from classifier.models.reviews import Review
from classifier.models.samples import Sample
from classifier.models.shadows import ShadowAnswer
from classifier.models.training import RunStatus, TrainingRun, TrainingSet
from classifier.models.unpackings import Unpacking
from classifier.models.verdicts import State, Verdict
from classifier.models.versions import ModelVersion
from classifier.models.webhooks import Delivery, DeliveryStatus, Webhook
from classifier.models.workers import Job, Worker

__all__ = [
    "ApiToken",
    "Batch",
    "BatchFile",
    "Classifier",
    "Delivery",
    "DeliveryStatus",
    "Explanation",
    "Fetch",
    "Guess",
    "Image",
    "Job",
    "KeyedCall",
    "Label",
    "LabelChange",
    "ModelVersion",
    "Neighbour",
    "Person",
    "Prediction",
    "Promotion",
    "Question",
    "Review",
    "RunStatus",
    "Sample",
    "ShadowAnswer",
    "State",
    "Status",
    "TrainingRun",
    "TrainingSet",
    "Unpacking",
    "User",
    "Verdict",
    "Visitor",
    "Webhook",
    "Worker",
]
