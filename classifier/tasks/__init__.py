"""What a worker does. Celery finds the tasks here."""

from classifier.tasks import fetching, housekeeping, predicting

__all__ = ["fetching", "housekeeping", "predicting"]
