"""Credentials of people, and connections that somebody is just making."""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.timezone import now

from credentials import registry
from credentials.entering import LONGEST_URL, LONGEST_USERNAME
from credentials.hosts import LONGEST as LONGEST_HOST
from credentials.kinds import Kind
from credentials.provider import Provider
from credentials.sealing import ID, Sealed, seal, unseal
from kernel.access import Scope, may
from kernel.jsontypes import JSONObject
from kernel.models import Identified, Timestamped

LONGEST_TITLE = 100
LONGEST_NAME = 64  # of a provider
LONGEST_SCOPE = 200
TOUCH_EVERY = timedelta(minutes=5)
STATE_STAYS = timedelta(minutes=15)  # for as long as somebody may take to connect


class CredentialQuerySet(models.QuerySet["Credential"]):
    """Questions about credentials."""

    def visible_to(self, user: Any) -> Self:
        """Return the user's own; nobody's for a stranger or a key without READ_INTEGRATIONS."""
        return self.of(user.pk) if may(user, Scope.READ_INTEGRATIONS) else self.none()

    def of(self, owner_id: Any) -> Self:
        """Return the credentials of an owner."""
        return self.filter(owner_id=owner_id)

    def sealed_otherwise(self, key_id: str) -> Self:
        """Return those that another key than this one sealed."""
        return self.exclude(key_id=key_id)

    def touch(self, credential: "Credential") -> None:
        """Note that it was used; at most one write in five minutes, however busy it is."""
        moment = now()
        stale = moment - TOUCH_EVERY
        if credential.last_used_at is None or credential.last_used_at < stale:
            unused = Q(last_used_at=None) | Q(last_used_at__lt=stale)
            self.filter(unused, pk=credential.pk).update(last_used_at=moment)


class Credential(Identified, Timestamped):
    """What a person shows to a provider. The secret is sealed; everything else may be seen."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="credentials"
    )
    provider = models.CharField(max_length=LONGEST_NAME)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in Kind])
    title = models.CharField(max_length=LONGEST_TITLE)
    username = models.CharField(max_length=LONGEST_USERNAME, blank=True, default="")
    host = models.CharField(max_length=LONGEST_HOST, blank=True, default="")
    base_url = models.CharField(max_length=LONGEST_URL, blank=True, default="")
    scopes = ArrayField(models.CharField(max_length=LONGEST_SCOPE), default=list, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    sealed = models.BinaryField(editable=False)
    key_id = models.CharField(max_length=ID, editable=False)

    # Of OAuth: when the access token ends, who is just getting another one and until when nobody
    # else may, and since when the provider refuses to give one.
    access_until = models.DateTimeField(null=True, editable=False)
    generation = models.PositiveIntegerField(default=0, editable=False)  # of the sealed secret
    refreshing_until = models.DateTimeField(null=True, editable=False)
    refused_at = models.DateTimeField(null=True, editable=False)

    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        ordering = ["provider", "title", "pk"]
        constraints = [
            UniqueConstraint(
                fields=["owner", "provider", "title"], name="credential_one_per_title"
            ),
        ]
        indexes = [
            # Rotation: what a former key sealed.
            models.Index(fields=["key_id", "id"], name="credential_by_key"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def audit_label(self) -> str:
        """Return what the audit log calls it: nobody's name at the provider."""
        return self.provider if self.username else self.title

    @property
    def declared(self) -> Provider | None:
        """Return the provider; None where this release has none of this name."""
        return registry.find(self.provider)

    @property
    def place(self) -> str:
        """Return what is sealed in with the secret: it opens for this row, host and all, only."""
        return "/".join(
            map(str, (self.pk, self.owner_id, self.provider, self.kind, self.host, self.base_url))
        )

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now()

    @property
    def needs_reconnecting(self) -> bool:
        """Return whether its owner has to connect the account again."""
        return self.refused_at is not None

    def put(self, secret: JSONObject) -> None:
        """Seal a secret; it counts once the row is saved."""
        self.sealed, self.key_id = seal(secret, place=self.place)
        self.generation += 1

    def secret(self) -> JSONObject:
        """Return the secret. Raises CredentialUnreadable."""
        return unseal(Sealed(bytes(self.sealed), self.key_id), place=self.place)


class OAuthStateQuerySet(models.QuerySet["OAuthState"]):
    """Questions about connections that somebody is making."""

    def fresh(self) -> Self:
        return self.filter(created__gte=now() - STATE_STAYS)

    def stale(self) -> Self:
        return self.filter(created__lt=now() - STATE_STAYS)


class OAuthState(Identified):
    """Somebody went to a provider to connect an account, and has not come back yet.

    It is bound to the browser's session, and gone with the first answer. What is here is of no use
    to a reader: the state is a digest, and the verifier is sealed.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="oauth_states"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    session = models.CharField(max_length=64, editable=False)  # a digest, too
    provider = models.CharField(max_length=LONGEST_NAME)
    scopes = ArrayField(models.CharField(max_length=LONGEST_SCOPE), default=list)
    redirect_uri = models.CharField(max_length=LONGEST_URL)
    sealed = models.BinaryField(editable=False)
    key_id = models.CharField(max_length=ID, editable=False)
    replaces = models.ForeignKey(
        Credential, null=True, on_delete=models.CASCADE, related_name="+"
    )  # the credential that is connected again
    created = models.DateTimeField(default=now, editable=False)

    objects = OAuthStateQuerySet.as_manager()

    class Meta:
        indexes = [
            # Tidying: those that nobody came back to.
            models.Index(fields=["created"], name="oauthstate_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} for {self.owner_id}"

    def put(self, verifier: str, way: JSONObject | None = None) -> None:
        """Seal the verifier of PKCE, and how the server is asked, where that was found out."""
        secret: JSONObject = {"verifier": verifier, "way": way}
        self.sealed, self.key_id = seal(secret, place=self.place)

    def secret(self) -> JSONObject:
        """Return what was sealed."""
        return unseal(Sealed(bytes(self.sealed), self.key_id), place=self.place)

    @property
    def place(self) -> str:
        return f"state/{self.digest}"
