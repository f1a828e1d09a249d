"""What a worker does. Celery finds the tasks here."""

from classifier.tasks import housekeeping, predicting

__all__ = ["housekeeping", "predicting"]
