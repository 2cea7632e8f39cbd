import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q

COUNT = """
UPDATE executions_execution run
SET suspended = found.waiting, idle = found.waiting >= run.unfinished
FROM (
  SELECT execution_id, count(*) AS waiting FROM executions_nodeexecution
  WHERE status = 'WAITING' GROUP BY execution_id
) found
WHERE found.execution_id = run.id AND run.ended_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("executions", "0007_add_replays"),
        ("graphs", "0002_add_agent_settings"),
        ("accounts", "0002_add_limit_of_runs"),
    ]

    operations = [
        migrations.AddField(
            model_name="execution",
            name="admitted_at",
            field=models.DateTimeField(
                blank=True,
                db_default=django.db.models.functions.datetime.Now(),
                default=django.utils.timezone.now,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="execution",
            name="suspended",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="execution",
            name="idle",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="execution",
            index=models.Index(
                fields=["owner"],
                include=["root", "id"],
                condition=Q(admitted_at__isnull=False, ended_at__isnull=True, idle=False),
                name="execution_at_work",
            ),
        ),
        migrations.AddIndex(
            model_name="execution",
            index=models.Index(
                fields=["graph_version"],
                condition=Q(
                    admitted_at__isnull=False, ended_at__isnull=True, parent__isnull=True
                ),
                name="execution_admitted",
            ),
        ),
        migrations.AddIndex(
            model_name="execution",
            index=models.Index(
                fields=["owner", "graph_version", "created"],
                condition=Q(admitted_at__isnull=True, ended_at__isnull=True),
                name="execution_unadmitted",
            ),
        ),
    ]
