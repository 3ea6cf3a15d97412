"""Single values of Carium's JSON, read leniently. Pure; never raises, whatever the value.

What cannot be read is empty or None, and the caller decides whether it can do without.
"""

from datetime import UTC, datetime

from bot.domain.phone import E164
from bot.providers.json_values import read_text

_PHONE_DIGITS = range(7, 16)
_YEARS = range(2000, 2200)


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
