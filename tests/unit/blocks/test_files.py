import base64
from typing import Any

import pytest

from blocks.sdk import BlockError, HttpResponse
from blocks.sdk.testing import CannedHttp, FakeContext, MemoryFiles
from tests.support.blocks import emitted


def data_uri(content: bytes, media_type: str = "text/plain") -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def read(reference: str, **limits: Any) -> list[tuple[str, Any]]:
    return emitted("FileReadBlock", {"file_input": reference, **limits})


def test_file_is_kept_once_however_often_it_is_stored() -> None:
    files = MemoryFiles()
    context = FakeContext(files=files)
    inputs = {"file_in": data_uri(b"\x89PNG", "image/png")}

    first = emitted("FileStoreBlock", inputs, context)
    second = emitted("FileStoreBlock", inputs, context)

    assert first == second == [("file_out", "0f4636c78f65d363.png")]
    assert files.contents == {"0f4636c78f65d363.png": b"\x89PNG"}


def test_file_of_the_run_keeps_its_ending_and_type() -> None:
    context = FakeContext(files=MemoryFiles({"a/b.csv": b"1,2"}))

    assert emitted("FileStoreBlock", {"file_in": "a/b.csv", "base_64": True}, context) == [
        ("file_out", "data:text/csv;base64,MSwy")
    ]
    [(_, reference)] = emitted("FileStoreBlock", {"file_in": "a/b.csv"}, context)
    assert reference.endswith(".csv")
    assert context.files.read(reference) == b"1,2"


@pytest.mark.parametrize(
    "reference", ["missing.txt", "../../etc/passwd", "ftp://example.com/", "//[x"]
)
@pytest.mark.parametrize(
    ("name", "pin"), [("FileStoreBlock", "file_in"), ("FileReadBlock", "file_input")]
)
def test_unknown_file_is_refused_and_nothing_is_kept(name: str, pin: str, reference: str) -> None:
    files = MemoryFiles()

    with pytest.raises(BlockError, match="There is no file"):
        emitted(name, {pin: reference}, FakeContext(files=files))

    assert files.contents == {}


@pytest.mark.parametrize("uri", ["data:text/plain", "data:text/plain;base64,***"])
def test_malformed_data_uri_is_refused(uri: str) -> None:
    with pytest.raises(BlockError, match="data: URI"):
        read(uri)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("añb 🍵".encode(), "añb 🍵"),
        ("añb".encode("latin-1"), "añb"),
        (b"\xef\xbb\xbfa", "a"),
    ],
)
def test_text_is_utf_8_or_else_latin_1(content: bytes, text: str) -> None:
    assert read(data_uri(content)) == [("content", text), ("chunk", text)]


@pytest.mark.parametrize("limits", [{}, {"size_limit": 3}, {"delimiter": "|", "row_limit": 2}])
def test_empty_file_is_empty_text(limits: dict[str, Any]) -> None:
    assert read(data_uri(b""), **limits) == [("content", "")]


def test_characters_are_skipped_then_rows_and_the_rest_is_limited() -> None:
    uri = data_uri(b"#head|skipped|one|two|three")

    assert read(uri, delimiter="|", skip_size=1, skip_rows=2, row_limit=2) == [
        ("content", "one|two"),
        ("chunk", "one"),
        ("chunk", "two"),
    ]


def test_pieces_are_cut_by_characters() -> None:
    assert read(data_uri("ééé|é".encode()), delimiter="|", size_limit=2) == [
        ("content", "éé"),
        ("content", "é|"),
        ("content", "é"),
        ("chunk", "éé"),
        ("chunk", "é"),
        ("chunk", "é"),
    ]


def test_skipping_more_than_there_is_leaves_empty_text() -> None:
    assert read(data_uri(b"abc"), skip_size=9) == [("content", "")]
    assert read(data_uri(b"a|b"), delimiter="|", skip_rows=9) == [("content", "")]


def test_negative_limits_are_no_limits() -> None:
    limits = {"size_limit": -1, "row_limit": -1, "skip_size": -1, "skip_rows": -1}

    assert read(data_uri(b"abc"), **limits) == [("content", "abc"), ("chunk", "abc")]


def test_large_file_comes_in_pieces() -> None:
    pieces = read(data_uri(b"x" * 1_000_001), size_limit=500_000)

    assert [(pin, len(text)) for pin, text in pieces] == [
        ("content", 500_000),
        ("content", 500_000),
        ("content", 1),
        ("chunk", 500_000),
        ("chunk", 500_000),
        ("chunk", 1),
    ]


class TestAddresses:
    def test_a_file_of_the_web_is_kept_with_its_type(self) -> None:
        files = MemoryFiles()
        picture = HttpResponse(content=b"\x89PNG", headers={"content-type": "image/png"})
        context = FakeContext(files=files, http=CannedHttp({"https://a.example/x?y": picture}))

        [(_, reference)] = emitted("FileStoreBlock", {"file_in": "https://a.example/x?y"}, context)

        assert reference == "0f4636c78f65d363.png"
        assert files.contents == {reference: b"\x89PNG"}

    @pytest.mark.parametrize("status", [404, 500])
    def test_a_page_of_an_error_is_not_the_file(self, status: int) -> None:
        files = MemoryFiles()
        http = CannedHttp({"https://a.example/x": HttpResponse(status, b"Sorry")})

        with pytest.raises(BlockError, match=f"status {status}"):
            emitted(
                "FileStoreBlock",
                {"file_in": "https://a.example/x"},
                FakeContext(files=files, http=http),
            )

        assert files.contents == {}

    def test_it_is_read_too(self) -> None:
        http = CannedHttp({"HTTPS://a.example/x": HttpResponse(content=b"one")})

        assert emitted(
            "FileReadBlock", {"file_input": "HTTPS://a.example/x"}, FakeContext(http=http)
        ) == [("content", "one"), ("chunk", "one")]
