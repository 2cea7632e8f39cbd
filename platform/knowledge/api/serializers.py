"""What collections and their texts look like over REST."""

from rest_framework import serializers

from kernel.api.fields import json_field
from knowledge.models import Collection, Passage


class CollectionSerializer(serializers.ModelSerializer[Collection]):
    """A collection of the caller's texts."""

    entries = serializers.IntegerField(read_only=True, help_text="How many texts it has.")
    size = serializers.IntegerField(read_only=True, help_text="In bytes, with the vectors.")

    class Meta:
        model = Collection
        fields = ("id", "name", "model", "dimensions", "entries", "size", "created", "updated")
        read_only_fields = fields


class EntrySerializer(serializers.ModelSerializer[Passage]):
    """A text of a collection."""

    metadata = json_field({"type": "object", "additionalProperties": {}}, read_only=True)

    class Meta:
        model = Passage
        fields = ("key", "text", "metadata", "size", "created", "updated")
        read_only_fields = fields
