import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from quotas.counted import CountStored

# Each run has its row from the start. What a person's start brings along is counted at once, as
# text, for the start's own check; runs that runs start are measured later, lest they queue up here.
STORE = """
CREATE FUNCTION executions_store_run() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  size bigint := 0;
BEGIN
  IF NEW.parent_id IS NULL THEN
    size := octet_length(NEW.inputs::text) + octet_length(NEW.nodes_input_masks::text);
    INSERT INTO quotas_usage AS usage (user_id, day, stored_bytes)
    VALUES (NEW.owner_id, (clock_timestamp() AT TIME ZONE 'UTC')::date, size)
    ON CONFLICT (user_id) DO UPDATE SET stored_bytes = usage.stored_bytes + excluded.stored_bytes;
  END IF;
  INSERT INTO executions_runstorage (execution_id, owner_id, value_bytes)
  VALUES (NEW.id, NEW.owner_id, size);
  RETURN NULL;
END $$;
CREATE TRIGGER executions_execution_stored AFTER INSERT ON executions_execution
FOR EACH ROW EXECUTE FUNCTION executions_store_run();
"""
UNSTORE = """
DROP TRIGGER executions_execution_stored ON executions_execution;
DROP FUNCTION executions_store_run();
"""
# Runs of before: the next ticks measure them.
OLD_RUNS = """
INSERT INTO executions_runstorage (execution_id, owner_id, measured_at)
SELECT id, owner_id, created FROM executions_execution WHERE payload_purged_at IS NULL
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("executions", "0016_keep_who_asked"),
        ("quotas", "0002_add_quotas"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RunStorage",
            fields=[
                (
                    "execution",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="storage",
                        serialize=False,
                        to="executions.execution",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="run_storage",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("value_bytes", models.BigIntegerField(db_default=0, default=0)),
                ("file_bytes", models.BigIntegerField(db_default=0, default=0)),
                ("measured_seq", models.BigIntegerField(db_default=-1, default=-1)),
                (
                    "measured_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                    ),
                ),
                ("is_final", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_final", False)),
                        fields=["measured_at"],
                        name="runstorage_to_measure",
                    )
                ],
            },
        ),
        CountStored(
            "executions_runstorage", size="row.value_bytes + row.file_bytes", inserts=False
        ),
        CountStored("executions_storedvalue", size="COALESCE(octet_length(row.value::text), 0)"),
        migrations.RunSQL(STORE, UNSTORE),
        migrations.RunSQL(OLD_RUNS, migrations.RunSQL.noop),
    ]
