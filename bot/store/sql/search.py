"""What was typed into a search, taken apart; how it is asked for is each engine's own. Pure."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from bot.domain.text import clean

LONGEST_SEARCH = 200
MOST_WORDS = 12

SHORTEST_PART = 3
"""Characters that are found anywhere in a name or number; fewer only where a word of the name begins."""

_A_NUMBER = re.compile(r"[\d\s().+/-]*\d[\d\s().+/-]*")


class Search(Protocol):
    """How an engine is asked for what was typed, which is never read as the language of its index."""

    def contacts(self, typed: str, /) -> dict[str, Any]:
        """Give the values of search_contacts: beginnings of words of a name, or a part of a name or a number."""

    def texts(self, typed: str, /) -> str:
        """Give the value of search_messages: all the words, the last of which may be unfinished."""

    def condition(self, column: str, found: str, /) -> str:
        """Write that a column is among what a statement gives."""

    def phrases(self, phrases: Sequence[str], /) -> str:
        """Give the value of texts_with: any of these phrases, which are words that follow each other."""


class ContactSearch(NamedTuple):
    """A search for contacts: words that a name has, and a part of a name or of a number, "" for none."""

    words: list[str]
    part: str
    is_number: bool


class TextSearch(NamedTuple):
    """A search for texts: words, the last of which may be unfinished where `is_begun`."""

    words: list[str]
    is_begun: bool


def contact_search_in(typed: str) -> ContactSearch:
    """Take a search for contacts apart."""
    typed = _one_line(typed)
    is_number = _A_NUMBER.fullmatch(typed) is not None
    part = re.sub("[^0-9]", "", typed).lstrip("0") if is_number else typed  # a nought in front is dialled, not stored
    return ContactSearch(_words(typed), part if len(part) >= SHORTEST_PART else "", is_number)


def text_search_in(typed: str) -> TextSearch:
    """Take a search for texts apart."""
    words = _words(_one_line(typed))
    return TextSearch(words, bool(words) and len(words[-1]) > 1)  # one letter would begin nearly every text


def _one_line(typed: str) -> str:
    return " ".join(clean(typed).split())[:LONGEST_SEARCH]


def _words(typed: str) -> list[str]:
    return [word for word in typed.split() if any(char.isalnum() for char in word)][:MOST_WORDS]
