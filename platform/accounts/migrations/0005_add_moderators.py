"""The group of the people who decide what others publish."""

from typing import Any

from django.db import migrations

MODERATORS = "Moderators"


def add(apps: Any, schema_editor: Any) -> None:
    apps.get_model("auth", "Group").objects.get_or_create(name=MODERATORS)


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("accounts", "0004_add_external_identities"),
    ]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=False)]
