"""A conversation: one account number with one contact, the thread that shows it, and who looks after it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bot.domain.ids import ChannelId, ConversationId, MessageTs, UserId
from bot.domain.phone import E164
from bot.domain.text import clean
from bot.domain.timestamps import Micros


class Stage(Enum):
    """Whose turn it is."""

    OPEN = "open"  # the contact wrote last: somebody should answer
    WAITING = "waiting"  # we wrote last
    CLOSED = "closed"  # nothing is to be done until the contact writes again


class Mode(Enum):
    """What becomes of a reply in a thread."""

    AUTO = "auto"  # it is texted
    CONFIRM = "confirm"  # it is texted once somebody has pressed a button under it
    EXPLICIT = "explicit"  # only what begins with ! is texted; all else stays inside
    ALERTS = "alerts"  # nothing is texted: the thread is for reading


@dataclass(frozen=True)
class Conversation:
    """One account number with one contact.

    `thread_ts` is None until the header is posted, and again after somebody deleted it. Replies of one `round` share a
    line of receipts; a round ends when that line is posted, or when the contact writes. `answers_from` is the first
    round whose replies answer what the contact wrote last. `mode` is this thread's own, or None where it is its
    channel's. `heard_at` and `answered_at` are when the contact and we last wrote. `former_channel` and `former_ts` are
    the thread before this one, where the conversation was moved from another channel. `name_asked_at`
    is when the provider was asked last for a name that we lack.
    """

    id: ConversationId
    account: E164
    contact: E164
    name: str
    channel: ChannelId
    thread_ts: MessageTs | None
    turn: int
    stage: Stage = Stage.OPEN
    assignee: UserId | None = None
    mode: Mode | None = None
    is_opted_out: bool = False
    is_blocked: bool = False
    last_inbound_at: Micros | None = None
    last_outbound_at: Micros | None = None
    former_channel: ChannelId | None = None
    former_ts: MessageTs | None = None
    answers_from: int = 0
    name_asked_at: Micros | None = None


@dataclass(frozen=True)
class Route:
    """Where a new conversation shows. `kind` is "number" (one of ours) or "keyword" (how its first text begins)."""

    kind: str
    subject: str
    channel: ChannelId


@dataclass(frozen=True)
class AuditLine:
    """Who did what, and when."""

    actor: UserId
    action: str
    detail: str
    at: Micros


OPT_OUT = frozenset({"STOP", "REMOVE", "OPTOUT", "UNSUBSCRIBE", "CANCEL", "QUIT", "STOPALL", "END", "REVOKE", "ARRET"})
"""The words that ask for no more texts where they are the whole text, spaces, accents and punctuation apart.

The first six are Volt's ("Receiving opt-out webhooks with the Volt GraphQL API",
https://simonsays.atlassian.net/wiki/spaces/VAPI/pages/99319810); STOPALL and END the carriers' (CTIA's Messaging
Principles and Best Practices, 5.1.3), REVOKE the FCC's (47 CFR 64.1200(a)(10)), ARRET Canada's short codes'.
"""


OPT_IN = frozenset({"START", "UNSTOP"})
"""The words that take an opt-out back. Volt documents none; these are the carriers' (CTIA's Short Code handbook)."""


def is_opt_out(text: str) -> bool:
    """Tell whether a contact asks for no more texts."""
    return letters_of(text) in OPT_OUT


def is_opt_in(text: str) -> bool:
    """Tell whether a contact who opted out asks for texts again."""
    return letters_of(text) in OPT_IN


def letters_of(text: str) -> str:
    """Reduce a text to its letters and digits, large, without accents, full width or style."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKD", text)).upper()


def route_of(routes: Sequence[Route], account: E164, text: str) -> ChannelId | None:
    """Find the channel for a new conversation: by how its first text begins, else by the number it came to."""
    words = clean(text).casefold().split()
    keywords = (route for route in routes if route.kind == "keyword")
    numbers = (route for route in routes if route.kind == "number" and route.subject == account)
    fitting = (route for route in keywords if words[: len(route.subject.split())] == route.subject.split())
    return next((route.channel for route in (*fitting, *numbers)), None)
