"""What files look like over REST."""

from rest_framework import serializers

from uploads.models import Upload


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """A file of the caller."""

    file_uri = serializers.CharField(
        source="uri", read_only=True, help_text="Give this to an input that takes a file."
    )
    file_name = serializers.CharField(source="name", read_only=True)

    class Meta:
        model = Upload
        fields = ("id", "file_uri", "file_name", "content_type", "size", "created", "last_used_at")
        read_only_fields = fields


class SendFileSerializer(serializers.Serializer[Upload]):
    """A form with a file in it."""

    file = serializers.FileField(help_text="The file, with its name.")
