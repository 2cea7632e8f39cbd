from typing import Any

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


def number() -> Any:
    return models.PositiveIntegerField(
        blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]
    )


class Migration(migrations.Migration):
    dependencies = [
        ("executions", "0009_count_sends"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="nodeexecution",
            name="limit_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="nodeexecution",
            name="limit_place",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Nowhere"),
                    ("line", "In line"),
                    ("granted", "About to take a place"),
                    ("taken", "In a place while it runs"),
                ],
                db_default="",
                default="",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="nodeexecution",
            name="limit_turn",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="nodeexecution",
            index=models.Index(
                condition=Q(("ended_at__isnull", True), Q(("limit_place", ""), _negated=True)),
                fields=["limit_id", "started_at"],
                name="nodeexecution_at_limit",
            ),
        ),
        migrations.CreateModel(
            name="CredentialLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("credential", models.CharField(max_length=255)),
                ("max_concurrent", number()),
                ("rate_amount", number()),
                ("rate_seconds", number()),
                ("drawn_until", models.DateTimeField(editable=False, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credential_limits",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["owner", "credential"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "credential"), name="credentiallimit_one_per_credential"
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            Q(("rate_amount__isnull", True), ("rate_seconds__isnull", True)),
                            Q(("rate_amount__gte", 1), ("rate_seconds__gte", 1)),
                            _connector="OR",
                        ),
                        name="credentiallimit_rate_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            ("max_concurrent__isnull", True),
                            ("max_concurrent__gte", 1),
                            _connector="OR",
                        ),
                        name="credentiallimit_lets_something_through",
                    ),
                ],
            },
        ),
    ]
