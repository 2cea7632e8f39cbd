"""What notifications look like over REST."""

from rest_framework import serializers

from kernel.api.members import KnownMembers
from notifications.models import Notification


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """Something that happened."""

    class Meta:
        model = Notification
        fields = (
            *("id", "kind", "title", "text", "link"),
            *("count", "created", "updated", "read_at"),
        )
        read_only_fields = fields
        extra_kwargs = {
            "link": {"help_text": "A path of this instance; empty where there is nothing to see."},
            "count": {"help_text": "How often it happened while nobody read of it."},
            "updated": {"help_text": "When it happened last."},
        }


class ReadSerializer(KnownMembers):
    """Which notifications are read."""

    ids = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        min_length=1,
        max_length=500,
        help_text="Without it, all are.",
    )


class CountSerializer(serializers.Serializer[dict[str, int]]):
    """How many notifications."""

    count = serializers.IntegerField()
