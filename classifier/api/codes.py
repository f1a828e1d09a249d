"""Every `error.code` that the API answers with. They are stable: programs compare them."""

from __future__ import annotations

CODES: dict[int, dict[str, str]] = {
    400: {
        "invalid": "Fields or parameters are not right, or not known; `fields` says which and why.",
        "parse_error": "The body is no valid JSON in UTF-8, or no valid form.",
        "bad_request": "The request could not be understood.",
        "bad_charset": "The body is in another charset than UTF-8.",
        "too_many_fields": "The form has too many fields or files.",
        "one_picture_needed": "Send exactly one of `image`, `image_base64`, `image_url`, `strokes`.",
        "picture_needed": "This needs the picture itself, not its address.",
        "batch_size": "A batch has 1 to 64 pictures.",
        "bad_strokes": "The strokes are not well formed, or have no ink.",
        "bad_base64": "The text is not base64.",
        "bad_image": "The picture is broken and cannot be read.",
        "bad_url": "The address is none of http or https.",
        "bad_archive": "The archive is broken, or unpacks to too much.",
        "bad_array": "The NPZ does not hold the arrays that it should.",
        "bad_bulk_file": "The file is neither a ZIP nor an NPZ with pictures.",
        "bad_set": "The labelled set cannot be read, or has too many pictures.",
        "label_needed": "A picture has no label.",
        "import_refused": "The set was not imported; `fields.refused` names the pictures that it may not bring.",
        "bad_verdict": "The verdict cannot be given so; `fields` names what to change.",
        "bad_scopes": "The account may not give such scopes.",
        "bad_note": "The note is missing or too long.",
        "bad_classifier": "The classifier cannot be made so; `fields` names what to change.",
        "bad_label": "The labels cannot be changed so; `fields` names what to change.",
        "bad_reviewing": "The classifier cannot be reviewed so; `fields` names what to change.",
        "bad_recipe": "No recipe of that name trains this classifier.",
        "bad_count": "So many pictures cannot be proposed at once.",
        "unknown_label": "The classifier has no such label.",
    },
    401: {
        "not_authenticated": "Send a token, or sign in.",
        "authentication_failed": "The token is unknown, revoked or expired, or the password is wrong.",
    },
    403: {
        "permission_denied": "The token lacks the scope, or the session its CSRF token.",
        "not_allowed": "This person may not do this.",
        "reviewers_only": "Only reviewers may.",
        "maintainers_only": "Only maintainers may.",
        "administrators_only": "Only administrators may.",
        "too_many_webhooks": "The account has as many webhooks as it may have.",
        "too_many_reviews": "This image has been judged too often.",
    },
    404: {"not_found": "There is nothing here, or it is not yours."},
    405: {"method_not_allowed": "This address has other methods: see `Allow`."},
    406: {"not_acceptable": "The answer has no form that `Accept` names."},
    409: {
        "idempotency_key_reused": "The Idempotency-Key was used for another request.",
        "idempotency_key_in_use": "The call with this Idempotency-Key has not been answered.",
        "secret_shown_once": "The call with this Idempotency-Key took effect, and its secret is not shown again.",
        "stale_review": "The sample has changed since you looked; `fields` says what it is now.",
        "cannot_undo": "The verdict was taken back before, or another rests on it.",
        "not_decided": "Nobody has decided yet what the sample shows.",
        "not_queued": "The prediction does not wait any more.",
        "not_answered": "There is no answer yet that could be explained.",
        "cannot_explain": "The answer could not be explained; the message says why.",
        "not_failed": "Only what failed is asked once more.",
        "labelled_otherwise": "The picture has another label here already.",
        "cannot_cancel": "The training run has ended.",
        "too_few_pictures": "There are too few labelled pictures to train on.",
        "not_measured": "The version has not been measured on test pictures yet.",
        "gate_closed": "The version did not pass the gate; `fields` has the numbers.",
        "damaged_version": "A worker could not load the version.",
        "cannot_roll_back": "There is no earlier version to go back to.",
        "cannot_shadow": "The version cannot answer unseen beside the live one.",
    },
    412: {"precondition_failed": "It has changed since you saw the ETag that `If-Match` names."},
    413: {"too_large": "The request is too large.", "image_too_large": "The picture has too many bytes or pixels."},
    415: {
        "unsupported_media_type": "The body is of a type that this address does not take.",
        "unsupported_image": "The file is no picture of a known format.",
    },
    429: {
        "rate_limited": "Too many pictures, a second or in all: see `RateLimit`.",
        "throttled": "Too many sign-ups, or wrong passwords.",
    },
    500: {"server_error": "Something broke on our side."},
    503: {"no_worker": "Nobody could answer in time."},
}

OF_PREDICTIONS = {
    "no_worker": "It waits: no worker is running. Nothing is lost.",
    "cancelled": "It was taken back while it waited.",
    "crashed": "Several workers did not survive the picture.",
    "url_refused": "The address could not be fetched.",
}


def as_text() -> str:
    """For the description of the API."""
    lines = [f"| {status} | `{code}` | {why} |" for status, codes in CODES.items() for code, why in codes.items()]
    failed = [f"| `{code}` | {why} |" for code, why in OF_PREDICTIONS.items()]
    head = [
        "## Errors",
        'Every error is `{"error": {"code", "message", "fields"}}`. The codes are stable; the messages are for people.',
    ]
    between = "A prediction has an `error` of its own while nobody can answer it, and once it has failed: a code above, or"
    table = ["| status | code | what |", "| --- | --- | --- |"]
    of_predictions = ["| code | what |", "| --- | --- |", *failed]
    parts = ["\n".join(head), "<details><summary>All codes</summary>", "\n".join([*table, *lines])]
    return "\n\n".join([*parts, between, "\n".join(of_predictions), "</details>"])
