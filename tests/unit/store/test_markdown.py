"""What creators write, as HTML and as plain words."""

from store.markdown import html, plain


def test_markdown_becomes_html_below_the_page_s_headings() -> None:
    assert html("# Tea\n\nIt **pours**.\n\n###### Small") == (
        "<h3>Tea</h3>\n<p>It <strong>pours</strong>.</p>\n<h6>Small</h6>\n"
    )


def test_html_in_it_stays_text() -> None:
    found = html("<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1))")

    assert "<script" not in found
    assert "<img" not in found
    assert "href" not in found


def test_plain_words_have_no_marks_and_are_cut() -> None:
    assert plain("# Tea\n\nIt **pours** [hot](https://example.org) & sweet") == (
        "Tea It pours hot & sweet"
    )
    assert plain("word " * 100, 20) == "word word word word…"


def test_plain_words_are_text_and_not_html() -> None:
    assert plain("`<b>`") == "<b>"
