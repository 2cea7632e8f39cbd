import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Agent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "sample",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="The shipped sample that this agent was made from.",
                        max_length=100,
                        null=True,
                    ),
                ),
                (
                    "created",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "imported_with",
                    models.ForeignKey(
                        blank=True,
                        help_text="The agent whose file this sub-agent came in with.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sub_agents",
                        to="graphs.agent",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agents",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GraphVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("is_active", models.BooleanField(default=True)),
                ("name", models.CharField(max_length=255)),
                ("description", models.TextField(blank=True)),
                (
                    "document",
                    kernel.fields.JSONText(
                        help_text="Nodes and links, as agents.graphs.codec writes them."
                    ),
                ),
                ("forked_from_id", models.UUIDField(blank=True, null=True)),
                ("forked_from_version", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "created",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="graphs.agent",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="agent",
            constraint=models.UniqueConstraint(
                fields=("owner", "sample"), name="agent_sample_once_per_owner"
            ),
        ),
        migrations.AddIndex(
            model_name="graphversion",
            index=models.Index(
                condition=models.Q(("is_active", True)), fields=["-created"], name="version_newest"
            ),
        ),
        migrations.AddConstraint(
            model_name="graphversion",
            constraint=models.UniqueConstraint(
                fields=("agent", "version"), name="version_number_once_per_agent"
            ),
        ),
        migrations.AddConstraint(
            model_name="graphversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True)),
                fields=("agent",),
                name="version_one_active_per_agent",
            ),
        ),
        migrations.AddConstraint(
            model_name="graphversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="version_counts_from_one"
            ),
        ),
    ]
