"""Scheduled texts: the provider sends them later. Pure."""

from dataclasses import dataclass

from bot.domain.ids import ConversationId, UserId
from bot.domain.timestamps import Micros


@dataclass(frozen=True)
class ScheduledText:
    """A scheduled text. `id` is ours; without `is_certain` nobody knows whether it was taken."""

    id: str
    conversation_id: ConversationId
    body: str
    author: UserId
    send_at: Micros
    is_certain: bool = True
