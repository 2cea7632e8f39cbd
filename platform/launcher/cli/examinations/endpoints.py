"""Who the instance talks to outside: the mail server, Sentry, the collector of traces.

They are asked to listen and told nothing: no mail, no report, no span is sent.
"""

import smtplib
import socket
import ssl
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from launcher.cli.examinations.verdicts import PATIENCE, Verdict, fail, ok, warn


def mail() -> Verdict:
    """Does the mail server let us in?"""
    from django.conf import settings
    from django.core.mail import get_connection

    if settings.IS_MAIL_PRINTED:
        if settings.IS_PERSONAL:
            return ok("printed into the log, which is fine on one's own machine")
        remedy = "Set EMAIL_URL, such as smtp://user:password@host:587."
        return warn("printed into the log: nobody gets a link to verify or to reset", remedy)
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        with get_connection(timeout=PATIENCE):
            return ok(f"{where} lets us in; mails come from {settings.DEFAULT_FROM_EMAIL}")
    except smtplib.SMTPAuthenticationError as error:
        return fail(f"{where} refuses the password: {error.smtp_code}", "Check EMAIL_URL.")
    except (OSError, smtplib.SMTPException) as error:
        return fail(f"{where} does not answer: {error}", "Check EMAIL_URL, and the firewall.")


def sentry() -> Verdict:
    """Can Sentry be reached, where it is set?"""
    from django.conf import settings

    if not settings.SENTRY_DSN:
        return ok("not set: errors are in the logs only")
    parts = urlsplit(settings.SENTRY_DSN)  # its user name is a key: it is not repeated
    if not (parts.scheme in {"http", "https"} and parts.hostname and parts.username):
        remedy = "Copy it from the project's settings in Sentry: https://key@host/number."
        return fail("SENTRY_DSN is no DSN", remedy)
    host, port = parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]
    try:
        with socket.create_connection((host, port), PATIENCE) as bare:
            if parts.scheme == "https":
                ssl.create_default_context().wrap_socket(bare, server_hostname=host).close()
    except OSError as error:
        return warn(f"{host}:{port} does not answer: {error}", "Reports are lost until it does.")
    return ok(f"{host}:{port} answers")


def traces() -> Verdict:
    """Does the collector of traces take spans, where one is set?"""
    from django.conf import settings

    found = settings.TRACES
    if not found["endpoint"]:
        return ok("not set: no spans are made")
    url = f"{found['endpoint'].rstrip('/')}/v1/traces"
    if urlsplit(url).scheme not in {"http", "https"}:
        remedy = "OTEL_EXPORTER_OTLP_ENDPOINT begins with http:// or https://, port 4318 as a rule."
        return fail("the collector's address cannot be used", remedy)
    headers = {**found["headers"], "Content-Type": "application/x-protobuf"}
    asked = Request(url, data=b"", headers=headers, method="POST")  # noqa: S310 - http(s), see above
    try:
        with urlopen(asked, timeout=PATIENCE):  # noqa: S310
            return ok(f"{url} takes spans")
    except HTTPError as error:
        remedy = "Check OTEL_EXPORTER_OTLP_HEADERS, and that the endpoint speaks OTLP over HTTP."
        return fail(f"{url} answers {error.code}", remedy)
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        return warn(f"{url} does not answer: {reason}", "Spans are lost until it does.")
