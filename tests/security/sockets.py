"""What the tests of WebSockets share."""

from django.conf import settings
from django.test import Client

from accounts.models import User
from tests.support.sockets import Socket

FEED = "/ws/v1/"


def session_of(user: User) -> str:
    """Return the cookie header of a browser in which the user has signed in."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


async def refused(socket: Socket) -> int:
    """Return the code with which a socket is closed that was let in to hear why it is not."""
    assert socket.accepted
    return await socket.closing_code()


async def lives(socket: Socket) -> bool:
    answer = await socket.ask("heartbeat")
    return answer["success"] is True
