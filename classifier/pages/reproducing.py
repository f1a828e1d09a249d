"""The lines with which a program gets the answer that a page shows."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from classifier.models import Image, Prediction

LONGEST_STROKES = 30_000  # longer ones are sent as the picture they make: nobody pastes pages of numbers

CURL = """\
curl "{address}" \\
  -H "Authorization: Bearer $DOODLE_TOKEN" \\
  {sent}"""

PYTHON = """\
import os
import requests

answer = requests.post(
    "{address}",
    headers={{"Authorization": f"Bearer {{os.environ['DOODLE_TOKEN']}}"}},
    {sent},
)
print(answer.json()["guesses"])"""

JAVASCRIPT = """\
{before}const answer = await fetch('{address}', {{
  method: 'POST',
  headers: {{ Authorization: `Bearer ${{process.env.DOODLE_TOKEN}}`{type} }},
  body{body},
}});
console.log((await answer.json()).guesses);"""

FORM = """\
import {{ openAsBlob }} from 'node:fs';

const body = new FormData();
body.append('image', await openAsBlob('{file}'), '{file}');
body.append('classifier', '{classifier}');
"""


def programs_for(request: HttpRequest, image: Image, prediction: Prediction | None) -> dict[str, Any]:
    """What `partials/reproduce.html` shows; nothing where there is no picture, or nobody was asked."""
    if prediction is None or not image.width:
        return {}
    address = request.build_absolute_uri(f"{reverse('api:prediction-list')}?wait=10")
    slug, file = prediction.classifier.slug, f"{image.pk}.{image.content_type.removeprefix('image/')}"
    drawn = json.dumps({"classifier": slug, "strokes": image.strokes}, separators=(",", ":")) if image.strokes else ""
    if 0 < len(drawn) <= LONGEST_STROKES:
        return {"programs": _of_strokes(address, drawn)}
    return {"file": file, "programs": _of_file(address, slug, file)}


def _of_strokes(address: str, drawn: str) -> dict[str, str]:
    return {
        "curl": CURL.format(address=address, sent=f"-H \"Content-Type: application/json\" \\\n  -d '{drawn}'"),
        "Python": PYTHON.format(address=address, sent=f"json={drawn}"),
        "JavaScript": JAVASCRIPT.format(
            address=address, before="", type=", 'Content-Type': 'application/json'", body=f": JSON.stringify({drawn})"
        ),
    }


def _of_file(address: str, slug: str, file: str) -> dict[str, str]:
    upload = f'data={{"classifier": "{slug}"}},\n    files={{"image": open("{file}", "rb")}}'
    return {
        "curl": CURL.format(address=address, sent=f'-F "image=@{file}" -F classifier={slug}'),
        "Python": PYTHON.format(address=address, sent=upload),
        "JavaScript": JAVASCRIPT.format(address=address, before=FORM.format(file=file, classifier=slug), type="", body=""),
    }
