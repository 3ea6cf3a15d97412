"""What was typed into a search, in the language of SQLite's full-text index, of which it is never read as a part."""

from collections.abc import Sequence
from typing import Any

from bot.store.sql.search import contact_search_in, text_search_in

_NOTHING = '""'


class FullTextSearch:
    """bot.store.sql.search.Search in the language of FTS5."""

    def contacts(self, typed: str) -> dict[str, Any]:
        """Search for beginnings of words of a name, and for a part of a name or a number."""
        words, part, is_number = contact_search_in(typed)
        column = "contact" if is_number else "name"
        return {
            "words": " ".join(f"{_quote(word)} *" for word in words) or _NOTHING,
            "part": f"{column} : {_quote(part)}" if part else _NOTHING,
        }

    def texts(self, typed: str) -> str:
        """Search for all the words, the last of which may be unfinished."""
        words, is_begun = text_search_in(typed)
        *first, last = [_quote(word) for word in words] or [_NOTHING]
        return " ".join([*first, f"{last} *" if is_begun else last])

    def condition(self, column: str, found: str) -> str:
        """Write it so that the rows are found by what the statement gives."""
        return f"{column} IN ({found})"

    def phrases(self, phrases: Sequence[str]) -> str:
        """Search for any of these."""
        return " OR ".join(map(_quote, phrases))


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
