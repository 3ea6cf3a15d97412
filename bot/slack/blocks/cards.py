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

LONGEST_VALUE = 2_000
"""Limit of a button's value, in characters."""

LONGEST_LINK = 1_000


@dataclass(frozen=True)
class Mention:
    """Mention of a person in Slack."""

    user: UserId


@dataclass(frozen=True)
class Link:
    """Link: an address, and the words that are shown for it."""

    url: str
    words: str


Numbers = Callable[[E164], str]
"""Function that writes a number as people of the region do."""

TextElement = str | datetime | Mention | Link
Fact = tuple[str, Sequence[TextElement]]


def line_of(text: str, longest: int) -> str:
    """Cut other people's words to one line of at most `limit` characters; may be empty."""
    line = " ".join(clean(text).split())
    return "" if is_blank(line) else ellipsized(line, longest)


def truncated(text: str, longest: int) -> str:
    """Cut a text to about `limit` characters and state the cut; "" if nothing of it can be seen."""
    text = clean(text).strip("\n")
    if is_blank(text):
        return ""
    if len(text) <= longest:
        return text
    return f"{truncate(text, longest)}… (cut, the whole text has {len(text):,} characters)"


def header_block(words: str) -> Block:
    """Heading that may hold other people's words."""
    return {"type": "header", "text": plain(ellipsized(words, 150))}


def fact_list(lines: Sequence[Fact]) -> Block:
    """List of facts, one a line, each under a label of ours; values are shown as they are."""
    leaves: list[Block] = []
    for label, said in lines:
        break_ = "\n" if leaves else ""
        leaves.append(bold(f"{break_}{label}: "))
        leaves += [_leaf(one) for one in said if one != ""]
    return paragraph(leaves)


def _leaf(one: TextElement) -> Block:
    match one:
        case str():
            return text_element(one)
        case datetime():
            return date_element(one, SHORT_DATE)
        case Mention():
            return {"type": "user", "user_id": one.user}
        case Link():
            return {"type": "link", "url": one.url, "text": one.words}


def may_link(url: str) -> bool:
    """Tell whether an address may be shown as a link: of the web, short enough, and in one piece."""
    return len(url) <= LONGEST_LINK and is_web_address(url) and not any(char in "<>|" for char in url)
