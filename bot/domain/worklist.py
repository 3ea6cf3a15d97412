"""What people look up: who waits for an answer, what was said, what a team shares, and whether everything runs.

Frozen facts that were read at one moment; nothing here changes anything. Words are as they were written: whoever shows
them makes them safe.
"""

from dataclasses import dataclass

from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Conversation, Mode
from bot.domain.ids import ChannelId, UserId
from bot.domain.routing import Route
from bot.domain.template import Template
from bot.domain.timestamps import Micros


@dataclass(frozen=True)
class TextPreview:
    """One text of a conversation; `text` is empty where only a picture came."""

    text: str
    is_inbound: bool
    at: Micros


@dataclass(frozen=True)
class SearchHit:
    """A text that holds the words somebody looked for."""

    conversation: Conversation
    preview: TextPreview


@dataclass(frozen=True)
class WorklistRow:
    """A conversation on somebody's desk.

    `unread` counts the texts since we last answered, at most UNREAD_COUNTED; `since` is when the first of them came.
    """

    conversation: Conversation
    last: TextPreview | None
    unread: int
    since: Micros | None


UNREAD_COUNTED = 100
"""Texts that are looked through for the last answer: nobody reads a larger number more closely."""


@dataclass(frozen=True)
class Decision:
    """A text of ours that only a person's word moves on: a draft, or one of which nobody knows whether it went out.

    `asks` is why a draft waits as things are now, and empty where its thread asks about each. `is_draft` is false of
    the other kind.
    """

    conversation: Conversation
    text: TextPreview
    author: UserId | None
    approval_reasons: tuple[ApprovalReason, ...]
    is_draft: bool


@dataclass(frozen=True)
class Worklist:
    """What waits for one person's answer, and for anybody's: the first rows, who waits longest first, and how many.

    `decisions` are everybody's, the oldest first.
    """

    mine: tuple[WorklistRow, ...]
    mine_count: int
    free: tuple[WorklistRow, ...]
    free_count: int
    decisions: tuple[Decision, ...]
    decision_count: int


@dataclass(frozen=True)
class TeamSettings:
    """What a team agreed on. `signature` stands under each text; "" for none."""

    templates: tuple[Template, ...]
    routes: tuple[Route, ...]
    modes: tuple[tuple[ChannelId, Mode], ...]
    signature: str


@dataclass(frozen=True)
class Health:
    """Whether texts come and go: the last text in and the last one handed over, and what is owed since when."""

    heard_at: Micros | None
    sent_at: Micros | None
    owed: int
    owed_since: Micros | None
