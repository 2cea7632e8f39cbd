"""Blocks that tell the time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, model_validator

from blocks.sdk import BlockError, Category, InputPins, OutputPins, RunContext, block, pin

LONGEST_FORMAT = 1_000


class Zoned(BaseModel):
    """Which place's clock to read."""

    timezone: str = Field("UTC", description="A time zone such as Europe/Lisbon")
    use_user_timezone: bool = Field(False, description="Use your own time zone instead")


class StrftimeFormat(Zoned):
    """Written by a format such as %H:%M."""

    discriminator: Literal["strftime"] = "strftime"
    format: str = Field(description="%Y year, %m month, %d day, %H hour, %M minute, %S second, …")


class StrftimeTime(StrftimeFormat):
    format: str = Field("%H:%M:%S", description="%H hour, %M minute, %S second, %p AM or PM, …")


class StrftimeDate(StrftimeFormat):
    format: str = Field("%Y-%m-%d", description="%Y year, %m month, %d day, %A weekday, …")


class StrftimeDateTime(StrftimeFormat):
    format: str = Field("%Y-%m-%d %H:%M:%S", description="%Y, %m, %d, %H, %M, %S, …")


class IsoDate(Zoned):
    """Written as ISO 8601 says: 2026-01-31."""

    discriminator: Literal["iso8601"] = "iso8601"


class IsoTime(IsoDate):
    """Written as ISO 8601 says, with the offset from UTC."""

    include_microseconds: bool = Field(False, description="Add millionths of a second")


class ClockInputs(InputPins):
    """The pins of every block that tells the time. Older agents give ``format`` by itself."""

    trigger: str = pin(description="Anything: the time is read when it arrives")

    @model_validator(mode="before")
    @classmethod
    def accept_older_format(cls, data: Any) -> Any:
        if isinstance(data, dict) and "format_type" not in data and data.get("format"):
            written = {"discriminator": "strftime", "format": data["format"]}
            return {**data, "format_type": written}
        return data


class TimeInputs(ClockInputs):
    format_type: Annotated[StrftimeTime | IsoTime, Field(discriminator="discriminator")] = pin(
        StrftimeTime(), description="How to write the time, and in which time zone"
    )


class TimeOutputs(OutputPins):
    time: str = pin("", description="The time")


@block(
    id="a892b8d9-3e4e-4e9c-9c1e-75f8efcf1bfa",
    name="GetCurrentTimeBlock",
    categories=[Category.TEXT],
    examples=[
        (TimeInputs(trigger="go"), TimeOutputs(time="03:04:05")),
        (
            TimeInputs(trigger="go", format_type=IsoTime(timezone="Asia/Tokyo")),
            TimeOutputs(time="T12:04:05+09:00"),
        ),
    ],
)
def current_time(inputs: TimeInputs, context: RunContext) -> Iterator[TimeOutputs]:
    """Tell the time of day."""
    now = _now(inputs.format_type, context)
    if isinstance(inputs.format_type, StrftimeTime):
        text = _written(now, inputs.format_type.format)
    else:
        text = now.isoformat(timespec=_precision(inputs.format_type))[len("YYYY-MM-DD") :]
    yield TimeOutputs(time=text)


class DateInputs(ClockInputs):
    offset: int | str = pin(0, description="How many days ago; a minus gives days to come")
    format_type: Annotated[StrftimeDate | IsoDate, Field(discriminator="discriminator")] = pin(
        StrftimeDate(), description="How to write the date, and in which time zone"
    )


class DateOutputs(OutputPins):
    date: str = pin("", description="The date")


@block(
    id="b29c1b50-5d0e-4d9f-8f9d-1b0e6fcbf0b1",
    name="GetCurrentDateBlock",
    categories=[Category.TEXT],
    examples=[
        (DateInputs(trigger="go"), DateOutputs(date="2026-01-02")),
        (DateInputs(trigger="go", offset="2"), DateOutputs(date="2025-12-31")),
    ],
)
def current_date(inputs: DateInputs, context: RunContext) -> Iterator[DateOutputs]:
    """Tell the date of today, or of some days ago. An offset that is no number counts as 0."""
    try:
        day = _now(inputs.format_type, context) - timedelta(days=_whole(inputs.offset))
    except OverflowError:
        raise BlockError(f"There is no date {inputs.offset} days ago.") from None
    if isinstance(inputs.format_type, StrftimeDate):
        text = _written(day, inputs.format_type.format)
    else:
        text = day.date().isoformat()
    yield DateOutputs(date=text)


class DateTimeInputs(ClockInputs):
    format_type: Annotated[StrftimeDateTime | IsoTime, Field(discriminator="discriminator")] = pin(
        StrftimeDateTime(), description="How to write them, and in which time zone"
    )


class DateTimeOutputs(OutputPins):
    date_time: str = pin("", description="The date and the time")


@block(
    id="716a67b3-6760-42e7-86dc-18645c6e00fc",
    name="GetCurrentDateAndTimeBlock",
    categories=[Category.TEXT],
    legacy_ids=["b29c1b50-5d0e-4d9f-8f9d-1b0e6fcbf0h2"],
    examples=[
        (DateTimeInputs(trigger="go"), DateTimeOutputs(date_time="2026-01-02 03:04:05")),
        (
            DateTimeInputs(trigger="go", format_type=IsoTime()),
            DateTimeOutputs(date_time="2026-01-02T03:04:05+00:00"),
        ),
    ],
)
def current_date_time(inputs: DateTimeInputs, context: RunContext) -> Iterator[DateTimeOutputs]:
    """Tell the date and the time of day."""
    now = _now(inputs.format_type, context)
    if isinstance(inputs.format_type, StrftimeDateTime):
        text = _written(now, inputs.format_type.format)
    else:
        text = now.isoformat(timespec=_precision(inputs.format_type))
    yield DateTimeOutputs(date_time=text)


def _now(place: Zoned, context: RunContext) -> datetime:
    zone = context.user_timezone if place.use_user_timezone else _zone(place.timezone)
    return context.now().astimezone(zone)


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BlockError(
            f"There is no time zone {name[:100]!r}. Use a name such as Europe/Lisbon."
        ) from None


def _precision(form: IsoTime) -> str:
    return "microseconds" if form.include_microseconds else "seconds"


def _written(moment: datetime, layout: str) -> str:
    if len(layout) > LONGEST_FORMAT:
        raise BlockError(f"The format has more than {LONGEST_FORMAT:,} characters.")
    try:
        return moment.strftime(layout)
    except ValueError as error:
        raise BlockError(f"The format {layout[:100]!r} cannot be used: {error}.") from None


def _whole(number: int | str) -> int:
    try:
        return int(number)
    except ValueError:
        return 0
