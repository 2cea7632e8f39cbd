import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("executions", "0012_add_tries_and_deadlines")]

    operations = [
        migrations.AlterField(
            model_name="emission",
            name="node_execution",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="emissions",
                to="executions.nodeexecution",
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="execution",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="executions.execution",
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="node_execution",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="executions.nodeexecution",
            ),
        ),
    ]
