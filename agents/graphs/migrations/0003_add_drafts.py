import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import kernel.fields


class Migration(migrations.Migration):
    dependencies = [
        ("graphs", "0002_add_agent_settings"),
    ]

    operations = [
        migrations.AddField(
            model_name="agent",
            name="revision",
            field=models.PositiveBigIntegerField(
                db_default=0,
                default=0,
                editable=False,
                help_text="Counts the changes of what an editor of the agent sees; see "
                "agents.graphs.drafts.",
            ),
        ),
        migrations.AddField(
            model_name="graphversion",
            name="from_revision",
            field=models.PositiveBigIntegerField(
                blank=True,
                editable=False,
                help_text="The agent's revision that was published as this version.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="graphversion",
            constraint=models.UniqueConstraint(
                fields=("agent", "from_revision"), name="version_published_once_per_revision"
            ),
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "agent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="draft",
                        serialize=False,
                        to="graphs.agent",
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        help_text="The version that was active when the draft was begun.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="graphs.graphversion",
                    ),
                ),
                (
                    "document",
                    kernel.fields.JSONText(
                        help_text="A version's document, and a name and a description."
                    ),
                ),
                (
                    "updated",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
            ],
        ),
    ]
