"""`x-codeSamples` of the OpenAPI description: for every operation the lines that make its example call."""

from __future__ import annotations

from typing import Any

from classifier.api.examples import ID, example_of
from classifier.programs import Answer, Call, Caller, programs

IN_ADDRESS = {"id": ID, "slug": "doodle", "name": "cat", "username": "ada"}
FILES = {"image": "cat.png", "file": "pictures.zip"}
IN_QUERY = {"classifier": "doodle", "prediction": ID}
OF_TYPE = {"text/event-stream": Answer.EVENTS, "application/json": Answer.JSON}
HIGHLIGHTED = {"curl": "Shell", "Python": "Python", "JavaScript": "JavaScript"}
Operation = dict[str, Any]


def code_samples(site: str, path: str, method: str, operation: Operation, components: Operation) -> list[dict[str, str]]:
    """`site` is its address, without a path."""
    address = site + path.format(**IN_ADDRESS) + _query(operation)
    call = Call(method.upper(), address, _caller(method, operation), _answer(operation), **_sent(operation, components))
    return [{"lang": HIGHLIGHTED[name], "label": name, "source": lines} for name, lines in programs(call).items()]


def _query(operation: Operation) -> str:
    """Only what has to be there."""
    needed = [one for one in operation.get("parameters", []) if one["in"] == "query" and one.get("required")]
    given = [f"{one['name']}={IN_QUERY.get(one['name'], one['schema'].get('enum', ['text'])[0])}" for one in needed]
    return f"?{'&'.join(given)}" if given else ""


def _caller(method: str, operation: Operation) -> Caller:
    """The password is for the first token: with that, all else."""
    schemes = {name for scheme in operation.get("security", []) for name in scheme}
    if "password" in schemes and method == "post":
        return Caller.PASSWORD
    return Caller.TOKEN if "token" in schemes else Caller.NOBODY


def _answer(operation: Operation) -> Answer:
    answered = [answer.get("content", {}) for status, answer in operation["responses"].items() if status.startswith("2")]
    kinds = [kind for content in answered for kind in content]
    return OF_TYPE.get(kinds[0], Answer.FILE) if kinds else Answer.NOTHING


def _sent(operation: Operation, components: Operation) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    if described := content.get("application/json"):
        examples = [example["value"] for example in described.get("examples", {}).values()]
        return {"body": examples[0] if examples else example_of(described["schema"], components)}
    if described := content.get("multipart/form-data"):
        properties = components[described["schema"]["$ref"].rpartition("/")[2]]["properties"]
        files = {name: FILES[name] for name, one in properties.items() if one.get("format") == "binary"}
        return {"files": files, "form": {"classifier": "doodle"} if "classifier" in properties else {}}
    return {}
