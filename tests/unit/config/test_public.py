"""The address under which others reach an instance."""

import pytest

from config.env import ConfigurationError
from config.public import public_url


@pytest.mark.parametrize(
    ("text", "hosts", "https", "found"),
    [
        ("", ["trellis.example"], True, "https://trellis.example"),
        ("", ["localhost"], False, "http://127.0.0.1:8000"),
        ("https://a.example/", ["b.example"], True, "https://a.example"),
        ("http://10.0.0.7:9000", [], False, "http://10.0.0.7:9000"),
    ],
)
def test_it_is_what_is_given_or_follows_from_the_hosts(
    text: str, hosts: list[str], https: bool, found: str
) -> None:
    assert public_url(text, hosts, https=https) == found


@pytest.mark.parametrize(
    "text", ["trellis.example", "ftp://a.example", "https://a.example/in", "https://"]
)
def test_what_is_no_address_of_a_site_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is no address of this instance"):
        public_url(text, [], https=False)
