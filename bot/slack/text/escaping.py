"""Words of strangers, made harmless: what a customer texted can never ping, link or format in Slack.

A `text` element of rich_text is not parsed by Slack: mentions, links and emoji have elements of their own there. Nor is
plain_text with `emoji` false. Refuses the empty text, which Slack refuses too.
Shapes: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

from typing import Any

from bot.domain.text import clean, truncate

LONGEST = 3_000
"""Characters per block."""


def escape(text: str) -> str:
    """Make a text fit for top-level `text`: & < > escaped, control and direction characters removed; never cut."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Undo Slack's three entities, in what it passes on as it was typed or in words of our own."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def rich_text(text: str) -> dict[str, Any]:
    """Make a rich_text block that shows a text as it is, cut with words that say so. Raises ValueError if empty."""
    element = {"type": "text", "text": _fitting(text)}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}


def plain(text: str) -> dict[str, Any]:
    """Make a plain_text object that shows a text as it is, cut with words that say so. Raises ValueError if empty."""
    return {"type": "plain_text", "text": _fitting(text), "emoji": False}


def _fitting(text: str) -> str:
    text = clean(text)
    if not text.strip():
        raise ValueError("Slack shows no empty text")
    if len(text) <= LONGEST:
        return text
    ending = f"… (cut, the whole text has {len(text):,} characters)"
    return truncate(text, LONGEST - len(ending)) + ending
