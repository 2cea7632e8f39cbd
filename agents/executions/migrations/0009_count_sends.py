from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("executions", "0008_add_admission")]

    operations = [
        migrations.AddField(
            model_name="nodeexecution",
            name="sends",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
