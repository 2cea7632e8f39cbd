"""What `trellis doctor` makes of the mail server, Sentry and the collector of traces."""

import http.server
from typing import Any

import pytest

from launcher.cli.examinations import Status, endpoints
from tests.support.listeners import serving, silence, smtp

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def mailed(settings: Any) -> Any:
    """Settings of an instance that sends mail by a server on this machine."""
    settings.EMAIL_BACKEND, settings.IS_MAIL_PRINTED = SMTP, False
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "127.0.0.1", False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    return settings


def test_a_mail_server_that_lets_us_in_is_well(mailed: Any) -> None:
    with smtp({b"QUIT": b"221 bye\r\n"}) as mailed.EMAIL_PORT:
        status, text, _ = endpoints.mail()

    assert (status, text.split("; ")[0]) == (
        Status.OK,
        f"127.0.0.1:{mailed.EMAIL_PORT} lets us in",
    )


def test_a_mail_server_that_refuses_the_password_is_a_failure_that_does_not_repeat_it(
    mailed: Any,
) -> None:
    mailed.EMAIL_HOST_USER, mailed.EMAIL_HOST_PASSWORD = "trellis", "hunter2-hunter2"
    refusing = {b"EHLO": b"250-here\r\n250 AUTH PLAIN\r\n", b"AUTH": b"535 no hunter2\r\n"}

    with smtp(refusing) as mailed.EMAIL_PORT:
        status, text, remedy = endpoints.mail()

    assert (status, text, remedy) == (
        Status.FAIL,
        f"127.0.0.1:{mailed.EMAIL_PORT} refuses the password: 535",
        "Check EMAIL_URL.",
    )


def test_a_mail_server_that_is_not_there_is_a_failure(mailed: Any) -> None:
    with silence() as mailed.EMAIL_PORT:
        status, text, _ = endpoints.mail()

    assert status == Status.FAIL
    assert "does not answer" in text


def test_printed_mail_is_a_warning_where_others_come(settings: Any) -> None:
    settings.IS_MAIL_PRINTED, settings.IS_PERSONAL = True, False
    assert endpoints.mail()[0] == Status.WARN

    settings.IS_PERSONAL = True
    assert endpoints.mail()[0] == Status.OK


class Answer(http.server.BaseHTTPRequestHandler):
    """Answers each POST with one status."""

    status = 200
    asked: list[tuple[str, str | None]] = []

    def do_POST(self) -> None:
        self.asked.append((self.path, self.headers.get("Authorization")))
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def collector(port: int, **headers: str) -> dict[str, Any]:
    return {"endpoint": f"http://127.0.0.1:{port}", "headers": headers, "service": "trellis"}


def test_a_collector_that_takes_spans_is_well(settings: Any) -> None:
    Answer.asked.clear()
    with serving(Answer) as port:
        settings.TRACES = collector(port, Authorization="Bearer t")
        status, text, _ = endpoints.traces()

    assert (status, text) == (Status.OK, f"http://127.0.0.1:{port}/v1/traces takes spans")
    assert Answer.asked == [("/v1/traces", "Bearer t")]


def test_a_collector_that_refuses_us_is_a_failure(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Answer, "status", 401)
    with serving(Answer) as port:
        settings.TRACES = collector(port)
        status, text, remedy = endpoints.traces()

    assert (status, text) == (Status.FAIL, f"http://127.0.0.1:{port}/v1/traces answers 401")
    assert remedy.startswith("Check OTEL_EXPORTER_OTLP_HEADERS")


def test_a_collector_that_is_not_there_is_a_warning(settings: Any) -> None:
    with silence() as port:
        settings.TRACES = collector(port)
        status, _, remedy = endpoints.traces()

    assert (status, remedy) == (Status.WARN, "Spans are lost until it does.")


def test_sentry_that_answers_is_well_and_its_key_is_not_repeated(settings: Any) -> None:
    with serving(Answer) as port:
        settings.SENTRY_DSN = f"http://secretkey@127.0.0.1:{port}/1"
        assert endpoints.sentry() == (Status.OK, f"127.0.0.1:{port} answers", "")


def test_sentry_that_is_not_there_is_a_warning(settings: Any) -> None:
    with silence() as port:
        settings.SENTRY_DSN = f"http://secretkey@127.0.0.1:{port}/1"
        status, text, _ = endpoints.sentry()

    assert status == Status.WARN
    assert "secretkey" not in text


@pytest.mark.parametrize("dsn", ["nonsense", "https://host/1", "file://key@host/1"])
def test_what_is_no_dsn_is_a_failure(settings: Any, dsn: str) -> None:
    settings.SENTRY_DSN = dsn

    assert endpoints.sentry()[:2] == (Status.FAIL, "SENTRY_DSN is no DSN")


def test_what_is_not_set_is_well(settings: Any) -> None:
    settings.SENTRY_DSN, settings.TRACES = "", {"endpoint": "", "headers": {}, "service": "t"}

    assert (endpoints.sentry()[0], endpoints.traces()[0]) == (Status.OK, Status.OK)
