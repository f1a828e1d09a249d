"""The one shape of every error: {"error": {"code", "message", "fields"}}."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, ValidationError
from django.http import Http404
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from classifier.actions.add_sample import LabelledOtherwise, UnknownLabel
from classifier.actions.answer_once import KeyInUse, KeyReused
from classifier.actions.appoint_person import UnknownGroup
from classifier.actions.cancel_prediction import CannotCancel
from classifier.actions.cancel_training import CannotCancel as CannotCancelRun
from classifier.actions.change_classifier import BadReviewing
from classifier.actions.create_classifier import BadClassifier
from classifier.actions.explain_prediction import NotAnswered, UnknownGuess
from classifier.actions.import_samples import ImportRefused
from classifier.actions.issue_token import BadScopes
from classifier.actions.mark_known import NotDecided
from classifier.actions.promote_version import BadNote, DamagedVersion, GateClosed
from classifier.actions.propose_pictures import BadCount
from classifier.actions.request_training import BadRecipe, CannotTrain
from classifier.actions.retry_prediction import CannotRetry
from classifier.actions.review_image import BadVerdict, StaleReview
from classifier.actions.roll_back import CannotRollBack
from classifier.actions.shadow_version import CannotShadow
from classifier.actions.submit_image import IdempotencyKeyReused
from classifier.actions.undo_review import CannotUndo
from classifier.ml.gate import BadAnswers
from classifier.models.labels import BadLabel
from classifier.policy import NotAllowed, TooManyPictures
from classifier.serving import status_of_refusal
from classifier.sources.submission import BadSubmission

TOO_LARGE = "The request is larger than 15 MB. Send a picture of 10 MB at most."
MOST_REFUSALS = 100
TOO_MANY = "The form has too many fields or files. At most 64 pictures go into one request."


class ErrorDetail(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Stable: programs may compare it.")
    message = serializers.CharField(help_text="One sentence for people: what to do.")
    fields = serializers.DictField(help_text="Per field, what is wrong with it.")  # type: ignore[assignment]


class ErrorAnswer(serializers.Serializer[Any]):
    error = ErrorDetail()


def error_body(code: str, message: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what actions and the framework raise into the one shape; None lets an unforeseen error become a 500."""
    for answered in (_our_own, _about_keys, _about_sets, _about_versions, _about_training, _djangos):
        if known := answered(error):
            return known
    response = default_handler(error, context)
    if response is not None and isinstance(error, exceptions.APIException):
        response.data = _of_framework(error)
    return response


def _our_own(error: Exception) -> Response | None:
    match error:
        case BadSubmission():
            return Response(error_body(error.code, str(error)), status_of_refusal(error))
        case IdempotencyKeyReused() | CannotUndo() | CannotCancel() | CannotRetry() | NotAnswered():
            return Response(error_body(error.code, str(error)), status.HTTP_409_CONFLICT)
        case StaleReview():
            return Response(error_body(error.code, str(error), _what_changed(error)), status.HTTP_409_CONFLICT)
        case BadVerdict():
            return Response(error_body(error.code, str(error), {error.field: [str(error)]}), 400)
        case TooManyPictures():
            headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
            return Response(error_body(error.code, str(error)), status.HTTP_429_TOO_MANY_REQUESTS, headers=headers)
        case NotAllowed():
            return Response(error_body(error.code, str(error)), status.HTTP_403_FORBIDDEN)
        case BadScopes():
            return Response(error_body("bad_scopes", str(error), {"scopes": [str(error)]}), 400)
    return None


def _about_sets(error: Exception) -> Response | None:
    """The first of what a labelled set may not bring, by name."""
    if not isinstance(error, ImportRefused):
        return None
    refused = [asdict(one) for one in error.refused[:MOST_REFUSALS]]
    return Response(error_body(error.code, str(error), {"refused": refused}), 400)


def _about_keys(error: Exception) -> Response | None:
    if isinstance(error, KeyReused | KeyInUse):
        headers = {"Retry-After": "1"} if isinstance(error, KeyInUse) else {}
        return Response(error_body(error.code, str(error)), status.HTTP_409_CONFLICT, headers=headers)
    return None


def _what_changed(error: StaleReview) -> dict[str, Any]:
    """The sample as it is now: `seen` is what to send once somebody has looked at it."""
    now, last = error.sample, error.last
    said = {"verdict": last.verdict, "label": last.label.name if last.label else None} if last else None
    return {"seen": now.seen, "state": now.state, "label": now.label.name if now.label else None, "last": said}


def _about_versions(error: Exception) -> Response | None:
    match error:
        case CannotRollBack() | DamagedVersion() | CannotShadow():
            return Response(error_body(error.code, str(error)), status.HTTP_409_CONFLICT)
        case GateClosed():
            numbers = error.comparison.numbers() if error.comparison else {}
            return Response(error_body(error.code, str(error), numbers), status.HTTP_409_CONFLICT)
        case BadAnswers():
            return Response(error_body("not_measured", str(error)), status.HTTP_409_CONFLICT)
        case BadNote():
            return Response(error_body(error.code, str(error), {"note": [str(error)]}), 400)
    return None


def _about_training(error: Exception) -> Response | None:
    match error:
        case LabelledOtherwise() | NotDecided() | CannotTrain() | CannotCancelRun():
            return Response(error_body(error.code, str(error)), status.HTTP_409_CONFLICT)
        case BadClassifier() | BadLabel() | BadReviewing() | BadRecipe() | BadCount():
            return Response(error_body(error.code, str(error), {error.field: [str(error)]}), 400)
        case UnknownLabel() | UnknownGuess() | UnknownGroup():
            return Response(error_body(error.code, str(error), {error.field: [str(error)]}), 400)
    return None


def _djangos(error: Exception) -> Response | None:
    match error:
        case RequestDataTooBig():
            return Response(error_body("too_large", TOO_LARGE), status.HTTP_413_REQUEST_ENTITY_TOO_LARGE)
        case TooManyFieldsSent() | TooManyFilesSent():
            return Response(error_body("too_many_fields", TOO_MANY), 400)
        case ObjectDoesNotExist() | Http404():
            return Response(error_body("not_found", "There is nothing here, or it is not yours."), 404)
        case ValidationError():
            return Response(error_body("invalid", "Some fields are not right.", error.message_dict), 400)
    return None


def _of_framework(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        return error_body("invalid", "Some fields are not right.", dict(fields))
    code = error.get_codes()
    return error_body(code if isinstance(code, str) else "invalid", str(error.detail))
