"""Worklist and the other shapes of the read model: what people look up. Pure.

Frozen facts that were read at one moment; nothing here changes anything. Words are as they were written: the code that
shows them makes them safe.
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
    """Preview of one text of a conversation; `text` is empty where only a picture came."""

    text: str
    is_inbound: bool
    at: Micros


@dataclass(frozen=True)
class SearchHit:
    """Hit of a search: a text that holds the words."""

    conversation: Conversation
    preview: TextPreview


@dataclass(frozen=True)
class WorklistRow:
    """Row of a worklist: one conversation.

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
    """Decision that a person has to make: a draft, or a text of which nobody knows whether it went out.

    `approval_reasons` is why a draft is held as things are now, and empty where its thread holds every reply.
    `is_draft` is false of the other kind. `is_by_workflow`: a workflow sends it in the name of the author.
    """

    conversation: Conversation
    text: TextPreview
    author: UserId | None
    approval_reasons: tuple[ApprovalReason, ...]
    is_draft: bool
    is_by_workflow: bool = False


@dataclass(frozen=True)
class Worklist:
    """Worklist: open conversations of one agent and unassigned ones, longest waiting first, with totals.

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
    """Settings of a team. `signature` stands under each text; "" for none."""

    templates: tuple[Template, ...]
    routes: tuple[Route, ...]
    modes: tuple[tuple[ChannelId, Mode], ...]
    signature: str


@dataclass(frozen=True)
class Health:
    """Health as people see it: the last text in and the last one sent, and how much is pending since when."""

    last_inbound_at: Micros | None
    last_sent_at: Micros | None
    pending: int
    pending_since: Micros | None
