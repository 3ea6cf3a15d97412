"""Queries: what handlers read about conversations and settings, each in a unit of work that writes nothing."""

from collections.abc import Mapping, Sequence

from bot.bridge.channel_ids import known_as
from bot.bridge.conversations.places import conversation_around, is_own_channel
from bot.domain.conversation import Conversation, Mode
from bot.domain.ids import ChannelId, ConversationId, MessageTs
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.routing import Route
from bot.domain.template import Template
from bot.ports.storage import Transaction


def get_conversation(tx: Transaction, conversation_id: ConversationId) -> Conversation:
    """Read a conversation by its id. Raises RowNotFound."""
    return tx.conversations.get(conversation_id)


def find_conversation(tx: Transaction, account: E164, contact: E164) -> Conversation | None:
    """Find the conversation of one of our numbers with a contact."""
    return tx.conversations.find(account, contact)


def conversations_of_contact(tx: Transaction, contact: E164) -> list[Conversation]:
    """List the conversations of all our numbers with a contact."""
    return tx.conversations.with_contact(contact)


def conversations_by_contact(tx: Transaction, account: E164, contacts: Sequence[E164]) -> Mapping[E164, Conversation]:
    """Find the conversations of one of our numbers with several contacts."""
    found = (tx.conversations.find(account, contact) for contact in contacts)
    return {conversation.contact: conversation for conversation in found if conversation is not None}


def conversation_at(tx: Transaction, channel: ChannelId, thread_ts: MessageTs | None) -> Conversation | None:
    """Find the conversation of a thread, or of the channel that is its own."""
    return conversation_around(tx, channel, thread_ts)


def conversation_here(tx: Transaction, channel: ChannelId, thread_ts: MessageTs | None) -> Conversation | None:
    """Find the conversation of a thread whose channel may have a new id since, or of the channel that is its own."""
    return conversation_around(tx, known_as(tx, channel), thread_ts)


def belongs_to_contact(tx: Transaction, channel: ChannelId) -> bool:
    """Tell whether a channel is one contact's own, so that no other conversation may be shown in it."""
    return is_own_channel(tx, known_as(tx, channel))


def shows_contacts(tx: Transaction, channel: ChannelId) -> bool:
    """Tell whether contacts in general are shown in a channel already: it has their threads, and is no one's own."""
    known = known_as(tx, channel)
    return known in tx.conversations.channels() and not is_own_channel(tx, known)


def conversation_and_templates(tx: Transaction, conversation_id: ConversationId) -> tuple[Conversation, list[Template]]:
    """Read a conversation, and the templates that can be used in it. Raises RowNotFound."""
    return tx.conversations.get(conversation_id), tx.settings.templates()


def is_contact(tx: Transaction, number: E164) -> bool:
    """Tell a contact's number from one of ours that people have texted with."""
    ours = map(number_of, tx.conversations.accounts())
    return bool(tx.conversations.with_contact(number)) and number not in ours


def get_template(tx: Transaction, template_id: int) -> Template | None:
    """Read a template by its id."""
    return tx.settings.template(template_id)


def routes(tx: Transaction) -> list[Route]:
    """List the routes."""
    return tx.settings.routes()


def channel_mode(tx: Transaction, channel: ChannelId) -> Mode:
    """Return the mode of a channel."""
    return tx.settings.channel_mode(channel) or Mode.AUTO


def list_names(tx: Transaction) -> list[str]:
    """List the contact lists that are known, the one met last first."""
    return tx.settings.list_names()
