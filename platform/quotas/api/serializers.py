"""What somebody used of which limit, as JSON."""

from rest_framework import serializers

from quotas.allowance import Period
from quotas.policy import Kind, Who


class QuotaSerializer(serializers.Serializer[object]):
    """How much was used, and how much may be."""

    used = serializers.IntegerField()
    limit = serializers.IntegerField(allow_null=True, help_text="Null: nothing limits it.")
    remaining = serializers.IntegerField(allow_null=True)


class RunsSerializer(QuotaSerializer):
    """Runs that were started in a day or a month of the calendar, in UTC."""

    period = serializers.ChoiceField(choices=[(one.value, one.value) for one in Period])
    resets_at = serializers.DateTimeField(help_text="When the period ends.")


class RateSerializer(serializers.Serializer[object]):
    """Requests in the seconds just past."""

    kind = serializers.ChoiceField(
        source="window.kind", choices=[(one.value, one.value) for one in Kind]
    )
    per = serializers.ChoiceField(
        source="window.subject.who", choices=[(one.value, one.value) for one in Who]
    )
    limit = serializers.IntegerField(source="window.rate.amount")
    seconds = serializers.IntegerField(source="window.rate.seconds")
    used = serializers.IntegerField(source="counted")
    remaining = serializers.IntegerField()


class UsageSerializer(serializers.Serializer[object]):
    """All of it."""

    runs = RunsSerializer(many=True)
    storage = QuotaSerializer(help_text="Bytes of values and files that are kept.")
    rates = RateSerializer(
        many=True, help_text="Empty where rates are off, or cannot be asked just now."
    )
