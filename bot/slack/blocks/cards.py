"""What cards are made of: headings, facts, and strangers' words cut to fit. Pure.

A stranger's words stand in plain_text or in leaves of rich_text, which Slack does not parse; our own in mrkdwn.
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
"""Characters that a button carries."""

LONGEST_LINK = 1_000


@dataclass(frozen=True)
class Mention:
    """A person in Slack, by name."""

    user: UserId


@dataclass(frozen=True)
class Link:
    """An address, and the words that are shown for it."""

    url: str
    words: str


Numbers = Callable[[E164], str]
"""Writes a number the way that people here write it."""

TextElement = str | datetime | Mention | Link
Fact = tuple[str, Sequence[TextElement]]


def line_of(text: str, longest: int) -> str:
    """Bring a stranger's words to one line of at most `longest` characters; may be empty."""
    line = " ".join(clean(text).split())
    return "" if is_blank(line) else ellipsized(line, longest)


def truncated(text: str, longest: int) -> str:
    """Cut a text to about `longest` characters, with words that say so; "" where nothing can be seen."""
    text = clean(text).strip("\n")
    if is_blank(text):
        return ""
    if len(text) <= longest:
        return text
    return f"{truncate(text, longest)}… (cut, the whole text has {len(text):,} characters)"


def header_block(words: str) -> Block:
    """A heading that may hold a stranger's words."""
    return {"type": "header", "text": plain(ellipsized(words, 150))}


def fact_list(lines: Sequence[Fact]) -> Block:
    """A list of facts, one a line, each under a label of ours; what they say is shown as it is."""
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
    """Tell whether an address can be shown as a link: of the web, not too long, and in one piece."""
    return len(url) <= LONGEST_LINK and is_web_address(url) and not any(char in "<>|" for char in url)
