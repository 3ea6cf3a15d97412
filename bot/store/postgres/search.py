"""What was typed into a search, as PostgreSQL's indexes want it.

Whatever is typed is taken as words: it is quoted, so that it is never read as the language of the index. Words are
divided where SQLite's index divides them, and as plain_words in schema.sql does.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from bot.store.sql.search import contact_search_in, text_search_in

_LIKE_SIGN = re.compile(r"[\\%_]")
_ESCAPED = r"\\\g<0>"
_ACCENTS = re.compile("[\u0300-\u036f]")
_BETWEEN_WORDS = re.compile(
    "[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f\u0080-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u2000-\u206f]+"
)


class WordSearch:
    """bot.store.sql.search.Search in the language of tsquery, and of LIKE for parts."""

    def contacts(self, typed: str) -> dict[str, Any]:
        """Search for beginnings of words of a name, and for a part of a name or a number."""
        words, part, is_number = contact_search_in(typed)
        pattern = f"%{_LIKE_SIGN.sub(_ESCAPED, part)}%" if part else None
        return {
            "words": _all_of([_phrase(word, is_begun=True) for word in words]),
            "name_part": None if is_number else pattern,
            "contact_part": pattern if is_number else None,
        }

    def texts(self, typed: str) -> str:
        """Search for all the words, the last of which may be unfinished."""
        words, is_begun = text_search_in(typed)
        return _all_of(
            [_phrase(word) for word in words[:-1]] + [_phrase(word, is_begun=is_begun) for word in words[-1:]]
        )

    def condition(self, column: str, found: str) -> str:
        """Write it so that what the statement gives is put into a table of hashes once, and never joined.

        The server can only guess how much several of them leave, and then compares each row with all of another one's.
        """
        return f"({column} IN ({found})) IS TRUE"

    def phrases(self, phrases: Sequence[str]) -> str:
        """Search for any of these."""
        return " | ".join(filter(None, map(_phrase, phrases)))


def _all_of(phrases: Sequence[str]) -> str:
    return " & ".join(filter(None, phrases))


def _phrase(words: str, *, is_begun: bool = False) -> str:
    plain = _BETWEEN_WORDS.sub(" ", _ACCENTS.sub("", unicodedata.normalize("NFD", words))).split()
    if not plain:
        return ""
    return "(" + " <-> ".join(f"'{word}'" for word in plain) + (":*)" if is_begun else ")")
