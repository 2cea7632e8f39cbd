"""Hand out no connection that the server has closed.

When PostgreSQL restarts, the connections that lie in a process's pool are dead, and each would fail
whoever gets it next. Django's own check (``CONN_HEALTH_CHECKS``) asks the server before each use,
a round trip that the engine would pay with every node execution. But that the server hung up is known
on this side: there is something to read on a connection on which nobody asked anything.
"""

import select
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection to PostgreSQL; its pool gives away living connections only."""

    def get_new_connection(self, conn_params: Any) -> Any:
        """Return a connection, from the pool where there is one."""
        connection = super().get_new_connection(conn_params)
        # As many as can be dead. The pool makes new ones meanwhile.
        for _ in range(self.pool.max_size if self.pool else 0):
            if not was_closed(connection):
                break
            connection.close()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        return connection


def was_closed(connection: Any) -> bool:
    """Return whether the server has closed an idle connection, without asking it.

    True also for what it says unasked, such as news of its settings: then a living connection is
    given up, which does no harm.
    """
    if connection.closed:
        return True
    look = select.poll()
    look.register(connection.fileno(), select.POLLIN)
    return bool(look.poll(0))
