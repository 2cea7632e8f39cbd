"""What is counted of triggers."""

from prometheus_client import Counter

from telemetry.metrics import REGISTRY

CALLS = Counter(
    "trellis_trigger_calls_total",
    "Calls to the addresses of triggers, by what became of them.",
    ["kind", "verdict"],
    registry=REGISTRY,
)
