import audit.actions
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


# Lines are added and read. DELETE is for the purge, which says up to when; nothing is for UPDATE.
REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.created
     < NULLIF(current_setting('trellis.audit_purge_before', true), '')::timestamptz THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'The audit log is only added to: % is refused.', TG_OP
    USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_is_only_added_to BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_refuse();
"""
ALLOW = """
DROP TRIGGER audit_is_only_added_to ON audit_entry;
DROP FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='when')),
                ('action', models.CharField(choices=audit.actions.choices, max_length=40)),
                ('outcome', models.CharField(choices=[('done', 'Done'), ('refused', 'Refused')], default='done', max_length=8)),
                ('via', models.CharField(choices=[('session', 'Browser'), ('key', 'API key'), ('token', 'Token'), ('nobody', 'Nobody who signed in'), ('system', 'The system or its command line')], max_length=8)),
                ('credential_id', models.CharField(default='', max_length=40)),
                ('credential', models.CharField(default='', max_length=40)),
                ('address', models.GenericIPAddressField(null=True)),
                ('request_id', models.CharField(default='', max_length=128)),
                ('object_type', models.CharField(default='', max_length=60)),
                ('object_id', models.CharField(default='', max_length=64)),
                ('object_label', models.CharField(default='', max_length=200)),
                ('details', models.JSONField(default=dict)),
                ('actor', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'line of the audit log',
                'verbose_name_plural': 'audit log',
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['owner', '-created'], name='audit_of_owner'), models.Index(fields=['-created'], name='audit_by_age'), models.Index(fields=['object_id', '-created'], name='audit_of_object')],
            },
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
