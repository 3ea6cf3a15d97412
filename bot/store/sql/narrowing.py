"""What a search is narrowed to, put into its statement: each part is a statement of its own that gives conversations.

A statement says by a comment, `/* narrowed conversation.id */`, where the parts stand and which of its columns they are
about. Parts that a search has not are left out, so that a database plans only what is asked.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.searches import ALL_TIME, SearchFilter

_PLACE = re.compile(r"/\* narrowed ([\w.+]+) \*/")

Condition = Callable[[str, str], str]
"""Function that writes, in an engine's words, that a column is among what a statement gives."""


def conversation_parts(narrowed: SearchFilter) -> list[str]:
    """Name the parts that say which conversations are meant, but for the time."""
    tags = "with_tag" if len(narrowed.tags) == 1 else "with_tags"
    parts = ((tags, narrowed.tags), ("with_person", narrowed.person), ("in_stage", narrowed.stage))
    return [name for name, value in parts if value]


def time_parts(narrowed: SearchFilter) -> list[str]:
    """Name the part that says in which time they have texts."""
    if not narrowed.has_dates:
        return []
    return ["active_since"] if narrowed.until == ALL_TIME else ["with_texts_between"]


def narrowed_statement(statements: Mapping[str, str], name: str, parts: list[str], condition: Condition) -> str:
    """Put parts into a statement."""

    def conditions(place: re.Match[str]) -> str:
        return " ".join(f"AND {condition(place[1], statements[part])}" for part in parts)

    return _PLACE.sub(conditions, statements[name])


def narrowing_values(narrowed: SearchFilter) -> dict[str, Any]:
    """Give the values of all parts, and of the time of texts."""
    return {
        "stage": narrowed.stage.value if narrowed.stage else None,
        "tag": narrowed.tags[0] if narrowed.tags else None,
        "tags": json.dumps(narrowed.tags),
        "tag_count": len(narrowed.tags),
        "person": narrowed.person,
        "since": narrowed.since,
        "until": narrowed.until,
    }
