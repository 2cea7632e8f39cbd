"""What can go wrong around starting and reaching an instance. Each says what to do about it."""

from kernel.errors import TrellisError


class ServerUnavailable(TrellisError):
    """An embedded server cannot be started."""

    code = "server_unavailable"


class InstanceRunning(TrellisError):
    """Another process runs on this data directory."""

    code = "instance_running"


class AddressUnavailable(TrellisError):
    """The address to listen on cannot be used."""

    code = "address_unavailable"


class StartFailed(TrellisError):
    """A part of Trellis did not start."""

    code = "start_failed"


class UsageError(TrellisError):
    """The command line cannot be understood."""

    code = "usage_error"


class InstanceUnreachable(TrellisError):
    """The running instance does not answer."""

    code = "instance_unreachable"


class NodeMissing(TrellisError):
    """There is no Node.js to build the builder with."""

    code = "node_missing"


class BuilderNotBuilt(TrellisError):
    """The builder's sources could not be built."""

    code = "builder_not_built"
