from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("executions", "0004_drop_redundant_indexes")]

    operations = [
        migrations.AddField(
            model_name="execution",
            name="unheard",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="execution",
            index=models.Index(
                condition=models.Q(("unheard", True)), fields=["parent"], name="execution_unheard"
            ),
        ),
    ]
