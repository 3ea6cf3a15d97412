"""Contacts: what the provider has on record about one, copied to its conversations, and who changed it.

One unit of work each. The provider's record counts: our name and block follow it, never the other way round.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.bridge.conversations.open import find_or_begin
from bot.bridge.conversations.state import save_and_refresh
from bot.domain.audit import AuditLine
from bot.domain.conversation import Conversation
from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.message import Message
from bot.domain.phone import E164, can_be_texted
from bot.domain.provider_records import ContactRecord
from bot.ports.storage import Transaction

ASKED_AGAIN_S = 24 * 3_600
"""Pause before the provider is asked again for the name of a contact for whom it had none."""


def own_name(card: ContactRecord) -> str:
    """Return the name of a contact on one line; "" where the provider put the number in place of a name."""
    return without_number(card.name, card.number)


def without_number(name: str, number: str) -> str:
    """Return a name on one line; "" where it is the number."""
    line = " ".join(name.split())
    return "" if line.removeprefix("+") == number.removeprefix("+") else line


def asks_for_name(tx: Transaction, conversation: Conversation) -> bool:
    """Tell whether to look up the name of a nameless contact, and note the look-up: at most one a day."""
    if conversation.name or not can_be_texted(conversation.contact):
        return False
    asked = (conversation.name_asked_at for conversation in tx.conversations.with_contact(conversation.contact))
    if any(at is not None and 0 <= tx.now - at < ASKED_AGAIN_S * 1_000_000 for at in asked):
        return False
    tx.conversations.save(replace(conversation, name_asked_at=tx.now))
    return True


def learn_name(tx: Transaction, conversation_id: ConversationId, name: str) -> None:
    """Store a name that was looked up for a header in flight, and refresh the contact's other headers."""
    conversation = tx.conversations.get(conversation_id)
    tx.conversations.save(replace(conversation, name=conversation.name or name))
    for other in tx.conversations.with_contact(conversation.contact):
        if other.id != conversation_id and not other.name:
            save_and_refresh(tx, replace(other, name=name))


def note_contact(tx: Transaction, card: ContactRecord) -> list[Conversation]:
    """Copy name and block to every conversation of a contact; returns those that changed."""
    name, changed = own_name(card), []
    for conversation in tx.conversations.with_contact(card.number):
        now = replace(conversation, name=name or conversation.name, is_blocked=card.is_blocked)
        if now != conversation:
            save_and_refresh(tx, now)
            changed.append(now)
    return changed


@dataclass(frozen=True)
class ContactActivity:
    """What is stored about a contact: the conversation, its last text, and who did what about it."""

    conversation: Conversation | None = None
    last_text: Message | None = None
    log: tuple[AuditLine, ...] = ()


def follow_contact(
    tx: Transaction, account: E164, contact: E164, found: ContactRecord | None, *, log_length: int
) -> ContactActivity:
    """Take over what the provider says about a contact, if it knows them, and read what is stored then."""
    if found is not None:
        note_contact(tx, found)
        note_lists(tx, found.lists)
    conversation = tx.conversations.find(account, contact)
    if conversation is None:
        return ContactActivity()
    log = tuple(tx.audit.of_conversation(conversation.id, log_length))
    return ContactActivity(conversation, tx.messages.newest(conversation.id), log)


def record_history_read(tx: Transaction, user: UserId, conversation_id: ConversationId) -> None:
    """Note who read the texts of a conversation."""
    tx.audit.add(user, "read history", conversation_id)


def record_contact_read(tx: Transaction, user: UserId, account: E164, contact: E164) -> None:
    """Note who looked a contact up; of one who has no conversation neither name nor number."""
    conversation = tx.conversations.find(account, contact)
    tx.audit.add(user, "looked up contact", conversation.id if conversation else None)


def record_search(tx: Transaction, user: UserId) -> None:
    """Note who searched; not for what."""
    tx.audit.add(user, "searched", None)


def record_list_use(tx: Transaction, user: UserId, action: str) -> None:
    """Note who read or changed a list of contacts; its name may be somebody's."""
    tx.audit.add(user, action, None)


def note_lists(tx: Transaction, names: Iterable[str]) -> None:
    """Know the names of contact lists that the provider has shown."""
    for name in names:
        tx.settings.note_list(name)


def forget_lists(tx: Transaction, names: Iterable[str]) -> None:
    """Forget contact lists that the provider does not have any more."""
    for name in names:
        tx.settings.forget_list(name)


def note_saved(
    tx: Transaction, user: UserId, account: E164, *, before: ContactRecord | None, after: ContactRecord
) -> None:
    """Record what a person changed about a contact, once the provider has taken it."""
    note_contact(tx, after)
    conversation = tx.conversations.find(account, after.number)
    subject = conversation.id if conversation else None
    for action, detail in _changes(before, after):
        tx.audit.add(user, action, subject, detail)


def record_consent(tx: Transaction, user: UserId, place: tuple[E164, E164], proof: str, *, channel: ChannelId) -> None:
    """Note who said how a contact agreed; `place` is our number and the contact's.

    It belongs to a conversation, which is begun where there is none: so it goes with the person who is erased.
    """
    conversation = find_or_begin(tx, *place, channel)
    tx.audit.add(user, "noted consent", conversation.id, proof)


def record_channel(tx: Transaction, user: UserId, account: E164, contact: E164, channel: str) -> None:
    """Note who had a contact reached by a channel of the provider's, or by texts again where it is ""."""
    conversation = tx.conversations.find(account, contact)
    action = "set channel" if channel else "removed channel"
    tx.audit.add(user, action, conversation.id if conversation else None, channel)


def record_answer_seen(tx: Transaction, user: UserId, account: E164, contact: E164) -> None:
    """Note who has looked at an answer that could not be read."""
    conversation = tx.conversations.find(account, contact)
    tx.audit.add(user, "saw unread answer", conversation.id if conversation else None)


def _changes(before: ContactRecord | None, after: ContactRecord) -> list[tuple[str, str]]:
    """Name the changed parts for the audit trail, never their words."""
    named = "name" if before is None or before.name != after.name else ""
    fields = "custom fields" if (before.fields if before else ()) != after.fields else ""
    what = " and ".join(part for part in (named, fields) if part)
    changes = [("edited", what)] if what else []
    if after.is_blocked != (before is not None and before.is_blocked):
        changes.append(("blocked" if after.is_blocked else "unblocked", ""))
    return changes
