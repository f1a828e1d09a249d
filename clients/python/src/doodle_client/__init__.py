"""Ask a Doodle Site what a drawing or a small photo shows."""

from doodle_client.answers import Guess, Image, NewToken, Page, Prediction, Problem, Review, Token, User
from doodle_client.async_client import AsyncClient
from doodle_client.batches import Outcome
from doodle_client.client import Client
from doodle_client.errors import (
    ApiError,
    BadAnswer,
    BadInput,
    DoodleError,
    NotAnswered,
    NotExplained,
    NotTrained,
    PredictionFailed,
    ServerUnreachable,
    TrainingFailed,
)
from doodle_client.explaining import Explanation, Neighbour, Rival, Shown
from doodle_client.judging import JudgedTogether, Refused, SampleNow, UndoneTogether
from doodle_client.paging import HistoryFilters, QueueFilters
from doodle_client.pictures import Picture
from doodle_client.release import VERSION as __version__
from doodle_client.retrying import Retries
from doodle_client.reviewing import Health, Known, Reviewer, Share
from doodle_client.shadows import ShadowDifference, ShadowPair, ShadowReport, ShadowSpeed
from doodle_client.workshop import (
    Classifier,
    ClassifierDetail,
    Label,
    LabelChange,
    ModelVersion,
    ModelVersionDetail,
    Sample,
    ToLabel,
    TrainingRun,
    TrainingRunDetail,
    Word,
)

__all__ = [
    "ApiError",
    "AsyncClient",
    "BadAnswer",
    "BadInput",
    "Classifier",
    "ClassifierDetail",
    "Client",
    "DoodleError",
    "Explanation",
    "Guess",
    "Health",
    "HistoryFilters",
    "Image",
    "JudgedTogether",
    "Known",
    "Label",
    "LabelChange",
    "ModelVersion",
    "ModelVersionDetail",
    "Neighbour",
    "NewToken",
    "NotAnswered",
    "NotExplained",
    "NotTrained",
    "Outcome",
    "Page",
    "Picture",
    "Prediction",
    "PredictionFailed",
    "Problem",
    "QueueFilters",
    "Refused",
    "Retries",
    "Review",
    "Reviewer",
    "Rival",
    "Sample",
    "SampleNow",
    "ServerUnreachable",
    "ShadowDifference",
    "ShadowPair",
    "ShadowReport",
    "ShadowSpeed",
    "Share",
    "Shown",
    "ToLabel",
    "Token",
    "TrainingFailed",
    "TrainingRun",
    "TrainingRunDetail",
    "UndoneTogether",
    "User",
    "Word",
    "__version__",
]
