"""What a run leaves in the database."""

from agents.executions.models.credential_limit import CredentialLimit
from agents.executions.models.event import Event
from agents.executions.models.execution import Cause, Execution
from agents.executions.models.log_line import LogLine
from agents.executions.models.model_use import ModelUse
from agents.executions.models.node_execution import Emission, NodeExecution
from agents.executions.models.node_memory import NodeMemory
from agents.executions.models.review import Review
from agents.executions.models.run_storage import RunStorage
from agents.executions.models.share import Share
from agents.executions.models.signal import EventWait, Signal
from agents.executions.models.start_key import StartKey
from agents.executions.models.stored_value import StoredValue
from agents.executions.models.worker_life import Presence, WorkerLife

__all__ = [
    "Cause",
    "CredentialLimit",
    "Emission",
    "Event",
    "EventWait",
    "Execution",
    "LogLine",
    "ModelUse",
    "NodeExecution",
    "NodeMemory",
    "Presence",
    "Review",
    "RunStorage",
    "Share",
    "Signal",
    "StartKey",
    "StoredValue",
    "WorkerLife",
]
