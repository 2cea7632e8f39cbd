"""Class 10: what is sent is made of what was checked, and nothing can make the two differ."""

import pytest

from egress import AddressRefused, Client, Policy, UrlRefused
from tests.support.webhosts import Names, reply, web_host


def test_a_host_header_of_one_s_own_is_not_sent() -> None:
    with web_host(lambda asked: reply()) as host, Client(policy=host.policy) as http:
        http.get(host.url, headers={"Host": "inside.example"})

    assert host.asked[0].headers["host"] == f"127.0.0.1:{host.port}"


def test_no_extension_has_tls_believe_another_name_or_another_target_be_asked() -> None:
    with web_host(lambda asked: reply()) as host, Client(policy=host.policy) as http:
        http.get(
            f"{host.url}/right",
            extensions={"sni_hostname": "other.example", "target": b"/wrong"},
        )

    assert host.asked[0].path == "/right"


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY", "http_proxy", "HTTPS_PROXY"])
def test_no_proxy_comes_from_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with web_host(lambda asked: reply(b"through the proxy")) as proxy:
        monkeypatch.setenv(name, proxy.url)
        with (
            web_host(lambda asked: reply(b"direct")) as host,
            Client(policy=host.policy) as http,
        ):
            assert http.get(host.url).text == "direct"

    assert proxy.asked == []


def test_no_password_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w", encoding="utf-8") as file:
        file.write("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", netrc)
    with web_host(lambda asked: reply()) as host, Client(policy=host.policy) as http:
        http.get(host.url)

    assert "authorization" not in host.asked[0].headers


@pytest.mark.parametrize(
    "headers",
    [
        {"X-One": "a\r\nX-Two: b"},
        {"X-One": "a\nX-Two: b"},
        {"X-One\r\nX-Two": "b"},
        {"X One": "b"},
        {"": "b"},
        {"X-One": "a\x00b"},
        {"Content-Length": "1, 2"},
    ],
)
def test_a_header_with_a_line_of_its_own_is_not_sent(headers: dict[str, str]) -> None:
    with (
        web_host(lambda asked: reply()) as host,
        Client(policy=host.policy) as http,
        pytest.raises(UrlRefused, match="cannot be sent"),
    ):
        http.get(host.url, headers=headers)

    assert host.asked == []


@pytest.mark.parametrize("path", ["/a b", "/a\r\nX-Two: b", "/é", "/%0d%0aX-Two:%20b", "/\\..\\x"])
def test_a_path_stays_one_line(path: str) -> None:
    with web_host(lambda asked: reply()) as host, Client(policy=host.policy) as http:
        try:
            http.get(host.url + path)
        except UrlRefused:
            return

    [asked] = host.asked
    assert "x-two" not in asked.headers
    assert " " not in asked.path


def test_a_base_address_is_checked_as_well() -> None:
    with (
        Client(policy=Policy(), base_url="http://10.0.0.1") as http,
        pytest.raises(AddressRefused),
    ):
        http.get("/path")


def test_a_relative_address_cannot_leave_its_base() -> None:
    names = Names({"inside.example": ["10.0.0.1"]})
    with (
        web_host(lambda asked: reply()) as host,
        Client(policy=host.policy, base_url=host.url, resolver=names) as http,
        pytest.raises(AddressRefused),
    ):
        http.get("http://inside.example/")

    assert host.asked == []
