"""Channels of their own: a channel in Slack that shows one conversation, where every message is a reply. Pure.

Holds what is stored of one, and how it is named by Slack's rules.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros

MAX_NAME = 80
"""Characters in the name of a channel at most. https://docs.slack.dev/reference/methods/conversations.create"""

MOST_NAMES = 9
"""Names that are tried for one channel: the name itself, then with a number behind it."""

LAST_DIGITS = 4
"""Digits of a number that name a nameless contact's channel."""

_UNFIT = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class OwnChannel:
    """A channel of its own. `channel` is None until Slack is known to have made it; `name` is what it is asked for.

    `is_left`: its conversation left it only because it was archived.
    """

    id: int
    conversation_id: ConversationId
    name: str
    asked_by: UserId
    asked_at: Micros
    channel: ChannelId | None = None
    is_left: bool = False


def names_for(name: str, contact: E164) -> Iterator[str]:
    """Yield valid names for the channel of a contact: the contact's own, or the number's last digits; then numbered."""
    base = _fitting(name) or _fitting(f"contact {''.join(filter(str.isdecimal, contact))[-LAST_DIGITS:]}")
    yield base
    for number in range(2, MOST_NAMES + 1):
        ending = f"-{number}"
        yield base[: MAX_NAME - len(ending)].rstrip("-") + ending


def _fitting(words: str) -> str:
    """Keep small Latin letters, digits and hyphens; accents are dropped. "" where nothing is left."""
    plain = unicodedata.normalize("NFKD", words).replace("ß", "ss").casefold()
    latin = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _UNFIT.sub("-", latin).strip("-")[:MAX_NAME].rstrip("-")
