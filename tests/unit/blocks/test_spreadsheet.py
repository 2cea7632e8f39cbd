import base64
import zipfile
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from blocks.library import workbooks
from blocks.sdk import BlockError
from blocks.sdk.testing import FakeContext, MemoryFiles
from tests.support.blocks import emitted


def rows(contents: str | None = None, **inputs: Any) -> Any:
    """Return the rows, seeing that they come on both pins."""
    [first, second] = emitted("ReadSpreadsheetBlock", {"contents": contents, **inputs})
    assert first == ("rows", second[1])
    assert second[0] == "all_data"
    return first[1]


def workbook(*sheets: tuple[str, list[list[Any]]]) -> str:
    book = openpyxl.Workbook(write_only=True)
    for title, cells in sheets:
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    content = BytesIO()
    book.save(content)
    return as_uri(content.getvalue())


def as_uri(content: bytes) -> str:
    return f"data:application/octet-stream;base64,{base64.b64encode(content).decode()}"


def edited(uri: str, member: str, old: bytes, new: bytes) -> str:
    """Return the workbook with one of its parts changed."""
    source = zipfile.ZipFile(BytesIO(base64.b64decode(uri.partition(",")[2])))
    content = BytesIO()
    with source, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            assert name != member or old in part
            target.writestr(name, part.replace(old, new) if name == member else part)
    return as_uri(content.getvalue())


def test_rows_come_singly_if_asked_for() -> None:
    inputs = {"contents": "a,b\n1,2\n3,4", "produce_singular_result": True}

    assert emitted("ReadSpreadsheetBlock", inputs) == [
        ("row", {"a": "1", "b": "2"}),
        ("row", {"a": "3", "b": "4"}),
        ("all_data", [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
    ]


@pytest.mark.parametrize("contents", ["", "a,b", "a,b\n\n  \n"])
def test_text_without_rows_has_no_rows(contents: str) -> None:
    assert rows(contents) == []


@pytest.mark.parametrize(
    ("contents", "inputs", "expected"),
    [
        ("a, b\r\n 1 ,2\r\n\r\n3,4\r\n", {}, [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
        ("a, b\n 1 ,2", {"strip": False}, [{"a": " 1 ", " b": "2"}]),
        ('a,b\n"x, ""y""","two\nlines"', {}, [{"a": 'x, "y"', "b": "two\nlines"}]),
        ("a\nx\\,y", {}, [{"a": "x,y"}]),
        ("a\nx\\y", {"escapechar": ""}, [{"a": "x\\y"}]),
        ('a\n"x', {"quotechar": ""}, [{"a": '"x'}]),
        ("a;b\n1;'2;3'", {"delimiter": ";", "quotechar": "'"}, [{"a": "1", "b": "2;3"}]),
        ("a\tb\n1\t2", {"delimiter": "\\t"}, [{"a": "1", "b": "2"}]),
        ("1,2", {"has_header": False}, [{"0": "1", "1": "2"}]),
        ("a\n1\n2\n3", {"skip_rows": 2}, [{"a": "3"}]),
        ("1\n2", {"has_header": False, "skip_rows": 1}, [{"0": "2"}]),
        ("a\n1", {"skip_rows": 9}, []),
        ("a,b,c\n1,2,3", {"skip_columns": ["b", "2"]}, [{"a": "1"}]),
        ("1,2,3", {"has_header": False, "skip_columns": ["1"]}, [{"0": "1", "2": "3"}]),
        ("a,b\n1", {}, [{"a": "1", "b": ""}]),
        ("a\n1,,3", {}, [{"a": "1", "2": "3"}]),
        ("a,\n1,2", {}, [{"a": "1", "1": "2"}]),
        ("\ufeffa\n1", {}, [{"a": "1"}]),
        ("שם,🍵\nא,ß", {}, [{"שם": "א", "🍵": "ß"}]),
    ],
)
def test_csv_is_read(contents: str, inputs: dict[str, Any], expected: list[Any]) -> None:
    assert rows(contents, **inputs) == expected


def test_file_comes_before_text() -> None:
    context = FakeContext(files=MemoryFiles({"t.csv": "a\né".encode("latin-1")}))

    emissions = emitted(
        "ReadSpreadsheetBlock", {"contents": "b\n2", "file_input": "t.csv"}, context
    )

    assert emissions[0] == ("rows", [{"a": "é"}])


def test_nothing_to_read_is_refused() -> None:
    with pytest.raises(BlockError, match="Give `contents` or `file_input`"):
        rows()


@pytest.mark.parametrize(
    ("contents", "inputs", "sentence"),
    [
        ('a,b\n1,"2', {}, "Line 2 of the CSV cannot be read: unexpected end of data."),
        ('a\n"1"2', {}, "Line 2 of the CSV cannot be read: ',' expected after '\"'."),
        (
            "a\n" + "x" * 200_000,
            {},
            "Line 2 of the CSV cannot be read: field larger than field limit (131072).",
        ),
        (
            "a",
            {"delimiter": ""},
            'The CSV cannot be read with these characters: "delimiter" must be a 1-character string.',
        ),
    ],
)
def test_bad_csv_is_refused(contents: str, inputs: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BlockError) as refused:
        rows(contents, **inputs)

    assert str(refused.value) == sentence


def test_hundred_thousand_rows_are_read() -> None:
    assert len(rows("a,b\n" + "1,2\n" * 100_000)) == 100_000


def test_workbook_cells_become_texts() -> None:
    cells: list[list[Any]] = [
        ["text", "whole", "part", "truth", "day", "moment", "clock", "none", None],
        [
            "é 🍵",
            3,
            2.5,
            True,
            date(2026, 1, 2),
            datetime.fromisoformat("2026-01-02T03:04"),
            time(5, 6),
            None,
            "x",
        ],
        [None, None, None],
        ["N/A"],
    ]

    assert rows(file_input=workbook(("Sheet", cells))) == [
        {
            "text": "é 🍵",
            "whole": "3",
            "part": "2.5",
            "truth": "true",
            "day": "2026-01-02",
            "moment": "2026-01-02T03:04:00",
            "clock": "05:06:00",
            "none": "",
            "8": "x",
        },
        dict.fromkeys(["whole", "part", "truth", "day", "moment", "clock", "none"], "")
        | {"text": "N/A"},
    ]


@pytest.mark.parametrize(
    ("sheet", "value"), [(None, "1"), (1, "2"), ("1", "2"), ("Zwei", "2"), ("0", "1")]
)
def test_sheet_is_chosen_by_name_or_place(sheet: Any, value: str) -> None:
    uri = workbook(("Eins", [["a"], [1]]), ("Zwei", [["a"], [2]]))

    assert rows(file_input=uri, sheet_name=sheet) == [{"a": value}]


@pytest.mark.parametrize("sheet", ["Drei", 2, -1])
def test_unknown_sheet_is_refused_with_those_there_are(sheet: Any) -> None:
    uri = workbook(("Eins", []), ("Zwei", []))

    with pytest.raises(BlockError) as refused:
        rows(file_input=uri, sheet_name=sheet)

    assert str(refused.value) == (
        f"There is no sheet {sheet!r} in the Excel file. Its sheets are 'Eins', 'Zwei'."
    )


def test_old_or_protected_excel_file_is_refused() -> None:
    with pytest.raises(BlockError, match=r"of the old kind \(\.xls\) or protected"):
        rows(file_input=as_uri(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)))


def test_damaged_workbook_is_refused() -> None:
    content = base64.b64decode(workbook(("Sheet", [["a"], [1]])).partition(",")[2])

    for damaged in (content[:100], content[: len(content) // 2], b"PK\x03\x04 no archive"):
        with pytest.raises(BlockError, match="The Excel file cannot be read"):
            rows(file_input=as_uri(damaged))


def test_archive_that_is_no_workbook_is_refused() -> None:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("hello.txt", "hello")

    with pytest.raises(BlockError, match="The Excel file cannot be read"):
        rows(file_input=as_uri(content.getvalue()))


def test_workbook_that_unpacks_to_too_much_is_refused_unread() -> None:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(101 * 2**20))

    with pytest.raises(BlockError) as refused:
        rows(file_input=as_uri(content.getvalue()))

    assert str(refused.value) == "The Excel file unpacks to more than 100 MB."


def test_rows_far_below_are_not_filled_in() -> None:
    sheet = "xl/worksheets/sheet1.xml"
    uri = edited(workbook(("S", [["a"], [1]])), sheet, b'<row r="2">', b'<row r="999999999999">')

    with pytest.raises(BlockError, match="more than 1048576 rows"):
        rows(file_input=uri)


def test_claimed_size_of_a_sheet_is_not_believed() -> None:
    uri = edited(
        workbook(("S", [["a"], [1]])),
        "xl/worksheets/sheet1.xml",
        b"<sheetData>",
        b'<dimension ref="A1:XFD1048576"/><sheetData>',
    )

    assert rows(file_input=uri) == [{"a": "1"}]


def test_too_many_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_CELLS", 5)

    with pytest.raises(BlockError, match="or 5 cells"):
        rows(file_input=workbook(("S", [[1, 2], [3, 4], [5, 6]])))


def test_entities_in_a_workbook_are_refused() -> None:
    uri = edited(
        workbook(("S", [["a"], [1]])),
        "xl/workbook.xml",
        b"<workbook ",
        b'<!DOCTYPE x [<!ENTITY y "z">]><workbook ',
    )

    with pytest.raises(BlockError, match="The Excel file cannot be read"):
        rows(file_input=uri)
