from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("executions", "0005_add_reviews_and_signals")]

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
