from typing import Any

from django.db import migrations, models


def give_turns(apps: Any, schema_editor: Any) -> None:
    """What waits already is served first, in the order of its ids."""
    predictions = apps.get_model("classifier", "Prediction").objects
    predictions.filter(status__in=("queued", "running"), image__width__gt=0).update(turn=0)


class Migration(migrations.Migration):
    dependencies = [
        ("classifier", "0006_photos_and_choices"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="prediction",
            name="prediction_pending",
        ),
        migrations.AddField(
            model_name="prediction",
            name="line",
            field=models.UUIDField(
                editable=False, help_text="Whose: an account's, or an address's. Forgotten at the end", null=True
            ),
        ),
        migrations.AddField(
            model_name="prediction",
            name="turn",
            field=models.PositiveBigIntegerField(
                editable=False, help_text="The round in which it is served, if it can be", null=True
            ),
        ),
        migrations.AddField(
            model_name="worker",
            name="turn",
            field=models.PositiveBigIntegerField(editable=False, help_text="The last that it claimed", null=True),
        ),
        migrations.AddIndex(
            model_name="prediction",
            index=models.Index(
                condition=models.Q(("turn__isnull", False)), fields=["status", "turn", "id"], name="prediction_in_turn"
            ),
        ),
        migrations.AddIndex(
            model_name="prediction",
            index=models.Index(condition=models.Q(("turn__isnull", False)), fields=["line", "turn"], name="prediction_in_line"),
        ),
        migrations.RunPython(give_turns, migrations.RunPython.noop),
    ]
