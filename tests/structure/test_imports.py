"""What must stay out of the web process stays out."""

from __future__ import annotations

import os
import subprocess
import sys

LOADED = """
import django, sys
django.setup()
import doodle_site.wsgi, doodle_site.urls, classifier.admin
import classifier.tasks  # as the fetcher does, which shares the image without TensorFlow
from django.urls import get_resolver
get_resolver().url_patterns
from django.test import RequestFactory
print(sorted({"tensorflow", "keras", "matplotlib", "sklearn"} & set(sys.modules)))
"""


def test_the_web_process_never_loads_tensorflow() -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "doodle_site.settings"}
    done = subprocess.run(
        [sys.executable, "-c", LOADED], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_machine_learning_works_without_django() -> None:
    code = "import classifier.ml.__main__, classifier.ml.training, sys; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
