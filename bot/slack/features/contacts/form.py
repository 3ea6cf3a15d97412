"""Contact form, and the changed record that it makes of a contact. Pure; other people's words are not parsed.

Only what the person changed changes. A field that the form cannot show whole stays exactly as it is.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, replace

from bot.bridge.conversations.contacts import own_name
from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.domain.provider_records import ContactRecord, CustomField
from bot.domain.text import clean, counted, truncate
from bot.slack.blocks import cards, modals
from bot.slack.blocks.cards import WriteNumber
from bot.slack.blocks.kit import Block, context_plain, plain, section_plain
from bot.slack.blocks.modals import Modal, Option
from bot.slack.context import UserError
from bot.slack.features.contacts.card import MAX_NAME_CHARS, NOT_HANDED_OVER
from bot.slack.features.kit.contact_ref import ContactRef
from bot.slack.text import escaping

FORM = "contact_form"

MAX_FIELDS_CHARS = 3_000
"""Limit of an input in Slack, in characters."""


def digest(card: ContactRecord | None) -> str:
    """Compute a digest of a contact's state, as far as the form changes it."""
    if card is None:
        return "none"
    state = [card.name, [[field.key, field.value] for field in card.fields], card.is_blocked]
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]


def name_block(seen: str) -> str:
    """Block id of the name input. A new state of the contact has new ids: else Slack would keep the old input."""
    return f"name_{seen}"


def fields_block(seen: str) -> str:
    """Block id of the custom fields' input."""
    return f"fields_{seen}"


def blocked_block(seen: str) -> str:
    """Block id of the block's input."""
    return f"blocked_{seen}"


def waiting_form(ref: ContactRef, name: str, numbers: WriteNumber, by: ProviderProfile) -> Modal:
    """Form while the contact is being read; `name` is the one in our store."""
    subject = f"{cards.single_line(name, 100)} · {numbers(ref.contact)}".removeprefix(" · ")
    blocks = [section_plain(subject), context_plain(f"Asking {by.name}…")]
    return _window(blocks)


def contact_form(
    ref: ContactRef,
    card: ContactRecord | None,
    numbers: WriteNumber,
    by: ProviderProfile = UNKNOWN_PROVIDER,
    *,
    notes: tuple[str, ...] = (),
) -> Modal:
    """Form for a contact; `notes` are on top, and may hold other people's words."""
    seen = digest(card)
    number = context_plain(numbers(ref.contact))
    blocks = [*(section_plain(note) for note in notes), number, _name_input(card, seen)]
    blocks += [_fields_input(card, seen), _blocked_input(card, seen, by)]
    metadata = json.dumps({"who": str(ref), "seen": seen})
    return _window(blocks) | {"callback_id": FORM, "submit": plain("Save"), "private_metadata": metadata}


def _window(blocks: list[Block]) -> Modal:
    return {"type": "modal", "title": plain("Contact"), "close": plain("Close"), "blocks": blocks}


def _name_input(card: ContactRecord | None, seen: str) -> Block:
    element = modals.text_input(initial=shown_name(card)) | {"action_id": "name"}
    is_cut = card is not None and len(own_name(card)) > MAX_NAME_CHARS
    hint = "It is longer than fits here. It stays whole unless you change it." if is_cut else ""
    is_nameless = card is not None and not own_name(card)
    return modals.input_block(name_block(seen), "Name", element, hint=hint, is_required=not is_nameless)


def _fields_input(card: ContactRecord | None, seen: str) -> Block:
    kept = len(card.fields) - len(editable(card)) if card else 0
    hint = "One per line, such as Order: 1234. A line that you take away removes that field."
    if kept:
        more = counted(kept, "more does not fit in here; it stays", "more do not fit in here; they stay")
        hint += f" {more} as before."
    element = modals.text_input(initial=shown_fields(card), max_chars=MAX_FIELDS_CHARS, is_multiline=True)
    element |= {"action_id": "fields"}
    return modals.input_block(fields_block(seen), "Custom fields", element, hint=hint, is_required=False)


def _blocked_input(card: ContactRecord | None, seen: str, by: ProviderProfile) -> Block:
    is_blocked = card is not None and card.is_blocked
    element = modals.checkboxes(Option("Blocked", "blocked"), are_ticked=is_blocked) | {"action_id": "blocked"}
    block, label = blocked_block(seen), "Texts from this contact"
    hint = NOT_HANDED_OVER.format(name=by.capital_name)
    return modals.input_block(block, label, element, hint=hint, is_required=False)


def shown_name(card: ContactRecord | None) -> str:
    """Write the name as the form shows it."""
    return cards.single_line(own_name(card), MAX_NAME_CHARS) if card else ""


def shown_fields(card: ContactRecord | None) -> str:
    """Write the custom fields as the form shows them."""
    return "\n".join(_line(field) for field in editable(card)) if card else ""


def editable(card: ContactRecord) -> list[CustomField]:
    """List the fields that the form can show whole: each on one line, and with a unique key."""
    room, found = MAX_FIELDS_CHARS, list[CustomField]()
    times = Counter(field.key.strip() for field in card.fields)
    for field in card.fields:
        size = len(_line(field)) + 1
        if _is_a_line(field) and size <= room and times[field.key.strip()] == 1:
            found.append(field)
            room -= size
    return found


def _line(field: CustomField) -> str:
    return f"{field.key.strip()}: {field.value.strip()}".rstrip()


def _is_a_line(field: CustomField) -> bool:
    line = _line(field)
    return bool(field.key.strip()) and ":" not in field.key and "\n" not in line and clean(line) == line


# --- what was submitted


@dataclass(frozen=True)
class Submitted:
    """Input of the contact form."""

    name: str
    fields: str
    is_blocked: bool


def changed_card(ref: ContactRef, card: ContactRecord | None, typed: Submitted) -> ContactRecord:
    """Apply to a contact's record only what the person changed. Raises UserError with the block at fault."""
    seen = digest(card)
    whole = card or ContactRecord(ref.contact, "", (), (), is_blocked=False, mapped_number=None)
    name = cards.single_line(typed.name, 3_000)
    if name != shown_name(card):
        if not name:
            raise UserError("A contact that has a name keeps one. Write it here.", block=name_block(seen))
        whole = replace(whole, name=name)
    if _lines(typed.fields) != _lines(shown_fields(card)):
        whole = replace(whole, fields=_new_fields(whole, typed.fields, fields_block(seen)))
    if card is None and not name:
        raise UserError("Write a name to save this contact.", block=name_block(seen))
    return replace(whole, is_blocked=typed.is_blocked)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in clean(text).split("\n") if line.strip()]


def _new_fields(card: ContactRecord, typed: str, block: str) -> tuple[CustomField, ...]:
    """Read the lines; an unchanged line stays exactly the field that it was."""
    editable_fields = editable(card)
    untouched = {_line(field): field for field in editable_fields}
    types = {field.key.strip(): field for field in editable_fields}
    taken = {field.key.strip() for field in card.fields if field not in editable_fields}
    made: list[CustomField] = []
    for line in _lines(typed):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not (key and colon):
            raise UserError(
                f'"{escaping.escape(truncate(line, 60))}" is not a field. Write a name, a colon and a value.',
                block=block,
            )
        if key in taken:
            raise UserError(f'"{escaping.escape(truncate(key, 60))}" is there more than once.', block=block)
        taken.add(key)
        old = types.get(key)
        made.append(untouched.get(line) or CustomField(old.key if old else key, value, old.type if old else ""))
    return (*made, *(field for field in card.fields if field not in editable_fields))
