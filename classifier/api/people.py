"""`/api/v1/users/`: sign up."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from classifier.actions.register_person import register_person
from classifier.api.errors import ErrorAnswer
from classifier.models import User


class SignUpThrottle(AnonRateThrottle):
    rate = "60/min"
    scope = "sign-up"


class UserInput(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=1024, trim_whitespace=False, write_only=True)


class UserOutput(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "username", "email")


class UserList(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (SignUpThrottle,)

    @extend_schema(request=UserInput, responses={201: UserOutput, 400: ErrorAnswer, 429: ErrorAnswer}, auth=[])
    def post(self, request: Request) -> Response:
        """Make an account. It can be used at once."""
        serializer = UserInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = register_person(**serializer.validated_data)
        return Response(UserOutput(user).data, status.HTTP_201_CREATED)
