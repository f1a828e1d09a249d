from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GROUPS = ("reviewers", "maintainers")


def make_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name in GROUPS:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("classifier", "0004_samples_and_reviews"),
    ]

    operations = [
        migrations.RunPython(make_groups, migrations.RunPython.noop),  # who is in them is not ours to forget
    ]
