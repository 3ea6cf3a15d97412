"""Block builders: text objects, rich text elements, blocks and buttons. Pure.

Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.text import clean
from bot.domain.thread_content import Speaker

Block = dict[str, Any]

MAX_LABEL_CHARS = 75
"""Limit of a button's label, in characters."""


@dataclass(frozen=True)
class MessageBody:
    """Body of a Slack message: `text` for notifications, `blocks` to read. `speaker` is the author; None is the bot."""

    text: str
    blocks: list[Block]
    speaker: Speaker | None = None


def has_words(text: str) -> bool:
    """Tell whether a text has anything to show."""
    return bool(clean(text).strip())


# --- texts and parts of texts


def plain(words: str) -> Block:
    """Plain text object, which Slack does not parse."""
    return {"type": "plain_text", "text": words, "emoji": False}


def mrkdwn(words: str) -> Block:
    """Mrkdwn text object for our own words, which Slack parses."""
    return {"type": "mrkdwn", "text": words}


def text_element(text: str) -> Block:
    """Text element of rich text, not parsed."""
    return {"type": "text", "text": clean(text)}


def bold(text: str) -> Block:
    """Text element of rich text in bold."""
    return text_element(text) | {"style": {"bold": True}}


def italic(text: str) -> Block:
    """Text element of rich text in italics."""
    return text_element(text) | {"style": {"italic": True}}


def mention(user: str) -> Block:
    """Element of rich text that mentions a person in Slack."""
    return {"type": "user", "user_id": user}


def date_element(moment: datetime, form: str) -> Block:
    """Element of rich text that shows a moment as `date` does."""
    at = int(moment.timestamp())
    return {"type": "date", "timestamp": at, "format": form, "fallback": date_fallback(moment, form)}


CLOCK = "{time}"
SHORT_DATE = "{date_short_pretty} {time}"
SHORT_DATE_AT = "{date_short_pretty} at {time}"
LONG_DATE = "{date_long_pretty} at {time}"
AGO = "{ago}"


def date(moment: datetime, form: str = SHORT_DATE) -> str:
    """Date in mrkdwn, shown in the reader's own time zone and in one of the forms above."""
    return f"<!date^{int(moment.timestamp())}^{form}|{date_fallback(moment, form)}>"


def date_fallback(moment: datetime, form: str) -> str:
    """Fallback of a date for clients that show no dates."""
    return f"{moment:%H:%M} UTC" if form == CLOCK else f"{moment:%Y-%m-%d %H:%M} UTC"


# --- blocks


def rich_text_block(elements: list[Block]) -> Block:
    """Block of rich text, from its sections."""
    return {"type": "rich_text", "elements": elements}


def paragraph(elements: list[Block]) -> Block:
    """Block of rich text with one section."""
    return rich_text_block([{"type": "rich_text_section", "elements": elements}])


def section(words: str, beside: Block | None = None) -> Block:
    """Section with our own mrkdwn, and perhaps a button or a menu beside it."""
    return _section(mrkdwn(words), beside)


def section_plain(words: str, beside: Block | None = None) -> Block:
    """Section that may hold other people's words, and perhaps a button or a menu beside it."""
    return _section(plain(words), beside)


def _section(text: Block, beside: Block | None) -> Block:
    return {"type": "section", "text": text} | ({"accessory": beside} if beside else {})


def context_block(words: str) -> Block:
    """Context block: a small line of our own in mrkdwn."""
    return context_texts(mrkdwn(words))


def context_plain(words: str) -> Block:
    """Context block that may hold other people's words."""
    return context_texts(plain(words))


def context_texts(*texts: Block) -> Block:
    """Context block of several text objects."""
    return {"type": "context", "elements": list(texts)}


def line_body(words: str, *, is_small: bool = False, more: list[Block] | None = None) -> MessageBody:
    """Message body that is one line of our own, with more blocks under it."""
    return MessageBody(words, [context_block(words) if is_small else section(words), *(more or [])])


# --- buttons


def button(
    label: str, action: str, value: str, *, style: str = "", confirm: Block | None = None, url: str = ""
) -> Block:
    """Button; the style may be "primary" or "danger", `confirm` is a confirmation dialog, and a url is opened."""
    block: Block = {"type": "button", "action_id": action, "text": plain(label[:MAX_LABEL_CHARS]), "value": value}
    block |= {"style": style} if style else {}
    return block | ({"confirm": confirm} if confirm else {}) | ({"url": url} if url else {})


def confirm_dialog(heading: str, words: str, yes: str, *, no: str = "Cancel", is_grave: bool = False) -> Block:
    """Confirmation dialog that Slack shows before a button acts."""
    block = {"title": plain(heading), "text": plain(words), "confirm": plain(yes), "deny": plain(no)}
    return block | ({"style": "danger"} if is_grave else {})


def button_row(*elements: Block | None) -> list[Block]:
    """Row of buttons and menus; no block if there is none."""
    found = [element for element in elements if element is not None]
    return [{"type": "actions", "elements": found}] if found else []
