"""What begins runs by itself: calls of other sites, feeds, mail."""

from agents.triggers.settings import TriggerSettings
from config import env
from quotas.policy import NotARate, Rate, parse_rate


def _rate(name: str, text: str) -> Rate:
    """Return the rate that a variable has, such as 30000/minute."""
    try:
        return parse_rate(text)
    except NotARate as error:
        raise env.ConfigurationError(f"{name}: {error}") from None


TRIGGERS: TriggerSettings = {
    "longest_wait": env.integer("WEBHOOK_WAIT_SECONDS", 30, least=0),
    "call_rate": _rate("RATE_WEBHOOKS", env.text("RATE_WEBHOOKS", "120000/minute")),
    "keep_days": env.integer("TRIGGER_RETENTION_DAYS", 7, least=1),
    "shortest_period": env.integer("TRIGGER_POLL_SECONDS", 60, least=1),
    "pause_after": env.integer("TRIGGER_PAUSE_AFTER", 20, least=0),
}
