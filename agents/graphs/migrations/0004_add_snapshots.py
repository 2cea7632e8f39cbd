from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("graphs", "0003_add_drafts"),
    ]

    operations = [
        migrations.AddField(
            model_name="graphversion",
            name="snapshot",
            field=models.CharField(
                db_default="",
                default="",
                editable=False,
                help_text="The digest of the draft that was run; empty for a version.",
                max_length=64,
            ),
        ),
        migrations.RemoveConstraint(
            model_name="graphversion", name="version_number_once_per_agent"
        ),
        migrations.AddConstraint(
            model_name="graphversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("snapshot", "")),
                fields=("agent", "version"),
                name="version_number_once_per_agent",
            ),
        ),
        migrations.AddConstraint(
            model_name="graphversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("snapshot", ""), _negated=True),
                fields=("agent", "snapshot"),
                name="version_one_snapshot_per_draft",
            ),
        ),
        migrations.AddConstraint(
            model_name="graphversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("snapshot", ""), ("is_active", False), _connector="OR"),
                name="version_snapshot_is_not_active",
            ),
        ),
        migrations.AddIndex(
            model_name="graphversion",
            index=models.Index(
                condition=models.Q(("snapshot", ""), _negated=True),
                fields=["created"],
                name="version_snapshots",
            ),
        ),
    ]
