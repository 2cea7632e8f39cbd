from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("graphs", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="agent",
            name="settings",
            field=models.JSONField(
                db_default={},
                default=dict,
                editable=False,
                help_text="What the owner set, as agents.graphs.settings reads it.",
            ),
        ),
    ]
