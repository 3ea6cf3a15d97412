"""Shown lines: what a thread shows about a subject, and how far its replies are. Pure."""

from dataclasses import dataclass

from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.timestamps import Micros


@dataclass(frozen=True)
class Shown:
    """Shown line: our post, or the status that a reaction shows.

    `channel` is where the post stands if the conversation has left that channel.
    """

    ts: MessageTs | None
    status: DeliveryStatus | None
    channel: ChannelId | None = None


@dataclass(frozen=True)
class ReplyCount:
    """Count of replies by status; of several parts the least advanced counts. `last_at` is the newest report of all."""

    failed: int
    unknown: int
    drafts: int
    queued: int
    sending: int
    sent: int
    delivered: int
    read: int
    last_at: Micros | None

    @property
    def is_any(self) -> bool:
        """Whether there is a reply that was not withdrawn."""
        in_doubt = self.failed or self.unknown or self.drafts
        return bool(in_doubt or self.queued or self.sending or self.sent or self.delivered or self.read)


NO_REPLIES = ReplyCount(failed=0, unknown=0, drafts=0, queued=0, sending=0, sent=0, delivered=0, read=0, last_at=None)
