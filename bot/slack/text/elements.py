"""Elements of rich text, each read as one piece of phone text: text, link, emoji, date, or a name still open.

What cannot be read is left out; nothing raises.
Shapes: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from collections.abc import Callable
from typing import Any

from bot.domain.pieces import BROADCASTS, Piece, RefKind
from bot.slack.json_fields import int_of, str_of
from bot.slack.text.emoji import emoji_for, emoji_of_hex
from bot.slack.text.markup import link, ref_or_label, utc


def _read_text(element: dict[str, Any]) -> Piece:
    return str_of(element.get("text"))


def _read_link(element: dict[str, Any]) -> Piece:
    return link(str_of(element.get("url")), str_of(element.get("text")))


def _read_emoji(element: dict[str, Any]) -> Piece:
    """Read an emoji by the characters Slack gives; its `unicode` may lack the tone that `skin_tone` names."""
    name, tone = str_of(element.get("name")), int_of(element.get("skin_tone"))
    char = emoji_of_hex(str_of(element.get("unicode")))
    if tone is not None and not (char and any("\U0001f3fb" <= part <= "\U0001f3ff" for part in char)):
        char = emoji_for(f"{name}::skin-tone-{tone}") or char
    return char or emoji_for(name) or (f":{name}:" if name else "")


def _read_broadcast(element: dict[str, Any]) -> Piece:
    whom = str_of(element.get("range"))
    return f"@{whom}" if whom in BROADCASTS else ""


def _read_date(element: dict[str, Any]) -> Piece:
    return str_of(element.get("fallback")) or utc(int_of(element.get("timestamp")))


def read_unknown(element: dict[str, Any]) -> Piece:
    """Read an element of an unknown type by the first of its fields that holds text."""
    return next(filter(None, (_written(element.get(key)) for key in ("text", "fallback", "value", "url"))), "")


def _written(value: object) -> str:
    """Write a value as a person would: text as it is, a number in digits."""
    if isinstance(value, float):
        return f"{value:.15g}"
    number = int_of(value)
    return str_of(value) if number is None else str(number)


def piece_of(element: dict[str, Any]) -> Piece:
    """Read an element of rich text, of any type."""
    return _READERS.get(str_of(element.get("type")), read_unknown)(element)


def _reader_of_ref(kind: RefKind, key: str) -> Callable[[dict[str, Any]], Piece]:
    return lambda element: ref_or_label(kind, str_of(element.get(key)))


_READERS: dict[str, Callable[[dict[str, Any]], Piece]] = {
    "text": _read_text,
    "link": _read_link,
    "emoji": _read_emoji,
    "broadcast": _read_broadcast,
    "date": _read_date,
    "color": read_unknown,
    "user": _reader_of_ref(RefKind.USER, "user_id"),
    "usergroup": _reader_of_ref(RefKind.GROUP, "usergroup_id"),
    "channel": _reader_of_ref(RefKind.CHANNEL, "channel_id"),
    "team": _reader_of_ref(RefKind.TEAM, "team_id"),
}
