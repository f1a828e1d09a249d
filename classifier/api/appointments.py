"""`/api/v1/users/<username>/groups/`: an administrator appoints reviewers and maintainers."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.actions.appoint_person import GROUPS, appoint_person
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Input
from classifier.models import User


class PersonOutput(serializers.ModelSerializer[User]):
    groups = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "username", "email", "groups", "is_active", "is_superuser", "date_joined")

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(GROUPS)))
    def get_groups(self, person: User) -> list[str]:
        return sorted(group.name for group in person.groups.all() if group.name in GROUPS)


class GroupsInput(Input):
    groups = serializers.ListField(child=serializers.ChoiceField(GROUPS), help_text="All that the person is in afterwards.")


class UserGroups(APIView):
    scope = "admin"

    @extend_schema(request=GroupsInput, responses={200: PersonOutput, **dict.fromkeys((400, 401, 403, 404), ErrorAnswer)})
    def put(self, request: Request, username: str) -> Response:
        """For administrators: make somebody a reviewer or a maintainer, or no longer. Noted in the admin's log."""
        serializer = GroupsInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        person = appoint_person(by=caller(request), username=username, groups=serializer.validated_data["groups"])
        return Response(PersonOutput(person).data)
