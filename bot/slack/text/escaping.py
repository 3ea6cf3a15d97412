"""Escaping: other people's words can never ping, link or format in Slack.

Slack does not parse a `text` element of rich_text: mentions, links and emoji have elements of their own there. Nor does
it parse plain_text with `emoji` false. Refuses the empty text, which Slack refuses too.
Shapes: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

from typing import Any

from bot.domain.text import clean, truncate

MAX_BLOCK_CHARS = 3_000
"""Characters per block."""


def escape(text: str) -> str:
    """Escape a text for top-level `text`: & < > escaped, control and direction characters removed; never cut."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Undo Slack's three entities, in a text that Slack passes on or in words of our own."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def rich_text(text: str) -> dict[str, Any]:
    """Build a rich_text block that shows a text as it is; a cut is stated. Raises ValueError if empty."""
    element = {"type": "text", "text": _fitting(text)}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}


def plain(text: str) -> dict[str, Any]:
    """Build a plain_text object that shows a text as it is; a cut is stated. Raises ValueError if empty."""
    return {"type": "plain_text", "text": _fitting(text), "emoji": False}


def _fitting(text: str) -> str:
    text = clean(text)
    if not text.strip():
        raise ValueError("Slack shows no empty text")
    if len(text) <= MAX_BLOCK_CHARS:
        return text
    ending = f"… (cut, the whole text has {len(text):,} characters)"
    return truncate(text, MAX_BLOCK_CHARS - len(ending)) + ending
