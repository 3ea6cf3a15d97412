"""Contact card and its buttons. Pure; other people's words are not parsed."""

from dataclasses import dataclass
from datetime import datetime

from bot.bridge.conversations.contacts import own_name
from bot.domain.audit import AuditLine
from bot.domain.conversation import Conversation
from bot.domain.provider_profile import ProviderProfile
from bot.domain.provider_records import ContactRecord
from bot.ports.capabilities import Capability
from bot.slack.blocks import cards
from bot.slack.blocks.cards import Fact, Mention, TextElement, WriteNumber
from bot.slack.blocks.kit import (
    Block,
    MessageBody,
    button,
    button_row,
    confirm_dialog,
    context_block,
    context_plain,
    date,
    section,
    section_plain,
)
from bot.slack.features.contacts.consent import consent_button
from bot.slack.features.kit.action_ids import HISTORY
from bot.slack.features.kit.contact_ref import ContactRef, open_button
from bot.slack.render.audit_actions import log_line
from bot.slack.render.header import stage_words
from bot.slack.render.lines import Lines
from bot.slack.text import escaping

EDIT, BLOCK, UNBLOCK = "contact_edit", "contact_block", "contact_unblock"

NO_LINES = Lines()

MAX_FIELDS = 20
MAX_NAME_CHARS = 250

NOT_HANDED_OVER = "{name} does not pass on texts of a blocked contact, so nothing they write comes here."
KEEPS_NONE = "{line} keeps no contacts: this is what is known here."


@dataclass(frozen=True)
class LocalContact:
    """Contact as it is known besides the provider's record of contacts.

    In our own store: the last text and its moment, the audit log, and the thread's address. `carrier` is what a carrier
    says of the number; `channel` the one that reaches the contact, "" for texts, None where the line has no channels.
    """

    conversation: Conversation | None = None
    last_text: str = ""
    last_is_ours: bool = False
    last_at: datetime | None = None
    log: tuple[AuditLine, ...] = ()
    link: str = ""
    carrier: str = ""
    channel: str | None = None


# --- the card


def render_contact(
    ref: ContactRef, card: ContactRecord | None, known: LocalContact, numbers: WriteNumber, lines: Lines = NO_LINES
) -> MessageBody:
    """Render a contact card with its buttons; of a line without contacts it says what is known here."""
    by = lines.profile(ref.account)
    if not lines.offers(Capability.CONTACTS, ref.account):
        return _local_card(ref, known, numbers, lines)
    name = cards.single_line(own_name(card), MAX_NAME_CHARS) if card else ""
    number = numbers(ref.contact)
    facts = _facts(card, number, numbers, by) + _reach(known, by) + _standing(known, name or number, by)
    blocks = [cards.header_block(name or number), cards.fact_list(facts), *_fields(card, by)]
    blocks += _last(known) + _log(known, by) + _buttons(ref, card, known, lines)
    return MessageBody(escaping.escape(f"{name} · {number}" if name else number), blocks)


def _local_card(ref: ContactRef, known: LocalContact, numbers: WriteNumber, lines: Lines) -> MessageBody:
    """Render what is known here of a contact whom the provider does not keep."""
    by, number = lines.profile(ref.account), numbers(ref.contact)
    name = cards.single_line(known.conversation.name, MAX_NAME_CHARS) if known.conversation else ""
    facts: list[Fact] = [("Number", [number]), *_reach(known, by), *_standing(known, name or number, by)]
    note = context_plain(KEEPS_NONE.format(line=by.line))
    blocks = [cards.header_block(name or number), cards.fact_list(facts), note, *_last(known), *_log(known, by)]
    row = button_row(_history_button(ref, lines), open_button(ref, known.link))
    return MessageBody(escaping.escape(f"{name} · {number}" if name else number), [*blocks, *row])


def _facts(card: ContactRecord | None, number: str, numbers: WriteNumber, by: ProviderProfile) -> list[Fact]:
    lines: list[Fact] = [("Number", [number])]
    if card is None:
        lines.append(("Name", [f"none: {by.name} has no contact with this number yet"]))
    else:
        if not own_name(card):
            lines.append(("Name", ["none yet"]))
        if card.mapped_number:
            lines.append(("Texted from", [numbers(card.mapped_number)]))
        lines += _consent(card)
        lists = cards.single_line(", ".join(card.lists), 500)
        lines.append(("Lists", [lists or "none"]))
        lines.append(("Blocked", [f"yes. {NOT_HANDED_OVER.format(name=by.capital_name)}" if card.is_blocked else "no"]))
    return lines


def _consent(card: ContactRecord) -> list[Fact]:
    """Write whether the contact agreed to be texted, where the provider keeps that."""
    consent = card.consent
    if consent is None:
        return []
    if consent.withdrawn_at is not None and consent.is_withdrawn:
        return [("Agreed to be texted", ["not any more: opted out ", consent.withdrawn_at])]
    return [("Agreed to be texted", [consent.given_at if consent.given_at is not None else "not that we know"])]


def _reach(known: LocalContact, by: ProviderProfile) -> list[Fact]:
    """Write which carrier the number has, and how the contact is reached, where the line can tell."""
    carrier: list[Fact] = [("Carrier", [cards.single_line(known.carrier, 200)])] if known.carrier else []
    if known.channel is None:
        return carrier
    how = f"the channel {cards.single_line(known.channel, 60)} at {by.name}" if known.channel else "texts"
    return [*carrier, ("Reached by", [how])]


def _standing(known: LocalContact, contact: str, by: ProviderProfile) -> list[Fact]:
    conversation = known.conversation
    if conversation is None:
        return [("Conversation", ["none here yet"])]
    refused = f"yes. {by.capital_name} sends no texts to this number"
    opted_out = refused if conversation.is_opted_out else "not that we know"
    return [("Opted out", [opted_out]), ("Conversation", _stage(conversation, contact))]


def _stage(conversation: Conversation, contact: str) -> list[TextElement]:
    return [
        f"{stage_words(conversation.stage, contact)}; looked after by ",
        Mention(conversation.assignee) if conversation.assignee else "nobody",
    ]


def _fields(card: ContactRecord | None, by: ProviderProfile) -> list[Block]:
    fields = card.fields if card else ()
    if not fields:
        return []
    lines: list[Fact] = [
        (cards.single_line(field.key, 60) or "(unnamed)", [cards.single_line(field.value, 200) or "empty"])
        for field in fields[:MAX_FIELDS]
    ]
    left = len(fields) - MAX_FIELDS
    more = [context_plain(f"and {left} more custom fields, which {by.name} shows")] if left > 0 else []
    return [section("*Custom fields*"), cards.fact_list(lines), *more]


def _last(known: LocalContact) -> list[Block]:
    if known.last_at is None:
        return []
    whose = "from us" if known.last_is_ours else "from the contact"
    words = cards.truncated(known.last_text, 300)
    quoted = section_plain(words) if words else context_plain("No words")
    return [section(f"*Last text*, {whose}, {date(known.last_at)}"), quoted]


def _log(known: LocalContact, by: ProviderProfile) -> list[Block]:
    if not known.log:
        return []
    return [context_block("\n".join(log_line(done, by.name) for done in known.log))]


def _history_button(ref: ContactRef, lines: Lines) -> Block | None:
    is_offered = lines.offers(Capability.HISTORY, ref.account)
    return button("Earlier texts", HISTORY, str(ref)) if is_offered else None


def _buttons(ref: ContactRef, card: ContactRecord | None, known: LocalContact, lines: Lines) -> list[Block]:
    value = str(ref)
    is_named = card is not None and bool(own_name(card))
    return button_row(
        button("Edit" if is_named else "Save a name", EDIT, value),
        consent_button(ref, card) if lines.offers(Capability.CONSENTS, ref.account) else None,
        block_button(ref, lines.profile(ref.account), is_blocked=card.is_blocked) if card else None,
        _history_button(ref, lines),
        open_button(ref, known.link),
    )


def block_button(ref: ContactRef, by: ProviderProfile, *, is_blocked: bool) -> Block:
    """Button to block or unblock, with a confirmation dialog that explains it."""
    if is_blocked:
        before = f"{by.capital_name} does not say what becomes of what they wrote before."
        words = f"What they write from then on comes here again. {before}"
        return button("Unblock", UNBLOCK, str(ref), confirm=confirm_dialog("Unblock this contact?", words, "Unblock"))
    not_handed_over = NOT_HANDED_OVER.format(name=by.capital_name)
    words = f"{not_handed_over} It can be undone here, but what they write meanwhile may be lost to you."
    confirm = confirm_dialog("Block this contact?", words, "Block", is_grave=True)
    return button("Block", BLOCK, str(ref), confirm=confirm)
