"""Which mails a person wants."""

from django.core.validators import MaxValueValidator
from django.db import models

from accounts.models.user import User

DAILY_LIMIT = 10
MOST_MAILS = 1000


class NotificationPreferences(models.Model):
    """What somebody chose. Without a row, or a kind in ``chosen``, the kind's default counts."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="notification_preferences"
    )
    chosen = models.JSONField(default=dict, blank=True)
    daily_limit = models.PositiveSmallIntegerField(
        default=DAILY_LIMIT, validators=[MaxValueValidator(MOST_MAILS)]
    )
    # How many mails went on that day, of the instance's clock (UTC).
    sent = models.PositiveIntegerField(default=0, editable=False)
    sent_on = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name_plural = "notification preferences"

    def __str__(self) -> str:
        return f"Notification preferences of {self.user_id}"
