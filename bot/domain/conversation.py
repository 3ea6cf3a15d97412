"""A conversation: one account number with one contact, and the thread that shows it."""

from dataclasses import dataclass

from bot.domain.ids import ChannelId, ConversationId, MessageTs
from bot.domain.phone import E164


@dataclass(frozen=True)
class Conversation:
    """One account number with one contact.

    `thread_ts` is None until the header is posted, and again after somebody deleted it. `round` counts the times the
    contact wrote after we did: receipts of one round share one line.
    """

    id: ConversationId
    account: E164
    contact: E164
    name: str
    channel: ChannelId
    thread_ts: MessageTs | None
    round: int
