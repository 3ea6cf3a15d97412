"""What a person wrote in Slack, as plain text a phone shows well.

Reads the rich_text block, or the message's `text` where there is none. Names stay open (Ref) until somebody has looked
them up; what stands beside the words is read in beside.py. A part of the wrong shape is left out, never raised.
Shapes: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count, groupby
from typing import Any

from bot.domain.message import BROADCASTS, Piece, Ref, RefKind, written_out
from bot.domain.text import is_blank, tidy
from bot.slack.emoji import emoji_for, emoji_of_hex
from bot.slack.inert import escape
from bot.slack.markup import link, pieces_of_text, ref_or_label, utc
from bot.slack.shapes import dict_of, dicts_of, int_of, str_of

_TABLES = frozenset({"table", "data_table"})
_NOTE = re.compile(r"[~\s\u200b-\u200f\u2060\ufeff]*(?://|🔇|:mute:)")


def pieces_of(text: str, blocks: Sequence[Mapping[str, Any]] | None) -> tuple[Piece, ...]:
    """Turn a Slack message into phone text and the names still to be filled in; empty for an empty message."""
    pieces = on_lines(group for block in dicts_of(blocks) for group in _groups_of(block))
    return pieces if is_seen(pieces) else _merged(pieces_of_text(str_of(text)))


def pieces_of_input(typed: str) -> tuple[Piece, ...]:
    """Turn what was typed into a field of a window into phone text: as it is, but for emoji codes; empty for blank."""
    return () if is_blank(typed) else _merged(pieces_of_text(escape(typed), has_styles=False))


def flatten(pieces: Iterable[Piece], names: Mapping[Ref, str]) -> str:
    """Fill in the names ("@Name", "#name") and tidy the whole; an unknown name becomes a word, never an id."""
    return tidy(written_out(pieces, names))


def is_note(pieces: Sequence[Piece]) -> bool:
    """Tell whether the message stays in Slack: it starts with "//", 🔇 or :mute:, struck out or not."""
    start = "".join(piece if isinstance(piece, str) else "@" for piece in pieces)
    return _NOTE.match(tidy(start)) is not None


def is_seen(pieces: Iterable[Piece]) -> bool:
    """Tell whether anything of this can be seen."""
    return any(isinstance(piece, Ref) or bool(piece.strip()) for piece in pieces)


def on_lines(groups: Iterable[Iterable[Piece]]) -> tuple[Piece, ...]:
    """Put groups of pieces together, each on lines of its own."""
    return _merged(_on_lines(groups))


def _merged(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Join neighbouring texts, so that equal messages are equal values."""
    merged: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif piece:
            merged.append(piece)
    return tuple(merged)


def _on_lines(groups: Iterable[Iterable[Piece]]) -> Iterator[Piece]:
    """Chain groups of pieces, each starting on a line of its own."""
    last: Piece = "\n"
    for group in groups:
        pieces = _merged(group)
        if pieces and not (isinstance(last, str) and last.endswith("\n")):
            yield "\n"
        yield from pieces
        last = pieces[-1] if pieces else last


def _groups_of(block: dict[str, Any]) -> Iterator[Iterable[Piece]]:
    """Read what stands on lines of its own: the parts of a rich text, the rows of a table."""
    if block.get("type") == "rich_text":
        yield from (_block_pieces(part) for part in dicts_of(block.get("elements")))
    rows = block.get("rows") if str_of(block.get("type")) in _TABLES else None
    if isinstance(rows, list):
        yield from (_row_pieces(row) for row in rows)


def _row_pieces(row: object) -> Iterator[Piece]:
    for place, cell in enumerate(dicts_of(row)):
        if place:
            yield " | "
        rich = pieces_of("", [cell]) if cell.get("type") == "rich_text" else (_read_unknown(cell),)
        yield from (piece if isinstance(piece, Ref) else piece.replace("\n", " ") for piece in rich)


def _block_pieces(part: dict[str, Any]) -> Iterable[Piece]:
    if part.get("type") == "rich_text_list":
        return _list_pieces(part)
    inline = _inline_pieces(part)
    return prefixed(inline, "> ", "> ") if part.get("type") == "rich_text_quote" else inline


def _list_pieces(part: dict[str, Any]) -> Iterator[Piece]:
    pad = "  " * min(max(int_of(part.get("indent")) or 0, 0), 8)
    first = max(int_of(part.get("offset")) or 0, 0) + 1
    marks = (f"{number}. " if part.get("style") == "ordered" else "- " for number in count(first))
    items = zip(marks, dicts_of(part.get("elements")), strict=False)
    return _on_lines(prefixed(_inline_pieces(item), pad + mark, pad + " " * len(mark)) for mark, item in items)


def prefixed(pieces: Iterable[Piece], first: str, following: str) -> Iterator[Piece]:
    """Start the first line and each following one with a mark; one newline at the very end is dropped."""
    whole = _merged(pieces)
    yield first
    for place, piece in enumerate(whole, 1):
        if isinstance(piece, str):
            inner = piece.removesuffix("\n") if place == len(whole) else piece
            yield inner.replace("\n", "\n" + following)
        else:
            yield piece


def _inline_pieces(part: dict[str, Any]) -> Iterator[Piece]:
    for is_struck, elements in groupby(dicts_of(part.get("elements")), _is_struck):
        pieces = [_READERS.get(str_of(one.get("type")), _read_unknown)(one) for one in elements]
        yield from _struck(pieces) if is_struck else pieces


def _is_struck(element: dict[str, Any]) -> bool:
    return bool(dict_of(element.get("style")).get("strike"))


def _struck(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Put struck-out words between tildes, as Slack does in `text`: a phone would show them as said."""
    front, whole, behind = _without_ends(_merged(pieces))
    yield from (front, "~", *whole, "~", behind) if whole else (front, behind)


def _without_ends(pieces: tuple[Piece, ...]) -> tuple[str, tuple[Piece, ...], str]:
    """Take the white space off both ends of pieces."""
    front = behind = ""
    if pieces and isinstance(first := pieces[0], str):
        front, pieces = first[: len(first) - len(first.lstrip())], (first.lstrip(), *pieces[1:])
    if pieces and isinstance(last := pieces[-1], str):
        behind, pieces = last[len(last.rstrip()) :], (*pieces[:-1], last.rstrip())
    return front, tuple(filter(None, pieces)), behind


def _read_text(element: dict[str, Any]) -> Piece:
    return str_of(element.get("text"))


def _read_link(element: dict[str, Any]) -> Piece:
    return link(str_of(element.get("url")), str_of(element.get("text")))


def _read_emoji(element: dict[str, Any]) -> Piece:
    """Prefer the characters Slack gives; its `unicode` may lack the tone that `skin_tone` names."""
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


def _read_unknown(element: dict[str, Any]) -> Piece:
    """Keep what an element says in words, whatever Slack may invent."""
    return next(filter(None, (str_of(element.get(key)) for key in ("text", "fallback", "value", "url"))), "")


def _reader_of_ref(kind: RefKind, key: str) -> Callable[[dict[str, Any]], Piece]:
    return lambda element: ref_or_label(kind, str_of(element.get(key)))


_READERS: dict[str, Callable[[dict[str, Any]], Piece]] = {
    "text": _read_text,
    "link": _read_link,
    "emoji": _read_emoji,
    "broadcast": _read_broadcast,
    "date": _read_date,
    "color": _read_unknown,
    "user": _reader_of_ref(RefKind.USER, "user_id"),
    "usergroup": _reader_of_ref(RefKind.GROUP, "usergroup_id"),
    "channel": _reader_of_ref(RefKind.CHANNEL, "channel_id"),
    "team": _reader_of_ref(RefKind.TEAM, "team_id"),
}
