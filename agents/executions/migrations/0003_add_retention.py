import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('executions', '0002_add_start_keys'),
        ('graphs', '0002_add_agent_settings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='execution',
            name='payload_purged_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='execution',
            name='purging',
            field=models.CharField(choices=[('', 'Nothing'), ('values', 'Values'), ('rows', 'Everything')], db_default='', default='', editable=False, max_length=8),
        ),
        migrations.AddIndex(
            model_name='execution',
            index=models.Index(fields=['graph_version', '-created'], name='execution_of_version'),
        ),
        migrations.AlterField(
            model_name='execution',
            name='graph_version',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='executions', to='graphs.graphversion'),
        ),
        migrations.AlterField(
            model_name='execution',
            name='owner',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='executions', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='execution',
            index=models.Index(fields=['created'], name='execution_by_age'),
        ),
        migrations.AddIndex(
            model_name='execution',
            index=models.Index(condition=models.Q(('payload_purged_at__isnull', True), ('root__isnull', True)), fields=['created'], name='execution_with_payload'),
        ),
        migrations.AddIndex(
            model_name='execution',
            index=models.Index(condition=models.Q(('purging', ''), _negated=True), fields=['id'], name='execution_half_purged'),
        ),
    ]
