"""The lines with which a program makes a call: curl, Python with requests, JavaScript in Node. The key is `DOODLE_TOKEN`.

The result page shows those that ask about its picture, and the description of the API has some for every operation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Caller(Enum):
    """Who says that they are the account: nobody, a token, or a name with its password."""

    NOBODY = "nobody"
    TOKEN = "token"  # noqa: S105  no secret
    PASSWORD = "password"  # noqa: S105


class Answer(Enum):
    """What comes back, and so what is done with it."""

    JSON = "json"
    GUESSES = "guesses"
    NOTHING = "nothing"
    FILE = "file"
    EVENTS = "events"


@dataclass(frozen=True)
class Call:
    """`body` is JSON; `form` and `files`, which are names of files, are a form."""

    method: str
    address: str
    caller: Caller = Caller.TOKEN
    answer: Answer = Answer.JSON
    body: Any = None
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> str:
        return json.dumps(self.body, separators=(",", ":"), ensure_ascii=False)


def programs(call: Call) -> dict[str, str]:
    """By the name of the language."""
    return {"curl": _curl(call), "Python": _python(call), "JavaScript": _javascript(call)}


def _curl(call: Call) -> str:
    plain = call.method == "GET" or (call.method == "POST" and (call.body is not None or call.files))
    lines = [f'curl {"" if plain else f"-X {call.method} "}"{call.address}"']
    if call.caller is Caller.TOKEN:
        lines.append('-H "Authorization: Bearer $DOODLE_TOKEN"')
    if call.caller is Caller.PASSWORD:
        lines.append('-u "ada:$DOODLE_PASSWORD"')
    if call.body is not None:
        quoted = call.json.replace("'", "'\\''")
        lines += ['-H "Content-Type: application/json"', f"-d '{quoted}'"]
    if call.files or call.form:
        sent = [*(f'-F "{name}=@{file}"' for name, file in call.files.items()), *(f"-F {k}={v}" for k, v in call.form.items())]
        lines.append(" ".join(sent))
    lines += {Answer.FILE: ["-OJ"], Answer.EVENTS: ["-N"]}.get(call.answer, [])
    return " \\\n  ".join(lines)


PYTHON_SHOWS = {
    Answer.JSON: "print(answer.json())",
    Answer.GUESSES: 'print(answer.json()["guesses"])',
    Answer.NOTHING: "print(answer.status_code)",
    Answer.FILE: 'open("answer", "wb").write(answer.content)',
    Answer.EVENTS: "for line in answer.iter_lines(decode_unicode=True):\n    print(line)",
}
PYTHON_CALLERS = {
    Caller.NOBODY: [],
    Caller.TOKEN: ["""headers={"Authorization": f"Bearer {os.environ['DOODLE_TOKEN']}"},"""],
    Caller.PASSWORD: ['auth=("ada", os.environ["DOODLE_PASSWORD"]),'],
}


def _python(call: Call) -> str:
    sent = list(PYTHON_CALLERS[call.caller])
    if call.body is not None:
        sent.append(f"json={call.body!r},")
    if call.form:
        sent.append(f"data={json.dumps(dict(call.form))},")
    if call.files:
        opened = ", ".join(f'"{name}": open("{file}", "rb")' for name, file in call.files.items())
        sent.append(f"files={{{opened}}},")
    if call.answer is Answer.EVENTS:
        sent.append("stream=True,")
    imports = "import requests" if call.caller is Caller.NOBODY else "import os\nimport requests"
    arguments = "\n    ".join([f'"{call.address}",', *sent])
    return f"{imports}\n\nanswer = requests.{call.method.lower()}(\n    {arguments}\n)\n{PYTHON_SHOWS[call.answer]}"


JAVASCRIPT_SHOWS = {
    Answer.JSON: "console.log(await answer.json());",
    Answer.GUESSES: "console.log((await answer.json()).guesses);",
    Answer.NOTHING: "console.log(answer.status);",
    Answer.FILE: "await writeFile('answer', Buffer.from(await answer.arrayBuffer()));",
    Answer.EVENTS: "for await (const piece of answer.body) process.stdout.write(piece);",
}
JAVASCRIPT_CALLERS = {
    Caller.NOBODY: [],
    Caller.TOKEN: ["Authorization: `Bearer ${process.env.DOODLE_TOKEN}`"],
    Caller.PASSWORD: ["Authorization: `Basic ${btoa(`ada:${process.env.DOODLE_PASSWORD}`)}`"],
}


def _javascript(call: Call) -> str:
    headers = [*JAVASCRIPT_CALLERS[call.caller], *(["'Content-Type': 'application/json'"] if call.body is not None else [])]
    options = [f"method: '{call.method}',"] if call.method != "GET" else []
    if headers:
        options.append(f"headers: {{ {', '.join(headers)} }},")
    if call.body is not None:
        options.append(f"body: JSON.stringify({call.json}),")
    if call.files:
        options.append("body,")
    given = ", {\n  " + "\n  ".join(options) + "\n}" if options else ""
    return f"{_prepared(call)}const answer = await fetch('{call.address}'{given});\n{JAVASCRIPT_SHOWS[call.answer]}"


def _prepared(call: Call) -> str:
    """What stands before the call: how files are read and written, and the form with them."""
    if call.answer is Answer.FILE:
        return "import { writeFile } from 'node:fs/promises';\n\n"
    if not call.files:
        return ""
    lines = ["import { openAsBlob } from 'node:fs';", "", "const body = new FormData();"]
    lines += [f"body.append('{name}', await openAsBlob('{file}'), '{file}');" for name, file in call.files.items()]
    lines += [f"body.append('{name}', '{value}');" for name, value in call.form.items()]
    return "\n".join([*lines, ""])
