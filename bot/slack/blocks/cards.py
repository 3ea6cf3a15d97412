"""Card builders: headings, lists of facts, and other people's words cut to fit. Pure.

Other people's words go into plain_text or rich_text elements, which Slack does not parse; our own are mrkdwn.
Limits: https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/block-kit/composition-objects
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.domain.text import clean, ellipsized, is_blank, truncate
from bot.domain.url_safety import is_web_address
from bot.slack.blocks.kit import SHORT_DATE, Block, bold, date_element, paragraph, plain, text_element

MAX_VALUE_CHARS = 2_000
"""Limit of a button's value, in characters."""

MAX_LINK_CHARS = 1_000


@dataclass(frozen=True)
class Mention:
    """Mention of a person in Slack."""

    user: UserId


@dataclass(frozen=True)
class Link:
    """Link: an address, and the words that are shown for it."""

    url: str
    label: str


WriteNumber = Callable[[E164], str]
"""Function that writes a number as people of the region do."""

TextElement = str | datetime | Mention | Link
Fact = tuple[str, Sequence[TextElement]]


def single_line(text: str, limit: int) -> str:
    """Cut other people's words to one line of at most `limit` characters; may be empty."""
    line = " ".join(clean(text).split())
    return "" if is_blank(line) else ellipsized(line, limit)


def truncated(text: str, limit: int) -> str:
    """Cut a text to about `limit` characters and state the cut; "" if nothing of it can be seen."""
    text = clean(text).strip("\n")
    if is_blank(text):
        return ""
    if len(text) <= limit:
        return text
    return f"{truncate(text, limit)}… (cut, the whole text has {len(text):,} characters)"


def header_block(words: str) -> Block:
    """Heading that may hold other people's words."""
    return {"type": "header", "text": plain(ellipsized(words, 150))}


def fact_list(facts: Sequence[Fact]) -> Block:
    """List of facts, one a line, each under a label of ours; values are shown as they are."""
    elements: list[Block] = []
    for label, values in facts:
        break_ = "\n" if elements else ""
        elements.append(bold(f"{break_}{label}: "))
        elements += [_element(value) for value in values if value != ""]
    return paragraph(elements)


def _element(value: TextElement) -> Block:
    match value:
        case str():
            return text_element(value)
        case datetime():
            return date_element(value, SHORT_DATE)
        case Mention():
            return {"type": "user", "user_id": value.user}
        case Link():
            return {"type": "link", "url": value.url, "text": value.label}


def may_link(url: str) -> bool:
    """Tell whether an address may be shown as a link: of the web, short enough, and in one piece."""
    return len(url) <= MAX_LINK_CHARS and is_web_address(url) and not any(char in "<>|" for char in url)
