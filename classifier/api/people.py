"""`/api/v1/users/`: sign up, and for administrators who there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle

from classifier import policy
from classifier.actions.register_person import register_person
from classifier.api.appointments import PersonOutput
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Input, Text
from classifier.api.idempotency import IDEMPOTENCY_KEY, Idempotent
from classifier.api.lists import Listing
from classifier.models import User


class SignUpThrottle(AnonRateThrottle):
    rate = "60/min"
    scope = "sign-up"


class UserInput(Input):
    username = Text(max_length=150)
    email = serializers.EmailField(max_length=254)
    password = Text(max_length=1024, trim_whitespace=False, write_only=True)


class UserOutput(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "username", "email")


class UserList(Idempotent, Listing[User]):
    """For administrators: all accounts, the newest first, with the groups that they are in."""

    reading_scope = "admin"
    serializer_class = PersonOutput
    filter_backends = ()
    queryset = User.objects.none()
    throttle_classes = (SignUpThrottle,)

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Who signs up is nobody yet."""
        return [] if getattr(self.request, "method", "") == "POST" else super().get_authenticators()

    def get_permissions(self) -> Sequence[Any]:
        return [AllowAny()] if getattr(self.request, "method", "") == "POST" else super().get_permissions()

    def get_queryset(self) -> QuerySet[User]:
        policy.require_administrator(caller(self.request))
        return User.objects.prefetch_related("groups")

    @extend_schema(
        request=UserInput, parameters=[IDEMPOTENCY_KEY], responses={201: UserOutput, 409: ErrorAnswer, 429: ErrorAnswer}, auth=[]
    )
    def post(self, request: Request) -> Response:
        """Make an account. It can be used at once."""
        serializer = UserInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = register_person(**serializer.validated_data)
        return Response(UserOutput(user).data, status.HTTP_201_CREATED)
