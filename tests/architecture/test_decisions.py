"""Decision records are numbered one after another, each with its number in its title."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "decisions"


def test_each_number_belongs_to_one_record() -> None:
    files = sorted(FOLDER.glob("[0-9]*.md"))

    assert [int(one.name[:4]) for one in files] == list(range(1, len(files) + 1))


def test_each_title_begins_with_the_number_of_its_file() -> None:
    for one in FOLDER.glob("[0-9]*.md"):
        title = one.read_text().splitlines()[0]
        assert title.startswith(f"# {int(one.name[:4])}. "), one.name
