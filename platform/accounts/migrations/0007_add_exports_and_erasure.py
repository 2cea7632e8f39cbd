import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0006_add_profiles"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="erasing_at",
            field=models.DateTimeField(blank=True, editable=False, help_text="When this person asked to be erased; the account is closed since then.", null=True),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(condition=models.Q(("erasing_at__isnull", False)), fields=["erasing_at"], name="user_being_erased"),
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("status", models.CharField(choices=[("PENDING", "Being made"), ("READY", "Ready"), ("FAILED", "Failed")], default="PENDING", max_length=8)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("size", models.PositiveBigIntegerField(null=True)),
                ("created", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("ended_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True, null=True)),
                ("user", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="export", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(models.Q(("ended_at", None), ("status", "PENDING")), models.Q(("ended_at__isnull", False), ("status", "FAILED")), models.Q(("ended_at__isnull", False), ("expires_at__isnull", False), ("status", "READY")), _connector="OR"), name="export_ends_once")],
            },
        ),
    ]
