"""Single values of Volt's JSON, read leniently. Pure; never raises, whatever the value.

Volt's reference leaves the format of dates, the items of media and some nullability open, so each is read in every
form it might have. What cannot be read is empty or None, and the caller decides whether it can do without.
"""

from datetime import UTC, datetime, timedelta

from bot.domain.phone import E164
from bot.domain.sender import sender_of
from bot.domain.url_safety import is_web_address
from bot.providers.json_values import read_id, read_text

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nobody texted through Volt before."""

_AHEAD = timedelta(days=1)
"""How far ahead of ours Volt's clock may be."""

_MILLISECONDS_FROM = 100_000_000_000
"""As seconds this is the year 5138, so a number from here on counts milliseconds."""


def read_code(value: object) -> str:
    """Take an error code, as text; "" where there is none."""
    return read_id(value).strip()


def read_sender(value: object) -> E164 | None:
    """Take the sender of a text; None where there is none."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else read_text(value)
    return sender_of(text) if text.strip() else None


def read_media(value: object) -> tuple[str, ...]:
    """Keep the web addresses of a list of addresses or of objects that have one."""
    items = value if isinstance(value, list) else []
    urls = (read_text(item.get("url") if isinstance(item, dict) else item) for item in items)
    return tuple(url for url in urls if is_web_address(url))


def read_time(value: object) -> datetime | None:
    """Read a time in any of the forms Volt might mean, as aware UTC; None where it is none of them.

    ISO 8601; "YYYY-MM-DD HH:MM:SS", which Volt's own arguments use, as UTC; seconds (or milliseconds) since 1970, as a
    number or in digits. Volt documents no format for the dates it gives out.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and 9 <= len(value) <= 13:
        value = int(value)
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return datetime.fromtimestamp(value / 1000 if value >= _MILLISECONDS_FROM else value, UTC)
        if isinstance(value, str) and "-" in value:
            at = datetime.fromisoformat(value.strip())
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def read_past(value: object, now: datetime) -> datetime | None:
    """Read when something happened; None where that cannot be told, lies ahead, or before anything can have happened.

    Such is the time of a zero, which is in the year 1 or 1970.
    """
    at = read_time(value)
    return at if at is not None and _EARLIEST <= at <= now + _AHEAD else None
