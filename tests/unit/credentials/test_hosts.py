"""Which addresses a host covers (class 12: a credential goes to another host)."""

import pytest

from credentials.hosts import NotAHost, clean, covers


@pytest.mark.parametrize(
    ("entered", "kept"),
    [
        ("API.Example.org", "api.example.org"),
        (" api.example.org. ", "api.example.org"),
        ("https://api.example.org/v1/x?y#z", "api.example.org"),
        ("https://api.example.org:8443/v1", "api.example.org:8443"),
        ("mail.example.org:587", "mail.example.org:587"),
        ("*.example.org", "*.example.org"),
        ("localhost:11434", "localhost:11434"),
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://[::1]:9000/", "[::1]:9000"),
        ("a" * 253, "a" * 253),
    ],
)
def test_a_host_is_kept_in_one_form(entered: str, kept: str) -> None:
    assert clean(entered) == kept


@pytest.mark.parametrize(
    "entered",
    [
        "",
        "*",
        "*.org",
        "a.*.org",
        "example.org/path",
        "user@example.org",
        "https://user:pw@example.org",
        "exa mple.org",
        "example.org\\@evil.org",
        "example.org:0",
        "example.org:70000",
        "example.org:",
        "a" * 254,
        "exämple.org",
    ],
)
def test_what_is_no_host_is_refused(entered: str) -> None:
    with pytest.raises(NotAHost):
        clean(entered)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("api.example.org", "https://api.example.org/v1"),
        ("api.example.org", "https://API.EXAMPLE.ORG./v1"),
        ("api.example.org", "https://api.example.org:443"),
        ("api.example.org:8443", "https://api.example.org:8443/v1"),
        ("mail.example.org:587", "mail.example.org:587"),
        ("mail.example.org", "mail.example.org:587"),
        ("*.example.org", "https://a.b.example.org/"),
        ("[::1]:9000", "http://[::1]:9000/x"),
        ("localhost:11434", "http://localhost:11434/api/chat"),
    ],
)
def test_a_host_covers_its_addresses(host: str, address: str) -> None:
    assert covers(host, address)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("api.example.org", "https://evil.org/api.example.org"),
        ("api.example.org", "https://api.example.org.evil.org/"),
        ("api.example.org", "https://api.example.org@evil.org/"),
        ("api.example.org", "https://evil.org\\@api.example.org/"),
        ("api.example.org", "https://evil.org#@api.example.org/"),
        ("api.example.org", "https://xapi.example.org/"),
        ("api.example.org", "https://api.example.org:8443/"),
        ("api.example.org:8443", "https://api.example.org/"),
        ("api.example.org:8443", "api.example.org"),
        ("*.example.org", "https://example.org/"),
        ("*.example.org", "https://evilexample.org/"),
        ("*.example.org", "https://.example.org/"),
        ("api.example.org", "https://api.example.org\t.evil.org/"),
        ("api.example.org", "https:///api.example.org"),
        ("api.example.org", "https://api.example.org:x/"),
        ("api.example.org", ""),
        ("api.example.org", "//api.example.org"),
    ],
)
def test_a_host_covers_no_other_address(host: str, address: str) -> None:
    assert not covers(host, address)
