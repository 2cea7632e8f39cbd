import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('executions', '0003_add_retention'),
    ]

    operations = [
        migrations.AlterField(
            model_name='nodeexecution',
            name='execution',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='node_executions', to='executions.execution'),
        ),
        migrations.AlterField(
            model_name='emission',
            name='node_execution',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='emissions', to='executions.nodeexecution'),
        ),
        migrations.AlterField(
            model_name='event',
            name='execution',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='executions.execution'),
        ),
    ]
