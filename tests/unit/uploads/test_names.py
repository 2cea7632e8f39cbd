"""Names of files are for people to read, and for disks to take."""

import pytest

from uploads.names import LONGEST, clean


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("report.csv", "report.csv"),
        ("Bericht über Öl.pdf", "Bericht über Öl.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\alice\\list.txt", "list.txt"),
        (".bashrc", "bashrc"),
        ("a\x00b\r\nc.txt", "a b c.txt"),
        ("invoice\u202efdp.exe", "invoice fdp.exe"),
        ('a:b*c?"d<e>f|g.txt', "a_b_c__d_e_f_g.txt"),
        ("  spaced   out .txt. ", "spaced out .txt"),
        ("half\ud800.txt", "half .txt"),
        ("", "file"),
        ("..", "file"),
        ("/", "file"),
    ],
)
def test_a_name_is_made_harmless(sent: str, kept: str) -> None:
    assert clean(sent) == kept


def test_a_long_name_keeps_its_ending() -> None:
    assert clean("x" * 500 + ".csv") == "x" * (LONGEST - 4) + ".csv"


def test_a_long_ending_is_none_that_counts() -> None:
    assert len(clean("a." + "b" * 500)) <= LONGEST


def test_the_same_letters_written_in_two_ways_are_one_name() -> None:
    assert clean("Caf\u0065\u0301.txt") == clean("Caf\u00e9.txt") == "Café.txt"
