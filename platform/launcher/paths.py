"""Where an instance keeps its things, and the addresses of its embedded servers.

Settings, tests and ``trellis up`` all ask here, so a command that runs beside a running
instance finds the same database without being told.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# A UNIX socket's path must fit in sockaddr_un: 108 bytes on Linux, 104 on macOS.
LONGEST_SOCKET_PATH = 100
LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class InstancePaths:
    """The files of one instance, all below its data directory."""

    data: Path

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def redis(self) -> Path:
        return self.data / "redis"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def files(self) -> Path:
        return self.data / "files"

    @property
    def uploads(self) -> Path:
        """What people sent in, where no other storage is set."""
        return self.data / "uploads"

    @property
    def exports(self) -> Path:
        """What people asked to be handed out; each file is gone after a while."""
        return self.data / "exports"

    @property
    def secret_key(self) -> Path:
        return self.data / "secret_key"

    @property
    def credentials_key(self) -> Path:
        """What seals people's credentials, where no other key is set."""
        return self.data / "credentials_key"

    @property
    def metrics_token(self) -> Path:
        return self.data / "metrics_token"

    @property
    def api_key(self) -> Path:
        return self.data / "api_key"

    @property
    def lock(self) -> Path:
        """Held by the one process that may start servers on this data directory."""
        return self.data / "lock"

    @property
    def imports(self) -> Path:
        """Which files ``trellis run`` imported before, and as which graphs."""
        return self.data / "imports.json"

    @property
    def instance(self) -> Path:
        """What a running instance says of itself: its URL and the supervisor's process id."""
        return self.data / "instance.json"

    @property
    def sockets(self) -> Path:
        """The sockets' directory: in the data directory unless its path is too long."""
        inside = self.data / "run"
        if len(str(inside)) + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH:
            return inside
        digest = hashlib.sha256(str(self.data).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"trellis-{digest}"

    @property
    def database_url(self) -> str:
        return f"postgresql://postgres@/trellis?host={quote(str(self.sockets), safe='')}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.sockets / 'redis.sock'}"


def instance_paths() -> InstancePaths:
    """Return the paths of the instance that ``TRELLIS_DATA_DIR`` names, ``.trellis`` by default."""
    data = os.environ.get("TRELLIS_DATA_DIR") or ".trellis"
    return InstancePaths(Path(data).expanduser().resolve())
