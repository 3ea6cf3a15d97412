"""`/volt list` and `/volt wave` on a WhatsApp line: collections, and a message to one of them with its counts."""

from __future__ import annotations

from bot.sandbox import GlificStandIn
from bot.sandbox.glific.model import Message
from bot.slack.features.kit.list_menu import value_of
from tests.harness.handlers import Handlers
from tests.harness.posts import seen as posted
from tests.harness.screen import names, press, seen, typed
from tests.harness.whatsapp import wire
from tests.harness.windows import fill, press_in_window, window, words
from tests.harness.world import AVA, CHANNEL, DANA, MARCO
from tests.slack.whatsapp.lines import TENANT


def collection(glific: GlificStandIn) -> None:
    """Make a collection of Dana, who wrote, and Marco, who did not."""
    dana = glific.contact_of(wire(DANA))
    assert dana is not None
    glific.add_group("VIP", dana, glific.add_contact(wire(MARCO), "Marco", consents=True))


def sent(glific: GlificStandIn) -> list[Message]:
    """Return what went to people by broadcasts."""
    return [one for one in glific.messages if one.is_broadcast and one.contact is not None]


async def wave_form(handlers: Handlers) -> None:
    """Open the form of a wave, and look at the lists that it offers."""
    await typed(handlers, "wave")
    await handlers.slack.until(lambda: handlers.slack.open_modals.get(AVA))
    await handlers.slack.suggest(AVA, "wave_lists", "", view_id=window(handlers)["id"])


async def test_a_list_is_made_and_filled(handlers: Handlers, glific: GlificStandIn) -> None:
    """A list is a collection: it is made by its name alone, has no query to edit, and says whom free text reaches."""
    missing = await typed(handlers, "list VIP")
    assert missing["text"] == "There is no list VIP."
    await press(handlers, missing, "list_create")
    await handlers.slack.until(lambda: handlers.slack.open_modals.get(AVA))
    assert [block["block_id"] for block in window(handlers)["blocks"]] == ["name"]
    assert "Saved.\nVIP has 0 contacts." in words((await fill(handlers, name="VIP")).body["view"])
    added = await typed(handlers, f"list add VIP {DANA}")
    assert added["text"].split("\n") == [
        "1 contact was put on the list.",
        "VIP has 1 contact.",
        "Free text reaches 1 of them now: those who wrote within the last 24 hours.",
    ]
    assert names(added) == ["Add contacts"]
    await press(handlers, added, "list_add")
    given = await fill(handlers, numbers="(555) 555-0199")
    assert "Glific does not know one of these contacts, so nobody was put on the list." in str(given.body)


async def test_a_wave_reaches_whom_it_may(handlers: Handlers, glific: GlificStandIn) -> None:
    """The review says who gets it now and who gets nothing; once confirmed it leaves once, and its card counts."""
    collection(glific)
    await wave_form(handlers)
    blocks = [block["block_id"] for block in window(handlers)["blocks"]]
    assert blocks == ["name", "wave_lists", "text", "picture"]
    found = await handlers.slack.suggest(AVA, "wave_lists", "vi", view_id=window(handlers)["id"])
    assert [option["text"]["text"] for option in found.body["options"]] == ["VIP"]
    await fill(handlers, name="Sale", wave_lists=[value_of("VIP")], text="20% off until Friday")
    review = words(window(handlers))
    assert "*This texts 1 person* as soon as you confirm it, within minutes." in review
    others = "1 other person on the list gets nothing: free text goes by WhatsApp by Glific only to those who wrote"
    assert others in review
    await press_in_window(handlers, "wave_go")
    await handlers.idle()
    await glific.until(lambda: sent(glific))
    assert words(window(handlers)).startswith(f"On its way to 1 person. It is wave {TENANT}:1-1 in Glific.")
    [message] = sent(glific)
    assert (message.body, message.contact and message.contact.phone) == ("20% off until Friday", wire(DANA))
    glific.receipt(message, "READ")
    [card] = [one for one in handlers.posts() if "Sale" in posted(one)]
    assert "1 person" in posted(card)
    await handlers.slack.press(AVA, CHANNEL, card.ts, "wave_refresh")
    await handlers.idle()
    assert "Delivered 1 (1 read), not delivered 0, of 1." in posted(card)
    found_again = await typed(handlers, f"wave {TENANT}:1-1")
    assert "Delivered 1 (1 read), not delivered 0, of 1." in seen(found_again)


async def test_a_wave_that_reaches_nobody(handlers: Handlers, glific: GlificStandIn) -> None:
    """Where nobody on the list wrote within a day nothing is sent, and the form says so."""
    collection(glific)
    glific.add_group("Quiet", *(one for one in [glific.contact_of(wire(MARCO))] if one))
    await wave_form(handlers)
    given = await fill(handlers, name="Sale", wave_lists=[value_of("Quiet")], text="Hi")
    assert "Nobody on this list wrote within the last 24 hours" in given.body["errors"]["wave_lists"]
    both = [value_of("Quiet"), value_of("VIP")]
    given = await fill(handlers, name="Sale", wave_lists=both, text="Hi")
    assert given.body["errors"] == {"wave_lists": "Choose at most 1 list."}
    assert sent(glific) == []


async def test_a_collection_that_is_gone(handlers: Handlers, glific: GlificStandIn) -> None:
    """A list that was removed between the form and the confirmation is named, and nothing is sent."""
    collection(glific)
    await wave_form(handlers)
    await fill(handlers, name="Sale", wave_lists=[value_of("VIP")], text="Hi")
    glific.groups.clear()
    await press_in_window(handlers, "wave_go")
    await handlers.idle()
    assert "Glific has no collection of this name any more." in words(window(handlers))
    assert sent(glific) == []


async def test_a_wave_of_nobody(handlers: Handlers) -> None:
    """A number that no wave has is said not to be known; what is no number is refused."""
    unknown = await typed(handlers, f"wave {TENANT}:1-9")
    assert unknown["text"] == f"Glific knows no wave {TENANT}:1-9."
    assert "Give the number that the wave has in Glific" in (await typed(handlers, "wave of mine"))["text"]


async def test_contacts_are_added_by_the_button(handlers: Handlers, glific: GlificStandIn) -> None:
    """Add contacts puts them into the collection whose answer it stands under."""
    collection(glific)
    glific.add_contact("15555550199", "Gil")
    shown = await typed(handlers, 'list "VIP"')
    await press(handlers, shown, "list_add")
    await handlers.slack.until(lambda: handlers.slack.open_modals.get(AVA))
    given = await fill(handlers, numbers="(555) 555-0199")
    assert "1 contact was put on the list.\nVIP has 3 contacts." in words(given.body["view"])
