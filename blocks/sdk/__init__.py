"""What a block's author imports."""

from blocks.sdk.block import block
from blocks.sdk.context import Agents, Decision, Events, Files, Reviews, RunContext, Store
from blocks.sdk.credentials import ChosenCredential, Credentials, credentials_pin
from blocks.sdk.errors import BlockError, EventTimedOut, InvalidPins, TransientBlockError
from blocks.sdk.http import (
    FormFile,
    Http,
    HttpResponse,
    RequestFailed,
    RequestFailedForNow,
    answered,
)
from blocks.sdk.pins import InputPins, OutputPins, PinName, pin
from blocks.sdk.registry import Registry, registry
from blocks.sdk.spec import BlockKind, BlockSpec, Category, Effect, Emit, Output, Webhook

__all__ = [
    "Agents",
    "BlockError",
    "BlockKind",
    "BlockSpec",
    "Category",
    "ChosenCredential",
    "Credentials",
    "Decision",
    "Effect",
    "Emit",
    "EventTimedOut",
    "Events",
    "Files",
    "FormFile",
    "Http",
    "HttpResponse",
    "InputPins",
    "InvalidPins",
    "Output",
    "OutputPins",
    "PinName",
    "Registry",
    "RequestFailed",
    "RequestFailedForNow",
    "Reviews",
    "RunContext",
    "Store",
    "TransientBlockError",
    "Webhook",
    "answered",
    "block",
    "credentials_pin",
    "pin",
    "registry",
]
