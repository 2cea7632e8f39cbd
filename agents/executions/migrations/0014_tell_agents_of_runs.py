import django.db.models.deletion
from django.db import migrations, models

# What the old release begins meanwhile has no agent here: such a run is missing in its agent's
# list, and nowhere else.
FILL = """
UPDATE executions_execution run SET agent_id = version.agent_id
FROM graphs_graphversion version
WHERE version.id = run.graph_version_id AND run.agent_id IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("executions", "0013_unchecked_events"),
        ("graphs", "0004_add_snapshots"),
    ]

    operations = [
        migrations.AddField(
            model_name="execution",
            name="agent",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="executions",
                to="graphs.agent",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="execution",
            index=models.Index(
                condition=models.Q(("parent__isnull", True)),
                fields=["agent", "-created"],
                name="execution_of_agent",
            ),
        ),
        migrations.AddIndex(
            model_name="execution",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True), ("parent__isnull", True)),
                fields=["agent"],
                name="execution_of_agent_live",
            ),
        ),
        migrations.RemoveIndex(model_name="execution", name="execution_admitted"),
    ]
