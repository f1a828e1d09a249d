"""The OpenAPI description says enough to work by: examples that fit, and every error code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from drf_spectacular.generators import SchemaGenerator

from classifier.api.codes import CODES, OF_PREDICTIONS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("classifier/actions", "classifier/api", "classifier/sources", "classifier/policy.py", "doodle_site/errors.py")
NO_EXAMPLE = "{} has no fitting example: {}. Write one into WRITTEN in classifier/api/examples.py."
NO_CODE = "{} is no code that classifier/api/codes.py lists: put it there, under its status, with what it means."
SAYS_CODE = {"BadSubmission": 0, "error_body": 0, "_json": 1, "fail": 0}


@cache
def description() -> Any:
    made: Any = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


def bodies() -> Iterator[tuple[str, Any]]:
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            parts = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for part, body in parts.items():
                if described := body.get("content", {}).get("application/json"):
                    yield f"{method.upper()} {path} {part}", described


def examples_of(described: Any) -> list[Any]:
    return [one["value"] for one in described.get("examples", {}).values()] or [described["example"]]


def test_every_body_has_an_example_that_fits() -> None:
    components = {"components": description()["components"]}
    for name, described in bodies():
        for example in examples_of(described):
            try:
                jsonschema.validate(example, {**described["schema"], **components}, jsonschema.Draft202012Validator)
            except jsonschema.ValidationError as error:
                pytest.fail(NO_EXAMPLE.format(name, error.message))


def test_it_speaks_openapi_3_1_and_names_every_operation_once() -> None:
    assert description()["openapi"].startswith("3.1")
    names = [operation["operationId"] for methods in description()["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))


def codes_in(tree: ast.AST) -> Iterator[str]:
    """`code = "…"` in a class, and the first text given to whatever says a code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("code", "default_code"):
            yield from _text(node.value)
        if isinstance(node, ast.Call):
            place = SAYS_CODE.get(ast.unparse(node.func).rpartition(".")[2], len(node.args))
            yield from [text for argument in node.args[place : place + 1] for text in _text(argument)]


def _text(node: ast.AST) -> list[str]:
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def test_every_error_code_is_listed() -> None:
    files = [file for room in ROOMS for file in ((ROOT / room).rglob("*.py") if (ROOT / room).is_dir() else [ROOT / room])]
    listed = {code for codes in CODES.values() for code in codes} | set(OF_PREDICTIONS)
    missing = {code for file in files for code in codes_in(ast.parse(file.read_text()))} - listed
    assert not missing, "\n".join(map(NO_CODE.format, sorted(missing)))
