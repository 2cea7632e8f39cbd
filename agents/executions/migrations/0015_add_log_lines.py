import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("executions", "0014_tell_agents_of_runs")]

    operations = [
        migrations.CreateModel(
            name="LogLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "node_execution",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="log_lines",
                        to="executions.nodeexecution",
                    ),
                ),
                (
                    "attempted",
                    models.PositiveSmallIntegerField(help_text="Which try wrote it, from 1."),
                ),
                ("number", models.PositiveIntegerField()),
                ("written", models.DateTimeField(default=django.utils.timezone.now)),
                ("text", models.TextField()),
            ],
            options={"ordering": ["node_execution", "attempted", "number"]},
        ),
        migrations.AddConstraint(
            model_name="logline",
            constraint=models.UniqueConstraint(
                fields=("node_execution", "attempted", "number"), name="logline_once_per_try"
            ),
        ),
    ]
