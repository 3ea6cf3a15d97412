"""Attachments of a Slack message: forwarded messages, pasted tables, previews of links.

What the author attached is read with the words, or the whole message is not sent; a preview that Slack adds to a link
is never read. A forwarded message: https://docs.slack.dev/reference/events/message, `is_share`.
"""

from collections.abc import Mapping
from typing import Any

from bot.domain.pieces import Piece, RefKind
from bot.domain.text import clean
from bot.slack.json_fields import dict_of, dicts_of, str_of
from bot.slack.text.markup import ref_or_label
from bot.slack.text.rich_text import is_all_read, is_seen, on_lines, pieces_of, prefixed

_OF_PREVIEWS = ("from_url", "original_url", "app_unfurl_url", "is_app_unfurl", "service_name")
"""Fields that only an attachment has that Slack, or an app, made of a link."""

_UNREAD = ("files", "image_url", "thumb_url", "video_html", "fields", "actions")
"""Fields of an attachment that are not read: pictures and files, columns and buttons of apps."""


def own_pieces(message: Mapping[str, Any]) -> tuple[Piece, ...]:
    """Read the words of a message, without its attachments."""
    return pieces_of(str_of(message.get("text")), dicts_of(message.get("blocks")))


def all_pieces(message: Mapping[str, Any]) -> tuple[Piece, ...] | None:
    """Read a message with all that its author attached; None if some of it cannot be read."""
    if not is_all_read(message.get("blocks")):
        return None
    beside = [
        _read(attachment) for attachment in dicts_of(message.get("attachments")) if not _is_preview(attachment, message)
    ]
    if not all(is_seen(pieces) for pieces in beside):
        return None
    words = own_pieces(message)
    return on_lines([words, *beside]) if beside else words


def _is_preview(attachment: dict[str, Any], message: Mapping[str, Any]) -> bool:
    """Tell a preview of a link from a forwarded message: the link is in the words."""
    if attachment.get("is_share"):
        return False
    address = str_of(attachment.get("from_url"))
    if not attachment.get("is_msg_unfurl"):
        return any(attachment.get(key) for key in _OF_PREVIEWS)
    return bool(address) and address.partition("?")[0] in f"{message.get('text')}{message.get('blocks')}"


def _read(attachment: dict[str, Any]) -> tuple[Piece, ...]:
    """Read an attachment; nothing if part of it cannot be read, such as pictures and files."""
    forwarded = _forwarded(attachment)
    is_partial = any(attachment.get(key) for key in _UNREAD) or not is_all_read(attachment.get("blocks"))
    if forwarded is None or is_partial:
        return ()
    words = forwarded or pieces_of(_text(attachment), dicts_of(attachment.get("blocks")))
    author = _author(attachment)
    if not is_seen(words) or not author:
        return words
    return on_lines([("From ", author, ":"), tuple(prefixed(words, "> ", "> "))])


def _forwarded(attachment: dict[str, Any]) -> tuple[Piece, ...] | None:
    """Read the forwarded messages; None if one of them cannot be read."""
    messages = [dict_of(block.get("message")) for block in dicts_of(attachment.get("message_blocks"))]
    pieces = [None if message.get("files") else all_pieces(message) for message in messages]
    return None if None in pieces else on_lines(filter(None, pieces))


def _text(attachment: dict[str, Any]) -> str:
    parts = [str_of(attachment.get(key)) for key in ("pretext", "title", "text")]
    return "\n".join(filter(None, parts)) or str_of(attachment.get("fallback"))


def _author(attachment: dict[str, Any]) -> Piece:
    """Name the author of a forwarded message: by the name Slack shows, else by the person's id."""
    return clean(str_of(attachment.get("author_name"))).strip() or ref_or_label(
        RefKind.USER, str_of(attachment.get("author_id"))
    )
