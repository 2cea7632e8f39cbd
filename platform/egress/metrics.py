"""What is counted of requests that leave."""

from prometheus_client import Counter

from telemetry.metrics import REGISTRY

REFUSALS = Counter(
    "trellis_egress_refusals_total",
    "Requests to addresses that may not be asked, by the code of the refusal.",
    ["code"],
    registry=REGISTRY,
)
