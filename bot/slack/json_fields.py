"""Readers for JSON that may have any shape: each takes what it names, or nothing, and never raises.

Slack calls nearly every field optional and its own recordings lack many, so no field is taken on trust.
"""

from typing import Any


def str_of(value: object) -> str:
    """Take the value if it is text, else ""."""
    return value if isinstance(value, str) else ""


def int_of(value: object) -> int | None:
    """Take the value if it is a whole number (JSON's true and false are none), else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def dict_of(value: object) -> dict[str, Any]:
    """Take the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def dicts_of(value: object) -> list[dict[str, Any]]:
    """Take the objects of a list; anything else in it, or instead of it, is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, (list, tuple)) else []
