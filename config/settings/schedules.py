"""What people keep to run agents with, and when agents start by themselves."""

from config import env

SCHEDULES = {
    "most": env.integer("MAX_SCHEDULES", 1000, least=1),
    "most_presets": env.integer("MAX_PRESETS", 1000, least=1),
    "history_days": env.integer("SCHEDULE_HISTORY_DAYS", 90, least=1),
}
