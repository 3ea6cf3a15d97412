"""Contacts of a WhatsApp line: the card, the form, the block, and consent with its proof."""

from __future__ import annotations

import json

from bot.sandbox import GlificStandIn
from bot.sandbox.glific.model import Contact
from tests.harness.handlers import Handlers
from tests.harness.screen import Shown, modal, names, press, pressed, seen, typed
from tests.harness.trail import deeds_in
from tests.harness.whatsapp import wire
from tests.harness.windows import fill, window, words
from tests.harness.world import AVA, DANA, MARCO
from tests.slack.whatsapp.lines import WHATSAPP

PROOF = "Signed the form, call 5555550145"


def on_record(glific: GlificStandIn, number: str = DANA) -> Contact:
    """Return a contact as Glific has it."""
    found = glific.contact_of(wire(number))
    assert found is not None
    return found


async def agrees(handlers: Handlers, card: Shown, proof: str = PROOF) -> str:
    """Note a consent by the card, and return what the window says then."""
    await press(handlers, card, "contact_consent")
    await handlers.slack.until(lambda: handlers.slack.open_modals.get(AVA))
    assert (await fill(handlers, consent_proof=proof)).status == 200
    return words(window(handlers))


async def test_the_card_says_what_glific_has(handlers: Handlers, glific: GlificStandIn) -> None:
    """The card tells name, number, consent, collections, block and fields."""
    on_record(glific).fields = json.dumps({"city": {"value": "Pune", "label": "City", "type": "string"}})
    glific.add_group("VIP", on_record(glific))
    card = await typed(handlers, f"contact {DANA}")
    assert seen(card).split("\n") == [
        "Dana Whitfield",
        "Number: (555) 555-0145",
        "Agreed to be texted: not that we know",
        "Lists: VIP",
        "Blocked: no",
        "Conversation: none here yet",
        "*Custom fields*",
        "city: Pune",
        "Edit Note consent Block Earlier texts Open thread",
    ]


async def test_consent_is_noted_with_its_proof(handlers: Handlers, glific: GlificStandIn) -> None:
    """Who says how a contact agreed has it noted at Glific, and the trail tells who said so, without whole numbers."""
    await handlers.open_thread(DANA, "Hello")
    card = await typed(handlers, f"contact {DANA}")
    assert await agrees(handlers, card) == "Noted: (555) 555-0145 has agreed to be written to."
    assert on_record(glific).optin_time is not None
    assert (AVA, "noted consent", "Signed the form, call …0145") in deeds_in(handlers.database)
    again = await typed(handlers, f"contact {DANA}")
    assert "Note consent" not in names(again)
    assert "noted that the contact agreed to be texted: Signed the form" in seen(again)


async def test_consent_of_who_is_not_known_yet(handlers: Handlers, glific: GlificStandIn) -> None:
    """A number that Glific does not know becomes a contact who agreed; the proof belongs to their conversation."""
    card = await typed(handlers, f"contact {MARCO}")
    assert "Note consent" in names(card)
    await agrees(handlers, card, "He asked for it at the counter")
    assert on_record(glific, MARCO).bsp_status == "HSM"
    assert (AVA, "noted consent", "He asked for it at the counter") in deeds_in(handlers.database)
    conversation = await handlers.store.run(lambda tx: tx.conversations.find(WHATSAPP, MARCO))
    assert conversation is not None
    log = await handlers.store.run(lambda tx: tx.audit.of_conversation(conversation.id, 5))
    assert [line.action for line in log] == ["noted consent"]


async def test_a_consent_needs_a_proof(handlers: Handlers, glific: GlificStandIn) -> None:
    """Without words about how they agreed nothing is noted."""
    card = await typed(handlers, f"contact {DANA}")
    await press(handlers, card, "contact_consent")
    await handlers.slack.until(lambda: handlers.slack.open_modals.get(AVA))
    given = await fill(handlers, consent_proof=" 5. ")
    assert given.body["errors"] == {"consent_proof": "Write how they agreed."}
    assert on_record(glific).optin_time is None


async def test_nobody_undoes_an_opt_out(handlers: Handlers, glific: GlificStandIn) -> None:
    """A contact who opted out has no button for consent, and one of before does nothing but say why."""
    card = await typed(handlers, f"contact {DANA}")
    await glific.text(wire(DANA), "STOP")
    later = await typed(handlers, f"contact {DANA}")
    assert "Note consent" not in names(later)
    assert "Agreed to be texted: not any more: opted out " in seen(later)
    await press(handlers, card, "contact_consent")
    await handlers.slack.until(lambda: handlers.slack.open_modals.get(AVA))
    given = await fill(handlers, consent_proof=PROOF)
    assert "Only they can undo that, by writing to the number again. Nothing was changed." in str(given.body)
    assert on_record(glific).status == "INVALID"
    assert "noted consent" not in [action for _, action, _ in deeds_in(handlers.database)]


async def test_a_contact_is_blocked_and_let_in_again(handlers: Handlers, glific: GlificStandIn) -> None:
    """Block and Unblock go to Glific; the card then says which it is, and a blocked contact is not asked to agree."""
    card = await typed(handlers, f"contact {DANA}")
    blocked = await pressed(handlers, card, "contact_block")
    assert on_record(glific).status == "BLOCKED"
    assert "Blocked: yes. Glific does not pass on texts of a blocked contact" in seen(blocked)
    assert "Note consent" not in names(blocked)
    await pressed(handlers, blocked, "contact_unblock")
    assert on_record(glific).status == "VALID"


async def test_a_contact_is_renamed_and_given_a_field(handlers: Handlers, glific: GlificStandIn) -> None:
    """The form changes name and fields at Glific, and nothing else of them."""
    on_record(glific).fields = json.dumps({"city": {"value": "Pune", "inserted_at": "2026-01-02"}})
    card = await typed(handlers, f"contact {DANA}")
    await press(handlers, card, "contact_edit")
    form = await modal(handlers, "Custom fields")
    ids = {block["block_id"].partition("_")[0]: block["block_id"] for block in form["blocks"] if "block_id" in block}
    values = {"name": "Dana W.", "fields": "city: Pune\nsize: 9", "blocked": []}
    typed_in = {ids[name]: {name: value} for name, value in values.items()}
    assert (await handlers.slack.submit(AVA, form["id"], typed_in)).status == 200
    await handlers.idle()
    assert on_record(glific).name == "Dana W."
    assert json.loads(on_record(glific).fields) == {
        "city": {"value": "Pune", "inserted_at": "2026-01-02", "label": "city", "type": "string"},
        "size": {"value": "9", "label": "size", "type": "string"},
    }
