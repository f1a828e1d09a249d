"""What the OpenAPI description cannot find out by itself."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from rest_framework.request import Request

from classifier.api.about import ABOUT
from classifier.api.code_samples import code_samples
from classifier.api.codes import CODES, as_text
from classifier.api.examples import error_example, example_of

JSON, TABLE, LINES, PICTURE = "application/json", "text/csv", "application/x-ndjson", "image/png"
EVENTS = "text/event-stream"
ANY_SITE = "https://doodles.example"
EVENT = {"type": "object", "properties": {name: {"type": "string"} for name in ("event", "data", "id")}}
Operation = dict[str, Any]

FIELDS = "Only these fields of each, separated by commas."
FORMAT = "Instead of `Accept`: a page as JSON, or all that is found as CSV or JSON lines."
IF_NONE_MATCH = "The ETag of what you have. If it is still that: 304."
AS_TABLE = "All that is found, not a page of it. Cells that a spreadsheet would take for formulas begin with an apostrophe."
AS_LINES = "All that is found, one object a line."


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "classifier.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class PasswordScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "classifier.api.tokens.PasswordAuthentication"
    name = "password"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "basic"}


class KnownFieldsAlone(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = "classifier.api.fields.Input"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        described: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**described, "additionalProperties": False}


def complete(result: dict[str, Any], request: Request | None = None, **_: Any) -> dict[str, Any]:
    """Add to every operation what holds of all: forms, conditions, errors with their codes, examples, and lines of code."""
    result["info"]["description"] = "\n\n".join([result["info"]["description"], ABOUT, as_text()])
    site = request.build_absolute_uri("/").rstrip("/") if request else ANY_SITE
    for path, method, operation in operations(result):
        operation["parameters"] = [
            one for one in operation.get("parameters", []) if one["name"] != "format" or "description" in one
        ]
        _complete_list(operation)
        _complete_conditions(method, operation)
        _complete_errors(operation)
        _complete_examples(operation, result["components"]["schemas"])
        operation["x-codeSamples"] = code_samples(site, path, method, operation, result["components"]["schemas"])
    result["components"]["responses"] = {_name_of(status): _error(status) for status in CODES}
    return result


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    for path, methods in description["paths"].items():
        yield from ((path, method, operation) for method, operation in methods.items())


def _complete_list(operation: Operation) -> None:
    content = operation["responses"].get("200", {}).get("content", {})
    if TABLE not in content:
        return
    for media_type, description in ((TABLE, AS_TABLE), (LINES, AS_LINES)):
        content[media_type] = {"schema": {"type": "string", "description": description}}
    operation["parameters"] += [
        _query("fields", FIELDS, {"type": "string"}),
        _query("format", FORMAT, {"type": "string", "enum": ["json", "csv", "jsonl"]}),
    ]


def _complete_conditions(method: str, operation: Operation) -> None:
    content = operation["responses"].get("200", {}).get("content", {})
    if method != "get" or not {JSON, PICTURE} & set(content):
        return
    etag = {"ETag": {"schema": {"type": "string"}, "description": "Stands for this very answer."}}
    operation["responses"]["200"].setdefault("headers", {}).update(etag)
    operation["responses"]["304"] = {"description": "You have it already.", "headers": etag}
    condition = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}, "description": IF_NONE_MATCH}
    operation["parameters"].append(condition)


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def _complete_errors(operation: Operation) -> None:
    """Those that the view names, and those that are possible everywhere of this kind."""
    responses = operation["responses"]
    for status in _possible(operation):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{_name_of(status)}"})
    for status, response in responses.items():
        plain = status.startswith(("4", "5")) and not response.get("description") and "$ref" not in response
        if plain and int(status) in CODES and "headers" not in response:
            responses[status] = {"$ref": f"#/components/responses/{_name_of(int(status))}"}
    if any(parameter["in"] == "query" for parameter in operation["parameters"]):
        responses["414"] = {"description": "The address is longer than 4,000 bytes."}
    operation["responses"] = dict(sorted(responses.items()))
    if not operation["parameters"]:
        del operation["parameters"]


def _possible(operation: Operation) -> Iterator[int]:
    places = {parameter["in"] for parameter in operation["parameters"]}
    yield from (400, 406)
    if operation.get("security") and {} not in operation["security"]:
        yield from (401, 403)
    if "path" in places:
        yield 404
    if "requestBody" in operation:
        yield from (413, 415)


def _name_of(status: int) -> str:
    return HTTPStatus(status).name.title().replace("_", "")


def _error(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ErrorAnswer"}
    codes = ", ".join(f"`{code}`" for code in CODES[status])
    return {"description": f"Codes: {codes}.", "content": {JSON: {"schema": schema, "example": error_example(status)}}}


def _complete_examples(operation: Operation, components: dict[str, Any]) -> None:
    """For every body that is described and has none."""
    bodies = [operation.get("requestBody", {}), *(operation["responses"].values())]
    for content in [body.get("content", {}) for body in bodies]:
        for media_type, described in content.items():
            if media_type == EVENTS:
                described["schema"] = EVENT
            if media_type in (JSON, "multipart/form-data") and "examples" not in described and "example" not in described:
                described["example"] = example_of(described["schema"], components)
