"""What a worker does. Celery finds the tasks here."""

from classifier.tasks import fetching, housekeeping, measuring, predicting, scoring, training

__all__ = ["fetching", "housekeeping", "measuring", "predicting", "scoring", "training"]
