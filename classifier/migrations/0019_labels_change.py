import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import classifier.models.identifiers


class Migration(migrations.Migration):
    dependencies = [
        ("classifier", "0018_explanations"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="label",
            name="label_position_unique_in_classifier",
        ),
        migrations.AddField(
            model_name="label",
            name="became",
            field=models.ForeignKey(
                blank=True,
                help_text="What it is called now, if not so",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="classifier.label",
            ),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.UniqueConstraint(
                condition=models.Q(("became", None)),
                fields=("classifier", "position"),
                name="label_position_unique_in_classifier",
            ),
        ),
        migrations.CreateModel(
            name="LabelChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=classifier.models.identifiers.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("added", "Added"), ("renamed", "Renamed"), ("merged", "Merged")], max_length=10),
                ),
                ("old", models.CharField(blank=True, help_text="The name that is no choice any more", max_length=100)),
                ("new", models.CharField(max_length=100)),
                (
                    "samples",
                    models.PositiveIntegerField(
                        default=0, help_text="How many were labelled so, or in their owner's word, and moved"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="label_changes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "classifier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="label_changes", to="classifier.classifier"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
    ]
