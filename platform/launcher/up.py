"""``trellis up``: everything on one machine, in the order in which it is needed.

While the servers start, the supervisor imports what its programs need and forks them: first the
web process, beside the bootstrap, which waits for the database by itself; then workers and beat,
when the database is as they expect it.
"""

import json
import os
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from contextlib import ExitStack

from launcher import builder, embedded, instance, processes
from launcher.console import GREY, Console
from launcher.errors import BuilderNotBuilt, NodeMissing, StartFailed, UsageError
from launcher.lock import exclusive
from launcher.logs import ProcessLog
from launcher.paths import InstancePaths, instance_paths
from launcher.shim import die_with_parent
from launcher.supervisor import Stopped, Supervisor

START_TIMEOUT = 120.0  # seconds
MIGRATION_TIMEOUT = 3600.0  # seconds; a migration may rewrite a large table
# The process id of whoever starts us only to wait for us, as make does: we end with it.
STOP_WITH_PARENT = "TRELLIS_STOP_WITH_PARENT"


def add_arguments(parser: ArgumentParser, environment: Mapping[str, str] = os.environ) -> None:
    host = environment.get("TRELLIS_HOST") or processes.DEFAULT_HOST
    port = environment.get("TRELLIS_PORT") or processes.DEFAULT_PORT
    parser.add_argument("--host", default=host, help="address to listen on (TRELLIS_HOST)")
    parser.add_argument("--port", default=port, help="port, 0 for a free one (TRELLIS_PORT)")
    parser.add_argument("--verbose", action="store_true", help="show the logs of all processes")


def main(options: Namespace) -> int:
    """Run an instance until a signal ends it. Return the exit status."""
    parent = os.environ.get(STOP_WITH_PARENT)
    if parent:
        die_with_parent(signal.SIGTERM)
        if str(os.getppid()) != parent:  # it died before we asked to be told
            return 1
    paths = instance_paths()
    console = Console()
    with ExitStack() as stack:
        stack.enter_context(exclusive(paths.lock))
        paths.instance.unlink(missing_ok=True)  # of an instance that was killed
        port = instance.address(options.host, port_number(options.port))
        console.say("Trellis", f"starts, with its data in {paths.data}")
        supervisor = Supervisor(paths.data, paths.logs, console, options.verbose)
        try:
            with supervisor.supervising():
                serve(supervisor, paths, options.host, port)
        except Stopped:
            pass
        finally:
            console.say("Trellis", "has ended, with all its processes", GREY)
    return 0


def port_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UsageError(f"The port {text!r} is not a number. Use 0 to 65535.") from None


def serve(supervisor: Supervisor, paths: InstancePaths, host: str, port: int) -> None:
    """Start everything, say where it answers, and watch over it."""
    prepare_builder(supervisor)
    servers = embedded.needed_servers(paths)
    for server in servers:
        supervisor.console.say(server.name, "…")
        supervisor.serve(server)
    if not os.environ.get("PUBLIC_URL"):
        os.environ["PUBLIC_URL"] = instance.url_of(host, port)
    supervisor.preload()  # while the servers start
    web, *others = processes.programs(host, str(port))
    supervisor.run(web)
    prepare_database(supervisor, servers, paths)
    for program in others:
        supervisor.run(program)
    here = instance.Instance(instance.url_of(host, port), 0, "")
    supervisor.wait_until(here.answers, f"{here.url}/readyz did not answer 200", START_TIMEOUT)
    with instance.announced(paths.instance, here.url):
        seconds = supervisor.console.seconds
        supervisor.console.say("Trellis", f"is ready ({seconds}). Ctrl-C ends it.")
        sys.stdout.write(f"{here.url}\n")
        sys.stdout.flush()
        supervisor.watch()


def prepare_builder(supervisor: Supervisor) -> None:
    """Build the builder where its sources changed. Everything else works without it."""
    console = supervisor.console
    try:
        with supervisor.work():
            if builder.this_builder().build(lambda text: console.say("Builder", text)):
                console.say("Builder", f"built ({console.seconds})")
    except (NodeMissing, BuilderNotBuilt) as error:
        console.warn("Builder", error.message)


def prepare_database(
    supervisor: Supervisor, servers: list[embedded.Server], paths: InstancePaths
) -> None:
    """Return once the servers answer and the database is up to date and filled."""
    log = ProcessLog(paths.logs / "migrate.log")
    log.skip()
    reports, told = os.pipe()
    with log.open() as errors, os.fdopen(told, "wb"):
        bootstrap = supervisor.start(processes.MIGRATE, told, errors.fileno())
    try:
        for server in servers:
            supervisor.wait_until(server.ready, f"{server.name} did not answer", START_TIMEOUT)
            supervisor.console.say(server.name, f"ready ({supervisor.console.seconds})")
        supervisor.wait_until(
            lambda: bootstrap.poll() is not None,
            "The database was not brought up to date",
            MIGRATION_TIMEOUT,
        )
    finally:
        bootstrap.send_signal(signal.SIGKILL)
        bootstrap.wait()
        with os.fdopen(reports) as lines:
            for done in map(json.loads, lines):
                supervisor.console.say(done["step"], done["text"])
    if bootstrap.returncode != 0:
        supervisor.console.quote("Database", log.new_lines()[-15:])
        raise StartFailed(f"The database could not be brought up to date. The log is {log.path}.")
