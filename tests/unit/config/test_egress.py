"""Settings of requests that leave fail aloud, by name."""

import pytest

from config.egress import egress_settings
from config.env import ConfigurationError
from egress import Policy
from egress.policy import USUAL_PORTS


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("EGRESS_PORTS", "80,web", "EGRESS_PORTS has 'web', which is no port"),
        ("EGRESS_PORTS", "0", "EGRESS_PORTS has '0', which is no port"),
        ("EGRESS_ALLOW", "10.0.0.1/8", "EGRESS_ALLOW: '10.0.0.1/8' is no network"),
        ("EGRESS_ALLOW", "http://localhost", "EGRESS_ALLOW: 'http://localhost' has no port|is no"),
        ("EGRESS_REFUSE", "x", "EGRESS_REFUSE has 'x', which is no network"),
        (
            "EGRESS_PROXY",
            "socks5://user:hidden@p",
            "EGRESS_PROXY cannot be used. A proxy's address",
        ),
        ("EGRESS_CA_FILE", "/nowhere/ca.pem", "EGRESS_CA_FILE='/nowhere/ca.pem' is no file"),
        ("EGRESS_TOTAL_SECONDS", "0", "EGRESS_TOTAL_SECONDS='0' is too small"),
    ],
)
def test_what_cannot_be_used_is_named(
    name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError, match=sentence) as caught:
        egress_settings()

    assert "hidden" not in str(caught.value)


def test_nothing_of_one_s_own_is_allowed_unless_it_is_said() -> None:
    found = egress_settings()

    assert (found["ports"], found["allowed"], found["proxy"]) == (USUAL_PORTS, (), None)
    assert Policy(found["ports"], found["allowed"], found["refused"]) == Policy()


def test_what_is_said_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGRESS_PORTS", "443, 8443")
    monkeypatch.setenv("EGRESS_ALLOW", "localhost:11434, 10.0.0.0/8, *.corp.example")
    monkeypatch.setenv("EGRESS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("EGRESS_PROXY_RESOLVES", "true")
    monkeypatch.setenv("EGRESS_MAX_MB", "5")

    found = egress_settings()

    assert found["ports"] == (443, 8443)
    assert [one.port for one in found["allowed"]] == [11434, None, None]
    assert found["proxy"] is not None
    assert (found["proxy"].host, found["proxy"].port, found["proxy"].resolves) == (
        "proxy.example",
        3128,
        True,
    )
    assert found["limits"].max_bytes == 5 * 1024 * 1024
