"""Make an account, usable at once."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from classifier.models import User

TAKEN = {"username": "This username is taken. Choose another."}


def register_person(*, username: str, email: str, password: str) -> User:
    """Raises django.core.exceptions.ValidationError with the fields that are not acceptable."""
    user = User(username=username, email=email)
    problems = _problems(user, password)
    if EmailAddress.objects.filter(email__iexact=email).exists():
        problems.setdefault("email", ["An account with this e-mail address exists. Log in, or reset its password."])
    if problems:
        raise ValidationError(problems)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    except IntegrityError as error:  # somebody else took the name a moment ago
        raise ValidationError(TAKEN) from error
    return user


def _problems(user: User, password: str) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        problems = {("username" if name == "__all__" else name): list(found) for name, found in error.message_dict.items()}
    try:
        validate_password(password, user)
    except ValidationError as error:
        problems["password"] = list(error.messages)
    return problems
