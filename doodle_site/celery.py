"""The Celery app: `celery -A doodle_site worker`."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doodle_site.settings")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets every start with a page of notes

TRANSPORT_ALIASES["filesystem"] = "doodle_site.broker:Transport"

app = Celery("doodle_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["classifier"])
