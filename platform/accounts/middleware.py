"""What is noted of requests of people who have signed in."""

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

SEEN = "seen_at"
EVERY = 300  # seconds; each note is two writes


class LastSeenMiddleware:
    """Notes when and from where a session was last used, for its owner's list of sessions."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            moment = int(time.time())
            if moment - request.session.get(SEEN, 0) >= EVERY:
                request.session[SEEN] = moment
                UserSession.objects.create_from_request(request)
        return self.get_response(request)
