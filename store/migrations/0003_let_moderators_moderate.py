"""Let the group of moderators decide about listings, and look at what they decide about."""

from typing import Any

from django.db import migrations

MODERATORS = "Moderators"
RIGHTS = (
    ("listing", "moderate_listing", "Can decide about listings"),
    ("listing", "view_listing", "Can view listing"),
    ("listingversion", "view_listingversion", "Can view version of a listing"),
    ("finding", "view_finding", "Can view finding"),
    ("decision", "view_decision", "Can view decision"),
    ("picture", "view_picture", "Can view picture"),
)


def allow(apps: Any, schema_editor: Any) -> None:
    kinds = apps.get_model("contenttypes", "ContentType").objects
    rights = apps.get_model("auth", "Permission").objects
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=MODERATORS)
    for model, codename, name in RIGHTS:
        kind, _ = kinds.get_or_create(app_label="store", model=model)
        right, _ = rights.get_or_create(
            content_type=kind, codename=codename, defaults={"name": name}
        )
        group.permissions.add(right)


class Migration(migrations.Migration):

    dependencies = [
        ("store", "0002_add_library_and_reviews"),
        ("accounts", "0005_add_moderators"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(allow, migrations.RunPython.noop, elidable=False)]
