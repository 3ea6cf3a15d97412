"""Hand-overs: an automatic flow at the provider leaves a contact to people, with what it has gathered.

The conversation is opened like by a text, marked until a text of ours has left since, and the thread says what the flow
was told. All in one unit of work, once.
"""

import json

from bot.bridge.conversations.open import find_or_open
from bot.bridge.conversations.state import note_inbound, refresh_header, say
from bot.domain.conversation import WANTS_PERSON, Conversation, Stage
from bot.domain.dedup import DedupScope
from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.message import HandOver
from bot.domain.text import ellipsized
from bot.ports.storage import Transaction

HANDED_OVER = "handed over"
"""Action of the audit trail."""

LONGEST_VALUE = 300
"""Characters of one value that are kept; the flow's own page has the rest."""

MOST_VALUES = 20

_BY_A_FLOW = UserId("")


def record_hand_over(tx: Transaction, event: HandOver, *, channel: ChannelId) -> bool:
    """Record one hand-over; False where it is a repeat and nothing was changed."""
    if not tx.inbox.first_seen(DedupScope.PROVIDER_EVENT, event.event_id):
        return False
    conversation = find_or_open(tx, event.account, event.contact, channel)
    tx.settings.set_value(_wanted(conversation.id), str(tx.now))
    say(tx, conversation.id, _BY_A_FLOW, HANDED_OVER, _detail(event))
    note_inbound(tx, tx.conversations.get(conversation.id))
    refresh_header(tx, conversation.id)
    return True


def _detail(event: HandOver) -> str:
    """Write what was gathered, with the contact's number, by which it is found when they are erased."""
    short = [[ellipsized(name, LONGEST_VALUE), ellipsized(value, LONGEST_VALUE)] for name, value in event.gathered]
    return json.dumps({"of": event.contact, "gathered": short[:MOST_VALUES]}, ensure_ascii=False)


def read_gathered(detail: str) -> list[tuple[str, str]]:
    """Read what a flow has gathered from the detail of the audit trail; nothing where that was erased."""
    return [(str(name), str(value)) for name, value in json.loads(detail)["gathered"]] if detail else []


def wants_person(tx: Transaction, conversation: Conversation) -> bool:
    """Tell whether a flow handed the contact over, and no text of ours has left since."""
    at = tx.settings.value(_wanted(conversation.id)) if conversation.stage is Stage.OPEN else None
    return at is not None and int(at) > (conversation.last_outbound_at or 0)


def _wanted(conversation_id: ConversationId) -> str:
    return f"{WANTS_PERSON}{conversation_id}"
