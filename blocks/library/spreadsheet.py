"""The block that reads CSV and Excel: rows in, dictionaries out."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice

from blocks.library.files import FileText, decode_text, fetch
from blocks.library.workbooks import is_workbook, workbook_rows
from blocks.sdk import BlockError, Category, InputPins, OutputPins, RunContext, block, pin

Row = dict[str, str]


class ReadSpreadsheetInputs(InputPins):
    contents: str | None = pin(None, description="CSV text; or give a file")
    file_input: FileText | None = pin(
        None, description="A CSV or Excel (.xlsx) file; or give the text"
    )
    delimiter: str = pin(",", description="What separates the cells of a CSV row")
    quotechar: str = pin('"', description="What encloses cells that contain the delimiter")
    escapechar: str = pin("\\", description="What stands before a character meant literally")
    has_header: bool = pin(True, description="The first row has the columns' names")
    skip_rows: int = pin(0, description="Rows to skip, after the header")
    strip: bool = pin(True, description="Remove blanks around each cell")
    skip_columns: list[str] = pin(
        [], description="Columns to leave out, by name, or by number counted from 0"
    )
    sheet_name: str | int = pin(
        0, description="Which sheet of an Excel file: name, or number from 0", advanced=True
    )
    produce_singular_result: bool = pin(
        False, description="Emit one row after another instead of all rows at once"
    )


class ReadSpreadsheetOutputs(OutputPins):
    row: Row = pin({}, description="One row, by column, if rows are emitted singly")
    rows: list[Row] = pin([], description="All rows, unless they are emitted singly")
    all_data: list[Row] = pin([], description="All rows, in either case")


@block(
    id="acf7625e-d2cb-4941-bfeb-2819fc6fc015",
    name="ReadSpreadsheetBlock",
    categories=[Category.TEXT, Category.DATA],
    queue="cpu",
    examples=[
        (
            ReadSpreadsheetInputs(contents="tea, cups\nAssam, 2\nKeemun, 1"),
            ReadSpreadsheetOutputs(
                rows=[{"tea": "Assam", "cups": "2"}, {"tea": "Keemun", "cups": "1"}],
                all_data=[{"tea": "Assam", "cups": "2"}, {"tea": "Keemun", "cups": "1"}],
            ),
        ),
        (
            ReadSpreadsheetInputs(
                contents="Assam;2", delimiter=";", has_header=False, produce_singular_result=True
            ),
            ReadSpreadsheetOutputs(row={"0": "Assam", "1": "2"}),
            ReadSpreadsheetOutputs(all_data=[{"0": "Assam", "1": "2"}]),
        ),
    ],
)
def read_spreadsheet(
    inputs: ReadSpreadsheetInputs, context: RunContext
) -> Iterator[ReadSpreadsheetOutputs]:
    """Read a table from CSV text, or from a CSV or Excel file, into a dictionary per row.

    Cells are texts under their column's name; a column without name goes by its number, counted
    from 0. Empty rows are left out, and cells missing at the end of a row are empty texts.
    """
    rows = list(_records(_cells(inputs, context), inputs))
    if not inputs.produce_singular_result:
        yield ReadSpreadsheetOutputs(rows=rows, all_data=rows)
        return
    for row in rows:
        yield ReadSpreadsheetOutputs(row=row)
    yield ReadSpreadsheetOutputs(all_data=rows)


def _cells(inputs: ReadSpreadsheetInputs, context: RunContext) -> Iterator[list[str]]:
    """Yield each row's cells, from whichever source is given; a file comes before text."""
    if inputs.file_input:
        content = fetch(inputs.file_input, context).content
        if is_workbook(content):
            return workbook_rows(content, inputs.sheet_name)
        return _csv_rows(decode_text(content), inputs)
    if inputs.contents is None:
        raise BlockError("There is nothing to read. Give `contents` or `file_input`.")
    return _csv_rows(inputs.contents.removeprefix("\ufeff"), inputs)


def _csv_rows(text: str, inputs: ReadSpreadsheetInputs) -> Iterator[list[str]]:
    try:
        reader = csv.reader(
            StringIO(text, newline=""),
            delimiter=inputs.delimiter.replace("\\t", "\t"),
            quotechar=inputs.quotechar or None,
            escapechar=inputs.escapechar or None,
            quoting=csv.QUOTE_MINIMAL if inputs.quotechar else csv.QUOTE_NONE,
            strict=True,
        )
    except (TypeError, ValueError) as error:
        raise BlockError(f"The CSV cannot be read with these characters: {error}.") from None
    try:
        yield from reader
    except csv.Error as error:
        raise BlockError(f"Line {reader.line_num} of the CSV cannot be read: {error}.") from None


def _records(cells: Iterator[list[str]], inputs: ReadSpreadsheetInputs) -> Iterator[Row]:
    filled = (row for row in cells if any(cell.strip() for cell in row))
    rows = ([cell.strip() if inputs.strip else cell for cell in row] for row in filled)
    header = next(rows, []) if inputs.has_header else []
    for row in islice(rows, max(inputs.skip_rows, 0), None):
        yield _record(header, row, inputs.skip_columns)


def _record(header: Sequence[str], row: Sequence[str], skipped: Iterable[str]) -> Row:
    """Return the cells by column. Cells beyond the header count only where they hold something."""
    record: Row = {}
    for number in range(max(len(header), len(row))):
        name = (header[number] if number < len(header) else "") or str(number)
        cell = row[number] if number < len(row) else ""
        if name in skipped or str(number) in skipped or (number >= len(header) > 0 and not cell):
            continue
        record[name] = cell
    return record
