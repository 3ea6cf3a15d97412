"""Kinds of values in the definition, each a check that says what is wrong with a value, or "" where it fits. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

Check = Callable[[object], str]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_E164_US = re.compile(r"\+1[0-9]{10}")
_COMPARED = re.compile(r"(?:>=|<=|>|<)[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]{5,15}Z?")
_LONGEST_COMPARED = 40


def text(longest: int | None = None) -> Check:
    """Take a text, of at most so many characters."""

    def check(value: object) -> str:
        if not isinstance(value, str):
            return "is not a string"
        return "" if longest is None or len(value) <= longest else f"is longer than {longest} characters"

    return check


def one_of(*values: str) -> Check:
    """Take one of these words."""
    return lambda value: "" if value in values else f"is not one of {', '.join(values)}"


def uuid(value: object) -> str:
    """Take a UUID."""
    return "" if isinstance(value, str) and _UUID.fullmatch(value) else "is not a uuid"


def phone(value: object) -> str:
    """Take a number in E.164."""
    return "" if isinstance(value, str) and _E164.fullmatch(value) else "is not a phone number in E.164"


def us_phone(value: object) -> str:
    """Take a North American number in E.164."""
    return "" if isinstance(value, str) and _E164_US.fullmatch(value) else "is not a phone number of the US in E.164"


def flag(value: object) -> str:
    """Take a boolean; in a query it is written out."""
    return "" if isinstance(value, bool) or value in ("true", "false") else "is not a boolean"


def mapping(value: object) -> str:
    """Take an object of any content."""
    return "" if isinstance(value, dict) else "is not an object"


def texts(value: object) -> str:
    """Take a list of strings."""
    is_good = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return "" if is_good else "is not a list of strings"


def whole(least: int, most: int | None = None) -> Check:
    """Take a whole number within limits; in a query it is written out."""

    def check(value: object) -> str:
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            return "is not an integer"
        if value < least:
            return f"is less than {least}"
        return "" if most is None or value <= most else f"is more than {most}"

    return check


def compared(value: object) -> str:
    """Take a comparator with a time right behind it."""
    is_good = isinstance(value, str) and len(value) <= _LONGEST_COMPARED and _COMPARED.fullmatch(value)
    return "" if is_good else "is not a comparator and a datetime"
