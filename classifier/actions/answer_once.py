"""See to it that a call with an Idempotency-Key takes effect once."""

from __future__ import annotations

from typing import Any

from django.utils.crypto import salted_hmac

from classifier.models import KeyedCall, Person


class KeyReused(Exception):
    """The same key came with another request."""

    code = "idempotency_key_reused"


class KeyInUse(Exception):
    """The call with this key has not been answered."""

    code = "idempotency_key_in_use"


def begin_once(*, by: Person, key: str, request: bytes) -> tuple[KeyedCall, bool]:
    """The call that `key` stands for, and whether this is its first time; else it carries what was answered then.

    `request` is all that was asked, and is not kept. Raises KeyReused and KeyInUse.
    """
    fingerprint = salted_hmac("keyed call", request, algorithm="sha256").hexdigest()
    call, new = KeyedCall.objects.begin(by, key, fingerprint)
    if call.fingerprint != fingerprint:
        raise KeyReused("This Idempotency-Key was used for another request. Use a new key for each new request.")
    if not new and call.status is None:
        raise KeyInUse(
            "The call with this Idempotency-Key is under way, or broke off. Try again in a second; if it stays so, "
            "look whether it took effect, and use a new key."
        )
    return call, new


def keep_answer(*, call: KeyedCall, status: int, body: Any, headers: dict[str, str]) -> None:
    """Answer the same to the same call from now on."""
    call.keep(status, body, headers)


def forget_call(*, call: KeyedCall) -> None:
    """It took no effect: the key may be used again."""
    call.delete()
