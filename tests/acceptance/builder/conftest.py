"""One instance for all tests of the builder, and somebody who is signed in to it."""

from tests.acceptance.fixtures import api, running, session, trellis, visitor

__all__ = ["api", "running", "session", "trellis", "visitor"]
