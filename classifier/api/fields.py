"""Fields of input that take what the description says, and nothing like it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.utils import html

MOST_NAMED, LONGEST_NAME = 20, 100
ALWAYS_KNOWN = {"csrfmiddlewaretoken"}  # in the forms of a session


class Input(serializers.Serializer[Any]):
    """What a caller sends. A field that is not known is refused: one that is misspelt would be lost without a word."""

    def to_internal_value(self, data: Any) -> Any:
        """Raises ValidationError."""
        if isinstance(data, Mapping):
            refuse_unknown(data, self.fields)
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """Text. A number is none: whoever sends one has mixed something up."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """True or false; in a form, which has nothing but text, whatever means one of them."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, bool) and not html.is_html_input(self.root.initial_data):
            self.fail("invalid")
        return super().to_internal_value(data)


class Slug(Text, serializers.SlugField):
    """The name of a classifier, as addresses have it."""


def refuse_unknown(given: Iterable[str], known: Iterable[str]) -> None:
    """Raises ValidationError with the names that are not known, the first few of them."""
    unknown = sorted(set(given) - set(known) - ALWAYS_KNOWN)
    if unknown:
        message = f"There is no such field here. Choose from {', '.join(known)}."
        raise serializers.ValidationError({name[:LONGEST_NAME]: [message] for name in unknown[:MOST_NAMED]})
