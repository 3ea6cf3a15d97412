"""Single values of Carium's JSON, read leniently. Pure; never raises, whatever the value.

What cannot be read is empty or None, and the caller decides whether it can do without.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.phone import E164

_LONGEST_ID = 200
"""Characters. Ids are UUIDs, and those of the carrier have 34; anything much longer is no id."""

_PHONE_DIGITS = range(7, 16)
_YEARS = range(2000, 2200)


def read_object(value: object) -> Mapping[str, Any]:
    """Take an object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def read_list(value: object) -> list[Any]:
    """Take a list; anything else is an empty one."""
    return value if isinstance(value, list) else []


def read_text(value: object) -> str:
    """Take a text as it is, without what no database stores: NUL, and halves of surrogate pairs (JSON allows them).

    Anything but a text is "".
    """
    if not isinstance(value, str):
        return ""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")


def read_id(value: object) -> str:
    """Take an id, as text; "" where there is none."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else read_text(value).strip()
    return text if len(text) <= _LONGEST_ID else ""


def read_phone(value: object) -> E164 | None:
    """Take a number in E.164; None for what is none."""
    digits = read_text(value).strip().removeprefix("+")
    is_number = digits.isascii() and digits.isdigit() and digits[:1] != "0" and len(digits) in _PHONE_DIGITS
    return E164(f"+{digits}") if is_number else None


def read_moment(value: object) -> datetime | None:
    """Read a time as aware UTC, which is what one without a zone is; None for what is none."""
    try:
        at = datetime.fromisoformat(read_text(value).strip())
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year in _YEARS else None


def moment_text(at: datetime) -> str:
    """Write a time as filters of the API take it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
