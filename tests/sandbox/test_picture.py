"""The picture of the demo in the README is one of today's page. No browser here."""

from __future__ import annotations

from tests.sandbox.picture import HEIGHT, PICTURE, SHOWN, WIDTH, digest, without_particulars
from tests.words import __main__ as words

ANEW = "the picture in the README is older than what it shows: python -m tests.sandbox.picture takes it anew"


def test_the_picture_shows_the_page_of_today() -> None:
    """No file of the page, and nothing of its opening, has changed since the picture was taken."""
    assert SHOWN.read_text(encoding="utf-8").splitlines()[0] == f"page {digest()}", ANEW


def test_the_picture_shows_the_words_of_today() -> None:
    """Each line that the bot says in the picture is one that it still says."""
    today = {without_particulars(line) for line in words.FILE.read_text(encoding="utf-8").splitlines()}
    shown = SHOWN.read_text(encoding="utf-8").splitlines()[1:]
    assert "[Undo]" in shown
    assert [line for line in shown if line not in today] == [], ANEW


def test_the_picture_is_as_large_as_the_page() -> None:
    """It is a PNG of the whole page, two dots for each of the page's."""
    head = PICTURE.read_bytes()[:24]
    width, height = int.from_bytes(head[16:20]), int.from_bytes(head[20:24])
    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    assert (width, height) == (2 * WIDTH, 2 * HEIGHT)
