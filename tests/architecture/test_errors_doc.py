"""The page of errors explains every code, and no other."""

import re

from tests.support.codes import ROOT, all_codes

ROW = re.compile(r"^\| `(\w+)` \| (?:\d{3}|–|any) \| [A-Z].+\. \| .+[.`] \|$", re.MULTILINE)
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
EXPLAINED = ROW.findall(PAGE)


def test_each_code_is_explained() -> None:
    missing = [
        code
        for code in sorted(all_codes())
        if not any(re.fullmatch(code, explained) for explained in EXPLAINED)
    ]

    assert missing == [], "explain these codes in docs/errors.md, each with cause and remedy"


def test_no_code_is_explained_that_nothing_answers_with() -> None:
    known = re.compile("|".join(all_codes()))

    assert [code for code in EXPLAINED if not known.fullmatch(code)] == []


def test_each_code_is_explained_once() -> None:
    assert [code for code in EXPLAINED if EXPLAINED.count(code) > 1] == []


def test_each_row_of_the_tables_can_be_read() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]

    assert [row for row in rows if not ROW.fullmatch(row)] == []
