"""Single values of Glific's JSON, read leniently. Pure; never raises, whatever the value.

What cannot be read is empty or None, and the caller decides whether it can do without.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.phone import E164
from bot.domain.url_safety import is_web_address
from bot.providers.json_values import read_object, read_text

_PHONE_DIGITS = range(7, 16)
_YEARS = range(2000, 2200)


def read_number(value: object) -> int | None:
    """Take a whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_phone(value: object) -> E164 | None:
    """Take a phone and give it its plus sign; None for what is no number of a phone, as a simulator's is none."""
    digits = read_text(value).removeprefix("+")
    is_number = digits.isascii() and digits.isdigit() and digits[:1] != "0" and len(digits) in _PHONE_DIGITS
    return E164(f"+{digits}") if is_number else None


def read_moment(value: object) -> datetime | None:
    """Read a time as aware UTC; None for one that cannot be. One without a zone is UTC, which is what Glific means."""
    try:
        at = datetime.fromisoformat(read_text(value))
    except ValueError:
        return None
    if at.year not in _YEARS:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def read_json(value: object) -> Mapping[str, Any]:
    """Read an object from JSON that travels inside a text."""
    try:
        return read_object(json.loads(read_text(value)))
    except (ValueError, RecursionError):
        return {}


def read_address(value: object) -> str:
    """Take a web address; "" where there is none."""
    text = read_text(value)
    return text if is_web_address(text) else ""
