"""`/api/v1/tokens/`: let programs act for you."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.authentication import BasicAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.actions.issue_token import issue_token
from classifier.actions.revoke_token import revoke_token
from classifier.api.authentication import TokenAuthentication, caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Input, Text
from classifier.api.idempotency import IDEMPOTENCY_KEY, Idempotent
from classifier.api.lists import Listing
from classifier.models import ApiToken, User
from classifier.models.people import SCOPES


class PasswordAuthentication(BasicAuthentication):
    """HTTP Basic, with the login page's limits on wrong passwords."""

    def authenticate_credentials(self, userid: str, password: str, request: Any = None) -> tuple[User, None]:
        try:
            user = get_adapter(request).authenticate(request, username=userid, password=password)
        except ValidationError as error:
            raise Throttled(60, "Too many wrong passwords. Wait a few minutes.") from error
        if not isinstance(user, User) or not user.is_active:
            raise AuthenticationFailed("Wrong username or password.")
        return user, None


class TokenInput(Input):
    name = Text(max_length=100)
    scopes = serializers.ListField(child=serializers.ChoiceField(SCOPES), required=False, allow_empty=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)

    def validate_expires_at(self, value: Any) -> Any:
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError("Give a time in the future.")
        return value


class TokenOutput(serializers.ModelSerializer[ApiToken]):
    scopes = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = ApiToken
        fields = ("id", "name", "scopes", "created_at", "expires_at", "last_used_at")


class NewTokenOutput(TokenOutput):
    token = serializers.CharField(help_text="Shown this once.")

    class Meta(TokenOutput.Meta):
        fields = (*TokenOutput.Meta.fields, "token")  # type: ignore[assignment]


class TokenList(Idempotent, Listing[ApiToken]):
    """Your tokens, without their secrets."""

    authentication_classes = (PasswordAuthentication, TokenAuthentication, SessionAuthentication)
    scope = "admin"
    shown_once = True
    serializer_class = TokenOutput
    filter_backends = ()
    queryset = ApiToken.objects.none()

    def get_queryset(self) -> Any:
        return ApiToken.objects.filter(user=caller(self.request))

    @extend_schema(
        request=TokenInput,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: NewTokenOutput, 409: ErrorAnswer, 429: ErrorAnswer},
    )
    def post(self, request: Request) -> Response:
        """Make a token, with your password (HTTP Basic) or your session. Its secret is shown this once."""
        serializer = TokenInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        token, secret = issue_token(by=caller(request), **serializer.validated_data)
        token.token = secret  # type: ignore[attr-defined]
        return Response(NewTokenOutput(token).data, status.HTTP_201_CREATED)


class TokenDetail(APIView):
    authentication_classes = TokenList.authentication_classes
    scope = "admin"

    @extend_schema(responses={204: None, 401: ErrorAnswer, 404: ErrorAnswer})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Revoke a token at once."""
        revoke_token(by=caller(request), token=ApiToken(pk=id))
        return Response(status=status.HTTP_204_NO_CONTENT)
