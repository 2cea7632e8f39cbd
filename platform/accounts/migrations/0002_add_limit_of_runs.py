import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="max_concurrent_executions",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="How many runs of this person may be at work at once; empty for the instance's own limit (MAX_CONCURRENT_EXECUTIONS).",
                null=True,
                validators=[django.core.validators.MinValueValidator(1)],
            ),
        ),
    ]
