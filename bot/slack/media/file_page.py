"""Page of a shared file, from the files in html/: our own style, nothing from elsewhere, no script and no picture.

Everything that comes from Slack is escaped where it is filled in. What is not there any more is said in words that tell
nothing of what it was.
"""

from urllib.parse import quote

from bot.domain.shared_files import SharedFile
from bot.domain.text import clean, truncate
from bot.domain.timestamps import from_micros
from bot.slack.html_pages import HtmlPages

LONGEST_NAME = 120
"""Characters of a name that are shown and told."""

_NOT_IN_NAMES = frozenset('/\\:*?"<>|')
"""Characters that one system or another does not take in the name of a file."""


_PAGES = HtmlPages("bot.slack.media", "file.css")

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
"""Headers of each answer: who has the address has the file, so it goes nowhere from here."""

HEADERS = {**SAFE, **_PAGES.headers}
"""Headers of each page."""


def file_page(shared: SharedFile, download: str) -> str:
    """Show name and size of a file, with the button that gives it."""
    assert shared.until is not None
    name, until = shown_name(shared), from_micros(shared.until)
    words = {"name": name, "size": size_in_words(shared.file.size), "download": download}
    return _page(name, "file", **words, until=f"{until:%B} {until.day}, {until.year}")


def gone_page() -> str:
    """Say that what a link led to is not there any more."""
    text = "Links to files are good for some days, and whoever sent one may end it before. If you still need the file, "
    return _said("This file is not here any more", f"{text}please answer the text that it came with.")


def unknown_page() -> str:
    """Say that an address is none of ours."""
    return _said("There is nothing at this address", "Please open the link in the text again, in its whole length.")


def later_page() -> str:
    """Say that a file cannot be read just now."""
    return _said("The file cannot be loaded just now", "Please try again in a minute.")


def shown_name(shared: SharedFile) -> str:
    """Write the name of a file in one line, without what hides or turns around its ending."""
    plain = "".join("-" if char in _NOT_IN_NAMES else char for char in clean(shared.file.name).replace("\n", " "))
    stem, dot, ending = plain.strip(" .").rpartition(".")
    if not dot or len(ending) > 12:
        stem, ending = f"{stem}{dot}{ending}", ""
    return f"{truncate(stem, LONGEST_NAME).strip() or 'file'}{dot if ending else ''}{ending}"


def size_in_words(size: int) -> str:
    """Write a size as people read it: 512 bytes, 34 kB, 1.2 MB."""
    if size < 1_000:
        return f"{size} bytes" if size != 1 else "1 byte"
    if size < 999_500:
        return f"{size / 1_000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"


def disposition(shared: SharedFile) -> str:
    """Write the header that has a browser store a file under its name, and never show it."""
    name = shown_name(shared)
    plain = "".join(char if char.isascii() and char.isprintable() and char != "%" else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _said(title: str, text: str) -> str:
    return _page(title, "said", title=title, text=text)


def _page(heading: str, template: str, **words: str) -> str:
    return _PAGES.page(heading, _PAGES.filled(template, **words))
