"""Placeholders: words in braces that stand for the cell of a column, as in "Hello {first_name}". Pure.

What cannot be filled in is told before anything is sent: no brace ever reaches a phone by mistake.
"""

import re
from collections.abc import Collection, Mapping

from bot.domain.imports import key_of

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class BadPlaceholder(ValueError):
    """A text with a placeholder that no column fills; str() is plain text for its author."""


def check_placeholders(text: str, known: Collection[str]) -> tuple[str, ...]:
    """List the placeholders of a text by their keys, each once. Raises BadPlaceholder."""
    names = _PLACEHOLDER.findall(text)
    unknown = [name for name in names if key_of(name) not in known]
    columns = ", ".join(f"{{{one}}}" for one in known)
    if unknown:
        raise BadPlaceholder(f"No column is called {{{unknown[0][:60]}}}. There are {columns}.")
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        raise BadPlaceholder(f"A brace stands alone. Write placeholders like {columns}.")
    return tuple(dict.fromkeys(map(key_of, names)))


def filled(text: str, fields: Mapping[str, str]) -> str:
    """Fill in the cells of one row; what stands in a cell is never taken for a placeholder."""
    return _PLACEHOLDER.sub(lambda found: fields[key_of(found[1])], text)


def first_empty(keys: Collection[str], fields: Mapping[str, str]) -> str | None:
    """Find the first placeholder whose cell is empty."""
    return next((key for key in keys if not fields.get(key, "").strip()), None)
