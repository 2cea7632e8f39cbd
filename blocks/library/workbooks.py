"""Excel workbooks as rows of text, within bounds: a small file may claim to be a huge one."""

import os
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

# Read before openpyxl is imported: with lxml, which is here for web pages, it would take documents with
# entities, and with defusedxml it refuses them.
os.environ["OPENPYXL_LXML"] = "False"

import openpyxl

from blocks.sdk import BlockError

MOST_BYTES = 100 * 1024 * 1024
"""How large a workbook may be once unpacked."""
MOST_CELLS = 2_000_000
MOST_ROWS = 1_048_576
"""The number of rows that Excel itself allows."""

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0"


def is_workbook(content: bytes) -> bool:
    """Return whether the bytes look like an Excel file, of the present kind or the old one."""
    return content.startswith((ZIP_MAGIC, OLE_MAGIC))


def workbook_rows(content: bytes, sheet: str | int) -> Iterator[list[str]]:
    """Yield the rows of one sheet as texts. Raises BlockError where that is impossible."""
    if content.startswith(OLE_MAGIC):
        raise BlockError(
            "The Excel file is of the old kind (.xls) or protected by a password."
            " Save it as .xlsx or CSV."
        )
    try:
        _check_size(content)
        with closing(
            openpyxl.load_workbook(
                BytesIO(content), read_only=True, data_only=True, keep_links=False
            )
        ) as workbook:
            yield from _rows(_sheet(workbook, sheet))
    except BlockError:
        raise
    except Exception as error:  # a damaged file makes openpyxl raise almost anything
        raise BlockError(f"The Excel file cannot be read: {error}.") from error


def _check_size(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MOST_BYTES:
        raise BlockError(f"The Excel file unpacks to more than {MOST_BYTES // 2**20} MB.")


def _sheet(workbook: openpyxl.Workbook, wanted: str | int) -> Any:
    """Return the worksheet of this name or place. A name that is a number may be a place too."""
    if wanted in workbook.sheetnames:
        return workbook[str(wanted)]
    place = int(wanted) if str(wanted).isdecimal() else -1
    if 0 <= place < len(workbook.worksheets):
        return workbook.worksheets[place]
    names = ", ".join(repr(name) for name in workbook.sheetnames)
    raise BlockError(f"There is no sheet {wanted!r} in the Excel file. Its sheets are {names}.")


def _rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # what the file claims of its size need not be true
    cells = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells += len(row)
        if number > MOST_ROWS or cells > MOST_CELLS:
            raise BlockError(f"The sheet has more than {MOST_ROWS} rows or {MOST_CELLS} cells.")
        yield [_text(value) for value in row]


def _text(value: Any) -> str:
    """Return a cell as text: dates in ISO form, truth values as in JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat() if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
