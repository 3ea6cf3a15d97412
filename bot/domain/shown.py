"""TODO."""

from dataclasses import dataclass

from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.timestamps import Micros


@dataclass(frozen=True)
class Shown:
    """What a thread shows about a subject: our post (for a line) and the status it shows (for a mark).

    `channel` is where the post stands if the conversation has left that channel.
    """

    ts: MessageTs | None
    status: DeliveryStatus | None
    channel: ChannelId | None = None


@dataclass(frozen=True)
class ReplyCount:
    """How many replies are how far; of several parts the least advanced speaks. `last_at`: the newest report of all."""

    failed: int
    unknown: int
    drafts: int
    queued: int
    sending: int
    sent: int
    delivered: int
    last_at: Micros | None


NO_REPLIES = ReplyCount(failed=0, unknown=0, drafts=0, queued=0, sending=0, sent=0, delivered=0, last_at=None)
