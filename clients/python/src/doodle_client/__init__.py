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
    PredictionFailed,
    ServerUnreachable,
)
from doodle_client.paging import HistoryFilters
from doodle_client.pictures import Picture
from doodle_client.release import VERSION as __version__
from doodle_client.retrying import Retries

__all__ = [
    "ApiError",
    "AsyncClient",
    "BadAnswer",
    "BadInput",
    "Client",
    "DoodleError",
    "Guess",
    "HistoryFilters",
    "Image",
    "NewToken",
    "NotAnswered",
    "Outcome",
    "Page",
    "Picture",
    "Prediction",
    "PredictionFailed",
    "Problem",
    "Retries",
    "Review",
    "ServerUnreachable",
    "Token",
    "User",
    "__version__",
]
