"""The tables of agents that start by the clock."""

from agents.schedules.models.fire import Fire
from agents.schedules.models.schedule import Kind, Missed, Overlap, Pause, Schedule

__all__ = ["Fire", "Kind", "Missed", "Overlap", "Pause", "Schedule"]
