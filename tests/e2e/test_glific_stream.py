"""What a WhatsApp line's stream brings, whatever happens to it: each message once, in order, in its own thread."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.domain.phone import E164
from bot.sandbox import GlificStandIn
from tests.harness.posts import seen
from tests.harness.stored_bytes import stored_bytes
from tests.harness.whatsapp import LOGIN, PASSWORD, SUBSCRIBED, WhatsApp, wire
from tests.harness.world import DANA

COUNTED = 'volt_bot_stream_events_total{outcome="malformed",provider="glific"}'
CROWD = [E164(f"+155555502{number:02}") for number in range(20)]


async def test_twenty_contacts_interleaved(whatsapp: WhatsApp) -> None:
    """Messages of twenty contacts, written at the same time, stand each in their contact's thread, in order."""
    await whatsapp.stream_is_open()
    for turn in range(5):
        await asyncio.gather(*(whatsapp.write(contact, f"{contact} says {turn}") for contact in CROWD))
    for contact in CROWD:
        await whatsapp.shows(contact, *(f"{contact} says {turn}" for turn in range(5)), timeout_s=30)
    assert len(whatsapp.headers()) == len(CROWD)


async def test_a_cut_socket_loses_nothing(whatsapp: WhatsApp) -> None:
    """What contacts write while the socket is cut and refused comes afterwards, each message once and in order."""
    await whatsapp.stream_is_open()
    await whatsapp.hear(DANA, "before")
    whatsapp.glific.rules.refuse_sockets = True
    whatsapp.glific.sockets.cut()
    gap = [f"meanwhile {number}" for number in range(60)]
    for text in gap:
        await whatsapp.write(DANA, text)
        await whatsapp.write(CROWD[0], f"{text}, too")
    whatsapp.glific.rules.refuse_sockets = False
    await whatsapp.shows(DANA, "before", *gap, timeout_s=30)
    await whatsapp.shows(CROWD[0], *(f"{text}, too" for text in gap), timeout_s=30)
    assert whatsapp.texts(DANA) == ["before", *gap]


async def test_a_token_that_dies_costs_nothing(whatsapp: WhatsApp) -> None:
    """A session that ends in the middle is begun anew; what was written meanwhile comes, and replies leave once."""
    await whatsapp.stream_is_open()
    thread = await whatsapp.open_thread()
    whatsapp.glific.sessions.end()
    whatsapp.glific.sockets.cut()
    await whatsapp.write(DANA, "Are you there?")
    await whatsapp.reply(thread, "Yes")
    await whatsapp.shows(DANA, "Are you there?", timeout_s=30)
    await whatsapp.gets("Yes")


async def test_a_bot_that_was_away_goes_on_where_it_was(whatsapp: WhatsApp) -> None:
    """What came while the bot did not run comes when it does again, once."""
    await whatsapp.stream_is_open()
    await whatsapp.hear(DANA, "before")
    await whatsapp.stop()
    away = [f"away {number}" for number in range(30)]
    for text in away:
        await whatsapp.write(DANA, text)
    await whatsapp.start()
    await whatsapp.shows(DANA, *away, timeout_s=30)
    await whatsapp.hear(DANA, "after")
    assert whatsapp.texts(DANA) == ["before", *away, "after"]


async def test_repeats_and_disorder_are_borne(whatsapp: WhatsApp) -> None:
    """Events that come twice, or overtake each other, are shown once and in the order in which they were written."""
    rules = whatsapp.glific.rules
    rules.repeat_events, rules.reorder_events, rules.hold_s = 2, True, 0.05
    await whatsapp.stream_is_open()
    texts = [f"text {number}" for number in range(10)]
    for text in texts:
        await whatsapp.write(DANA, text)
    await whatsapp.shows(DANA, *texts, timeout_s=30)
    assert whatsapp.texts(DANA) == texts


async def test_texts_from_elsewhere_are_shown(whatsapp: WhatsApp) -> None:
    """What a flow or a colleague in Glific's own pages sends stands in the thread, and goes nowhere."""
    await whatsapp.stream_is_open()
    await whatsapp.hear(DANA, "Hello")
    contact = whatsapp.glific.contact_of(wire(DANA))
    assert contact is not None
    await whatsapp.glific.flow_text(contact, "Welcome, choose 1 or 2")
    await whatsapp.glific.colleague_text(wire(DANA), "I will look it up")
    await whatsapp.line("Welcome, choose 1 or 2")
    await whatsapp.line("I will look it up")
    assert whatsapp.phone() == ["Welcome, choose 1 or 2", "I will look it up"]


async def test_test_contacts_are_left_out(whatsapp: WhatsApp) -> None:
    """Glific's own test contacts, who are not on WhatsApp, open no thread."""
    await whatsapp.stream_is_open()
    await whatsapp.glific.text("9876543210_1", "from a simulator")
    await whatsapp.hear(DANA, "from a person")
    assert [seen(one).split("\n")[0] for one in whatsapp.headers()] == [seen(whatsapp.headers(DANA)[0]).split("\n")[0]]


async def test_what_is_no_text_is_said_in_words(whatsapp: WhatsApp) -> None:
    """Places, contact cards, pressed buttons and choices of a list come in words."""
    await whatsapp.stream_is_open()
    phone = wire(DANA)
    await whatsapp.hear(DANA, "Hello")
    await whatsapp.glific.send_location(phone, 48.137154, 11.576124)
    await whatsapp.shows(DANA, "Location: https://www.google.com/maps?q=48.137154,11.576124")
    await whatsapp.glific.choose(phone, "Yes, please")
    await whatsapp.shows(DANA, "Yes, please")
    await whatsapp.glific.choose(phone, "Delivery", kind="LIST")
    await whatsapp.shows(DANA, "Delivery")
    await whatsapp.glific.send_card(phone, "Marco Polo", "+15555550146")
    await whatsapp.line("Contact card: ")


async def test_another_tenant_begins_anew(whatsapp: WhatsApp) -> None:
    """Where the line is moved to another tenant, nothing from before is shown, and equal ids are other messages."""
    await whatsapp.stream_is_open()
    await whatsapp.hear(DANA, "at the first")
    async with GlificStandIn("Second") as second:
        second.add_user(LOGIN, PASSWORD)
        old = await second.text(wire(DANA), "long ago")
        assert old is not None
        old.inserted_at = old.updated_at = old.updated_at - timedelta(hours=2)
        await whatsapp.restart(glific_api_url=second.url)
        await second.until(lambda: second.sockets.subscribed == SUBSCRIBED)
        await second.text(wire(DANA), "at the second")
        await whatsapp.shows(DANA, "at the first", "at the second", timeout_s=30)
        assert whatsapp.texts(DANA) == ["at the first", "at the second"]
        await whatsapp.stop()


async def test_what_cannot_be_read_is_kept_aside(whatsapp: WhatsApp) -> None:
    """A message that makes no sense is stored as it came and counted once, pushed or read again and again."""
    await whatsapp.stream_is_open()
    await whatsapp.hear(DANA, "before")
    odd = whatsapp.glific.keep(whatsapp.glific.contact_of(wire(DANA)), "INBOUND", "a zebrafish")
    odd.flow = None  # type: ignore[assignment]
    for turn in range(3):
        whatsapp.glific.sockets.cut()
        await whatsapp.stream_is_open()
        whatsapp.glific.sockets.push_raw("receivedMessage", {"data": {"receivedMessage": {"odd": "quokka"}}})
        await whatsapp.hear(DANA, f"after {turn}")
    _, text = await whatsapp.get("/metrics")
    [count] = [line for line in text.splitlines() if line.startswith(COUNTED)]
    assert count == f"{COUNTED} 2.0"
    stored = stored_bytes(whatsapp.database)
    assert [word for word in (b"zebrafish", b"quokka") if word in stored] == [b"zebrafish", b"quokka"]
