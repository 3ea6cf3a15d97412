"""A conversation: one account number with one contact, and the thread that shows it."""

import re
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


OPT_OUT = frozenset({"STOP", "REMOVE", "OPTOUT", "UNSUBSCRIBE", "CANCEL", "QUIT"})
"""The words that Volt takes as an opt-out where they are the whole text, spaces and punctuation apart.

Source: "Receiving opt-out webhooks with the Volt GraphQL API",
https://simonsays.atlassian.net/wiki/spaces/VAPI/pages/99319810
"""


def is_opt_out(text: str) -> bool:
    """Tell whether a contact asks for no more texts."""
    return re.sub(r"[\W_]+", "", text).upper() in OPT_OUT
