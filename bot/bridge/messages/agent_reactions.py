"""Reactions of agents on a contact's text: offered, to whoever reacted, as the words that phones write for them.

Units of work only. Off until a team wants it. Nothing is texted by a reaction alone, each reaction is offered once, and
only where it stands on one text with words: a phone finds by those which one is meant.
"""

from dataclasses import dataclass

from bot.bridge.channel_ids import known_as
from bot.bridge.conversations.places import place_of
from bot.bridge.messages.outbound import why_unreachable
from bot.bridge.messages.send import SendRequest, record_send
from bot.domain.conversation import Conversation
from bot.domain.dedup import DedupScope
from bot.domain.ids import MessageKey, ThreadRef, UserId
from bot.domain.message import Direction, Message
from bot.domain.tapbacks import reaction_words
from bot.domain.thread_events import AgentReaction
from bot.ports.storage import Transaction

OFFERS = "reaction offers"
"""Stored value: whether reactions of agents are offered to be texted."""

_ON = "on"


def are_offered(tx: Transaction) -> bool:
    """Tell whether a team wants its reactions offered."""
    return tx.settings.value(OFFERS) == _ON


def set_offered(tx: Transaction, by: UserId, *, is_on: bool) -> None:
    """Change whether reactions are offered."""
    tx.settings.set_value(OFFERS, _ON if is_on else "")
    tx.audit.add(by, "reactions", None, _ON if is_on else "off")


@dataclass(frozen=True)
class ReactionOffer:
    """Offer to text a reaction: the words that go out, to whom, and where the text stands. `id` tells offers apart."""

    id: str
    words: str
    name: str
    place: ThreadRef


def offer_reaction(tx: Transaction, reaction: AgentReaction) -> ReactionOffer | None:
    """Offer to text a reaction; None where that is not wanted, was offered before, or is not possible."""
    if not are_offered(tx):
        return None
    channel = known_as(tx, reaction.channel)
    texts = tx.messages.shown_at(channel, reaction.ts)
    if len(texts) != 1 or not (words := _words(tx, texts[0], reaction.emoji)):
        return None
    once = f"{channel}:{reaction.ts}:{reaction.author}:{reaction.at}"
    if not tx.inbox.first_seen(DedupScope.SLACK_REACTION, once):
        return None
    conversation = tx.conversations.get(texts[0].conversation_id)
    place = place_of(tx, conversation)
    if place.channel != channel:  # it stands in a thread that the conversation has left
        return None
    return ReactionOffer(f"{texts[0].key}:{reaction.emoji}:{reaction.at}", words, conversation.name, place)


def send_reaction(tx: Transaction, offer_id: str, by: UserId) -> bool:
    """Text the reaction of an offer, as its author's; False where that was done before, or cannot be done now."""
    key, _, rest = offer_id.partition(":")
    message = tx.messages.by_key(MessageKey(key))
    words = _words(tx, message, rest.rpartition(":")[0]) if message is not None else ""
    if message is None or not words:
        return False
    conversation = tx.conversations.get(message.conversation_id)
    ends = conversation.account, conversation.contact
    request = SendRequest(f"reaction:{offer_id}", *ends, by, action="sent a reaction")
    return record_send(tx, request, (words,), channel=conversation.channel) is not None


def _words(tx: Transaction, message: Message, emoji: str) -> str:
    """Write a reaction on a text in words; "" where it cannot be texted."""
    conversation = tx.conversations.get(message.conversation_id)
    if message.direction is not Direction.INBOUND or not _may_be_texted(tx, conversation):
        return ""
    return reaction_words(emoji, message.body)


def _may_be_texted(tx: Transaction, conversation: Conversation) -> bool:
    is_refused = conversation.is_opted_out or conversation.is_blocked or conversation.is_erased
    return not is_refused and why_unreachable(tx, conversation) is None
