from django.urls import path

from classifier.pages import batch, draw, history, jobs, result, review, verdict

app_name = "pages"

urlpatterns = [
    path("", draw.draw, name="draw"),
    path("images/<uuid:id>/", result.result, name="result"),
    path("images/<uuid:id>/answer/", result.answer, name="answer"),
    path("images/<uuid:id>/file/", result.image_file, name="image-file"),
    path("images/<uuid:id>/seen/", result.image_seen, name="image-seen"),
    path("images/<uuid:id>/delete/", result.image_delete, name="image-delete"),
    path("images/<uuid:id>/ask/", result.image_ask, name="image-ask"),
    path("images/<uuid:id>/review/", verdict.image_review, name="image-review"),
    path("images/<uuid:id>/review/undo/", verdict.image_review_undo, name="image-review-undo"),
    path("review/", review.queue, name="review"),
    path("review/<uuid:id>/", review.sample, name="review-sample"),
    path("review/<uuid:id>/undo/", review.sample_undo, name="review-sample-undo"),
    path("predictions/<uuid:id>/cancel/", jobs.cancel, name="cancel"),
    path("predictions/<uuid:id>/retry/", jobs.retry, name="retry"),
    path("batches/<uuid:id>/", batch.batch, name="batch"),
    path("batches/<uuid:id>/answers/", batch.answers, name="batch-answers"),
    path("history/", history.history, name="history"),
]
