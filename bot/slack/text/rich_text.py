"""Rich text of Slack as phone text.

Reads the blocks that hold words, or the message's `text` if there are none. Names stay open (Ref) until they are looked
up; attachments are read in events/beside_text.py. What cannot be read is left out, and is_all_read tells so; nothing
raises. Shapes: https://docs.slack.dev/reference/block-kit/blocks.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count, groupby
from typing import Any

from bot.domain.pieces import Piece, Ref, written_out
from bot.domain.text import is_blank, tidy
from bot.slack.json_fields import dict_of, dicts_of, int_of, str_of
from bot.slack.text.elements import piece_of, read_unknown
from bot.slack.text.escaping import escape
from bot.slack.text.markup import pieces_of_text

_TABLES = frozenset({"table", "data_table"})
_TEXTS = frozenset({"section", "header", "context"})
_LINES = frozenset({"rich_text_section", "rich_text_quote", "rich_text_preformatted"})
_NOTE = re.compile(r"[~\s\u200b-\u200f\u2060\ufeff]*(?://|🔇|:mute:)")


_NAMED = re.compile(r"&lt;(@[UW][A-Z0-9]+|#C[A-Z0-9]+)(?:\|[^&<>]*)?&gt;")


def pieces_of(text: str, blocks: Sequence[Mapping[str, Any]] | None) -> tuple[Piece, ...]:
    """Read a Slack message as phone text with names still open; empty for an empty message."""
    pieces = on_lines(group for block in dicts_of(blocks) for group in _groups_of(block))
    return pieces if is_seen(pieces) else _merged(pieces_of_text(str_of(text)))


def is_all_read(blocks: object) -> bool:
    """Tell whether pieces_of leaves out nothing of these blocks: no picture, no button, no unknown type."""
    return _are_all(_is_block_read, blocks)


def pieces_of_input(typed: str) -> tuple[Piece, ...]:
    """Read the text typed into a modal as phone text: only emoji codes change; empty for blank."""
    return () if is_blank(typed) else _merged(pieces_of_text(escape(typed), has_styles=False))


def pieces_of_workflow_text(given: str) -> tuple[Piece, ...]:
    """Read the text that a workflow gives: people and channels that it names are read, all else is as it stands.

    Slack writes somebody whom a form of the workflow has asked for as <@U…>.
    """
    if is_blank(given):
        return ()
    return _merged(pieces_of_text(_NAMED.sub(r"<\1>", escape(given)), has_styles=False))


def flatten(pieces: Iterable[Piece], names: Mapping[Ref, str]) -> str:
    """Fill in the names ("@Name", "#name") and tidy the whole; an unknown name becomes a word, never an id."""
    return tidy(written_out(pieces, names))


def is_note(pieces: Sequence[Piece]) -> bool:
    """Tell whether the message stays in Slack: it starts with "//", 🔇 or :mute:, struck or not."""
    start = "".join(piece if isinstance(piece, str) else "@" for piece in pieces)
    return _NOTE.match(tidy(start)) is not None


def is_seen(pieces: Iterable[Piece]) -> bool:
    """Tell whether any of these pieces can be seen."""
    return any(isinstance(piece, Ref) or bool(piece.strip()) for piece in pieces)


def on_lines(groups: Iterable[Iterable[Piece]]) -> tuple[Piece, ...]:
    """Join groups of pieces, each on lines of its own."""
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
    """Split a block by lines: the parts of a rich text, the rows of a table, the texts of a section."""
    kind = str_of(block.get("type"))
    if kind == "rich_text":
        yield from (_block_pieces(part) for part in dicts_of(block.get("elements")))
    if kind in _TABLES:
        yield [str_of(block.get("caption"))]
        yield from (_row_pieces(row) for row in _list_of(block.get("rows")))
    if kind in _TEXTS:
        yield from (_text_pieces(text) for text in dicts_of(_texts_of(block)))


def _texts_of(block: dict[str, Any]) -> list[object]:
    """List what a section, a header or a context holds: texts, and perhaps pictures and buttons."""
    whole = [block.get("text"), *_list_of(block.get("fields")), *_list_of(block.get("elements"))]
    return [text for text in (*whole, block.get("accessory")) if text is not None]


def _text_pieces(text: dict[str, Any]) -> Iterable[Piece]:
    """Read a text object; plain text has emoji codes, and no other markup."""
    words = str_of(text.get("text"))
    if text.get("type") == "mrkdwn":
        return pieces_of_text(words)
    is_plain = text.get("type") == "plain_text"
    return pieces_of_text(words.replace("<", "&lt;").replace(">", "&gt;"), has_styles=False) if is_plain else ()


def _row_pieces(row: object) -> Iterator[Piece]:
    for place, cell in enumerate(dicts_of(row)):
        if place:
            yield " | "
        rich = pieces_of("", [cell]) if cell.get("type") == "rich_text" else (read_unknown(cell),)
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
    """Prefix the first line and each following one; one newline at the very end is dropped."""
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
        pieces = map(piece_of, elements)
        yield from _struck(pieces) if is_struck else pieces


def _is_struck(element: dict[str, Any]) -> bool:
    return bool(dict_of(element.get("style")).get("strike"))


def _struck(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Put struck words between tildes, as Slack does in `text`: a phone would show them as meant."""
    front, whole, behind = _without_ends(_merged(pieces))
    yield from (front, "~", *whole, "~", behind) if whole else (front, behind)


def _without_ends(pieces: tuple[Piece, ...]) -> tuple[str, tuple[Piece, ...], str]:
    """Split the white space off both ends of pieces."""
    front = behind = ""
    if pieces and isinstance(first := pieces[0], str):
        front, pieces = first[: len(first) - len(first.lstrip())], (first.lstrip(), *pieces[1:])
    if pieces and isinstance(last := pieces[-1], str):
        behind, pieces = last[len(last.rstrip()) :], (*pieces[:-1], last.rstrip())
    return front, tuple(filter(None, pieces)), behind


def _list_of(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _are_all(is_read: Callable[[dict[str, Any]], bool], parts: object) -> bool:
    """Tell whether all parts are objects that are read; true if there are none."""
    return parts is None or (
        isinstance(parts, (list, tuple)) and all(isinstance(part, dict) and is_read(part) for part in parts)
    )


def _is_block_read(block: dict[str, Any]) -> bool:
    kind = str_of(block.get("type"))
    if kind == "rich_text":
        return _are_all(_is_part_read, block.get("elements"))
    if kind in _TABLES:
        return all(_are_all(_is_cell_read, row) for row in _list_of(block.get("rows")))
    return _are_all(_is_text_read, _texts_of(block)) if kind in _TEXTS else kind == "divider"


def _is_text_read(text: dict[str, Any]) -> bool:
    return text.get("type") in ("mrkdwn", "plain_text") and isinstance(text.get("text"), str)


def _is_cell_read(cell: dict[str, Any]) -> bool:
    return _is_block_read(cell) if cell.get("type") == "rich_text" else _is_inline_read(cell)


def _is_part_read(part: dict[str, Any]) -> bool:
    is_list = part.get("type") == "rich_text_list"
    return _are_all(_is_line_read, part.get("elements")) if is_list else _is_line_read(part)


def _is_line_read(line: dict[str, Any]) -> bool:
    return str_of(line.get("type")) in _LINES and _are_all(_is_inline_read, line.get("elements"))


def _is_inline_read(element: dict[str, Any]) -> bool:
    """Tell whether an element gave text, or states itself that it has none."""
    return bool(piece_of(element)) or element.get("text") == ""
