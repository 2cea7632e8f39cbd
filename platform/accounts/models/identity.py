"""Who somebody is elsewhere."""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.timezone import now

from accounts.models.user import User


class ExternalIdentity(models.Model):
    """A person as an identity provider's tokens call them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="external_identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    created = models.DateTimeField(default=now, editable=False)

    class Meta:
        verbose_name_plural = "external identities"
        constraints = [
            UniqueConstraint(fields=["issuer", "subject"], name="identity_is_one_person"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} at {self.issuer}"
