"""The few shapes that everything we say in Slack is made of. Pure.

Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.text import clean

Block = dict[str, Any]


@dataclass(frozen=True)
class View:
    """What goes into one post: `text` for notifications, `blocks` for eyes."""

    text: str
    blocks: list[Block]


def has_words(text: str) -> bool:
    """Tell whether a text has anything to show."""
    return bool(clean(text).strip())


def bold(text: str) -> Block:
    """A part of rich text, as it is."""
    return {"type": "text", "text": clean(text), "style": {"bold": True}}


def plain(text: str) -> Block:
    """A part of rich text, as it is."""
    return {"type": "text", "text": clean(text)}


def rich(elements: list[Block]) -> Block:
    """A block of rich text from its sections."""
    return {"type": "rich_text", "elements": elements}


def section(words: str) -> Block:
    """Words of our own in mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}}


def context(words: str) -> Block:
    """Small words of our own in mrkdwn."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": words}]}


def context_plain(words: str) -> Block:
    """Small words without formatting."""
    return {"type": "context", "elements": [{"type": "plain_text", "text": words, "emoji": False}]}


def line(words: str, *, is_small: bool = False, more: list[Block] | None = None) -> View:
    """A post that is one line of our own, and what stands under it."""
    return View(words, [context(words) if is_small else section(words), *(more or [])])


def button(label: str, action: str, value: str, *, style: str = "") -> Block:
    """A button; the style may be "primary" or "danger"."""
    made = {"type": "button", "action_id": action, "value": value, "text": {"type": "plain_text", "text": label}}
    return made | ({"style": style} if style else {})


def buttons(*made: Block) -> Block:
    """A row of buttons and menus."""
    return {"type": "actions", "elements": list(made)}


def clock(moment: datetime) -> str:
    """Show a time of day in the reader's own time zone."""
    return f"<!date^{int(moment.timestamp())}^{{time}}|{moment:%H:%M} UTC>"
