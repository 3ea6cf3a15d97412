"""What cards are made of: facts, dates, buttons and questions, and strangers' words cut to fit. Pure.

A stranger's words stand in plain_text or in leaves of rich_text, which Slack does not parse; our own in mrkdwn.
Limits: https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/block-kit/composition-objects
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.domain.ids import UserId
from bot.domain.text import clean, head, is_blank, shown
from bot.slack.blocks import Block

LONGEST_VALUE = 2_000
"""Characters that a button carries."""

LONGEST_LINK = 1_000

_SHORT_DATE = "{date_short_pretty} {time}"


@dataclass(frozen=True)
class Mention:
    """A person in Slack, by name."""

    user: UserId


@dataclass(frozen=True)
class Link:
    """An address, and the words that are shown for it."""

    url: str
    words: str


Leaf = str | datetime | Mention | Link
Fact = tuple[str, Sequence[Leaf]]


def line_of(text: str, longest: int) -> str:
    """Bring a stranger's words to one line of at most `longest` characters; may be empty."""
    line = " ".join(clean(text).split())
    return "" if is_blank(line) else shown(line, longest)


def cut(text: str, longest: int) -> str:
    """Cut a text to about `longest` characters, with words that say so; "" where nothing can be seen."""
    text = clean(text).strip("\n")
    if is_blank(text):
        return ""
    if len(text) <= longest:
        return text
    return f"{head(text, longest)}… (cut, the whole text has {len(text):,} characters)"


def title(words: str) -> Block:
    """A heading that may hold a stranger's words."""
    return {"type": "header", "text": inert(shown(words, 150))}


def inert(words: str) -> Block:
    """A text that Slack does not parse."""
    return {"type": "plain_text", "text": words, "emoji": False}


def mrkdwn(words: str) -> Block:
    """A text of our own, which Slack parses."""
    return {"type": "mrkdwn", "text": words}


def section(text: Block, accessory: Block | None = None) -> Block:
    """A paragraph, with a button beside it or none."""
    block: Block = {"type": "section", "text": text}
    return block | {"accessory": accessory} if accessory else block


def context(*elements: Block) -> Block:
    """A small line."""
    return {"type": "context", "elements": list(elements)}


def facts(lines: Sequence[Fact]) -> Block:
    """A list of facts, one a line, each under a label of ours; what they say is shown as it is."""
    leaves: list[Block] = []
    for label, said in lines:
        break_ = "\n" if leaves else ""
        leaves.append({"type": "text", "text": f"{break_}{label}: ", "style": {"bold": True}})
        leaves += [_leaf(one) for one in said if one != ""]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": leaves}]}


def _leaf(one: Leaf) -> Block:
    match one:
        case str():
            return {"type": "text", "text": one}
        case datetime():
            fallback = f"{one:%Y-%m-%d %H:%M} UTC"
            return {"type": "date", "timestamp": int(one.timestamp()), "format": _SHORT_DATE, "fallback": fallback}
        case Mention():
            return {"type": "user", "user_id": one.user}
        case Link():
            return {"type": "link", "url": one.url, "text": one.words}


def date(moment: datetime) -> str:
    """Show a day and time in the reader's own time zone, in mrkdwn."""
    return f"<!date^{int(moment.timestamp())}^{_SHORT_DATE}|{moment:%Y-%m-%d %H:%M} UTC>"


def may_link(url: str) -> bool:
    """Tell whether an address can be shown as a link: of the web, not too long, and in one piece."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https") and bool(parts.netloc) and len(url) <= LONGEST_LINK and url.isprintable()
    ) and not any(char.isspace() or char in "<>|" for char in url)


def actions(*elements: Block | None) -> list[Block]:
    """A row of buttons; no row where there is none."""
    found = [one for one in elements if one is not None]
    return [{"type": "actions", "elements": found}] if found else []


def button(name: str, label: str, value: str, *, ask: Block | None = None, url: str = "") -> Block:
    """A button; one with a url leads there."""
    made: dict[str, Any] = {"type": "button", "action_id": name, "text": inert(label), "value": value}
    return made | ({"confirm": ask} if ask else {}) | ({"url": url} if url else {})


def question(heading: str, words: str, yes: str, *, is_grave: bool = False) -> Block:
    """What is asked before a button does anything."""
    made = {"title": inert(heading), "text": inert(words), "confirm": inert(yes), "deny": inert("Cancel")}
    return made | ({"style": "danger"} if is_grave else {})
