"""JSON field readers that never raise: each returns the value if it has the expected type, else an empty one.

Slack calls nearly every field optional and its own recordings lack many, so no field is taken on trust.
"""

from typing import Any


def str_of(value: object) -> str:
    """Read a string, without NUL, which no database stores; "" for anything else."""
    return value.replace("\x00", "") if isinstance(value, str) else ""


def int_of(value: object) -> int | None:
    """Read a whole number; None for anything else, JSON's true and false included."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def dict_of(value: object) -> dict[str, Any]:
    """Read an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def dicts_of(value: object) -> list[dict[str, Any]]:
    """Read a list of objects; everything else in the list, or in place of it, is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, (list, tuple)) else []
