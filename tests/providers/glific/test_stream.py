"""The stream: what is pushed and what is read, each once, whatever happens to the connection in between."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.domain.phone import E164
from bot.providers.glific.calls.call_budget import FOR_TEXTS, MARGIN, MINUTE_S, CallBudget
from bot.providers.glific.calls.client import GlificClient
from bot.providers.glific.stream.change_reader import REMEMBERED, ChangeReader, SeenEvents
from bot.providers.glific.stream.stream import StreamPauses
from bot.sandbox import GlificStandIn
from tests.providers.glific.stage import DANA, Bot, drop
from tests.providers.glific.watching import NO_POLL, Watcher, watcher


async def test_texts_and_states_come_as_they_happen(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """Inbound texts, texts of colleagues and every state come once, with their contact."""
    one = await watcher(bot, watchers, NO_POLL)
    await one.start()
    await glific.text(DANA, "hi")
    message = await glific.colleague_text(DANA, "from the office")
    await glific.until(lambda: message.status == "sent")
    for state in ("SENT", "DELIVERED", "READ"):
        glific.receipt(message, state)
    await glific.until(lambda: len([one for one in one.got if not one.is_inbound]) == 4)
    states = [found.state for found in one.got if not found.is_inbound]
    assert states == ["ENQUEUED", "SENT", "DELIVERED", "READ"]
    assert {found.contact.phone for found in one.got if found.contact} == {E164(f"+{DANA}")}


async def test_repeats_and_disorder_are_borne(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """Events that come twice are taken once, and one that overtakes another waits until that has been read."""
    glific.rules.repeat_events, glific.rules.reorder_events, glific.rules.hold_s = 2, True, 0.02
    one = await watcher(bot, watchers)
    await one.start()
    await one.has("hello")
    for number in range(10):
        await glific.text(DANA, f"text {number}")
    await one.has("hello", *(f"text {number}" for number in range(10)))


async def test_a_cut_loses_nothing(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """What happens while the socket is cut and refused comes afterwards, each text once and in order."""
    one = await watcher(bot, watchers)
    await one.start()
    await glific.text(DANA, "before")
    await one.has("hello", "before")
    glific.rules.refuse_sockets = True
    glific.sockets.cut()
    gap = [f"meanwhile {number}" for number in range(120)]
    for text in gap:
        await glific.text(DANA, text)
    glific.rules.refuse_sockets = False
    await one.subscribed()
    await one.has("hello", "before", *gap)
    assert one.stream.is_connected


async def test_a_token_that_died_is_replaced(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """A socket that is made with a dead token renews it and comes back; what was missed is read."""
    one = await watcher(bot, watchers)
    await one.start()
    glific.sessions.end()
    glific.sockets.cut()
    await glific.text(DANA, "meanwhile")
    await one.subscribed()
    await one.has("hello", "meanwhile")


async def test_a_restart_goes_on_at_the_cursor(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """A bot that was away reads what came meanwhile, from the cursor it stored on."""
    first = await watcher(bot, watchers)
    await first.start()
    await first.has("hello")
    await first.stop()
    await glific.move_clock(hours=2)
    for number in range(60):
        await glific.text(DANA, f"text {number}")
    second = await watcher(bot, watchers)
    await second.start(first.cursor)
    await second.has(*(["hello"] if "hello" in second.texts else []), *(f"text {number}" for number in range(60)))


async def test_a_time_to_come_is_no_cursor(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """A row whose time is wrong by years is taken, and what happens before that time is still read."""
    glific.messages[0].updated_at = datetime(2150, 1, 1, tzinfo=UTC)
    one = await watcher(bot, watchers, StreamPauses(poll_s=0.05, settle_s=0.05))
    await one.start()
    await one.has("hello")
    glific.rules.lose_events = 3
    await glific.text(DANA, "lost")
    await one.has("hello", "lost")
    assert datetime.fromisoformat(one.cursor) <= datetime.now(UTC)


async def test_events_that_are_lost_are_read(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """An event that is lost though the socket is open comes with the next reading of the record."""
    one = await watcher(bot, watchers, StreamPauses(poll_s=0.05, settle_s=0.05))
    await one.start()
    glific.rules.lose_events = 3
    await glific.text(DANA, "lost")
    await one.has("hello", "lost")


async def test_a_lost_event_comes_before_the_next_one(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """A number that is left out shows that a text is missing: it is read before the one that showed it."""
    one = await watcher(bot, watchers)
    await one.start()
    await one.has("hello")
    glific.rules.lose_events = 2
    await glific.text(DANA, "lost")
    await glific.text(DANA, "lost as well")
    await glific.text(DANA, "found")
    await one.has("hello", "lost", "lost as well", "found")


async def test_what_was_not_stored_comes_again(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """Who watches anew from a cursor gets everything behind it again, also what was pushed to them before."""
    one = await watcher(bot, watchers)
    await one.start()
    await one.has("hello")
    stored = one.cursor
    await glific.text(DANA, "not stored")
    await one.has("hello", "not stored")
    await one.stop()
    one.got.clear()
    await glific.until(lambda: not glific.sockets.subscribed)
    await one.start(stored)
    await one.has("hello", "not stored")


async def test_refused_subscriptions_are_reported(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """An old Glific that does not know what is subscribed to is reported; the record is read all the same."""
    one = await watcher(bot, watchers, StreamPauses(poll_s=600.0, reconnect_s=(600.0,)))
    glific.rules.unknown_fields = ["RootSubscriptionType.updateMessageStatus"]
    starting = asyncio.create_task(one.start())
    await glific.until(lambda: one.failed)
    assert [error.code for error in one.failed] == ["stream_cut"]
    await one.has("hello")
    starting.cancel()


async def test_a_record_that_cannot_be_read_is_read_later(
    bot: Bot, watchers: list[Watcher], glific: GlificStandIn
) -> None:
    """While the API fails, what may have others before it waits; both are read, in order, when it answers again."""
    one = await watcher(bot, watchers)
    glific.rules.only, glific.rules.down = ("messages",), True
    await one.start()
    await glific.text(DANA, "pushed")
    failed = len(one.failed)
    await glific.until(lambda: len(one.failed) > failed)
    assert one.texts == []
    glific.rules.down = False
    await one.has("hello", "pushed")


async def test_malformed_events_are_put_aside(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """What cannot be read is handed over and counted by others; the stream outlives it, and a broken protocol too."""
    one = await watcher(bot, watchers, NO_POLL)
    await one.start()
    bad: list[object] = [{"id": "1"}, 7, [], {"id": "9", "flow": "INBOUND"}]
    for event in bad:
        glific.sockets.push_raw("receivedMessage", {"data": {"receivedMessage": event}})
    await glific.text(DANA, "good")
    await glific.until(lambda: "good" in one.texts and len(one.malformed) == len(bad))
    assert one.malformed == bad
    glific.sockets.push_raw("receivedMessage", "no object")
    await glific.until(lambda: not glific.sockets.subscribed)
    await one.subscribed()
    await glific.text(DANA, "still good")
    await glific.until(lambda: "still good" in one.texts)


async def test_simulators_are_left_out(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """A test contact's messages are not taken, pushed or read."""
    await glific.text("9876543210_1", "a test before")
    one = await watcher(bot, watchers)
    await one.start()
    await glific.text("9876543210_2", "a test")
    await glific.text(DANA, "no test")
    await one.has("hello", "no test")


async def test_a_silent_peer_is_left(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """A connection whose pings are not answered is made again."""
    pauses = StreamPauses(poll_s=600.0, settle_s=0.05, reconnect_s=(0.02,), ping_s=0.1, pong_s=0.1)
    one = await watcher(bot, watchers, pauses)
    glific.rules.mute_pongs = True
    await one.start()
    [silent] = glific.sockets.open
    await glific.until(lambda: silent not in glific.sockets.open)
    glific.rules.mute_pongs = False
    await one.subscribed()
    await glific.text(DANA, "hi")
    await glific.until(lambda: "hi" in one.texts)


async def test_rows_of_one_moment_are_all_read(bot: Bot, glific: GlificStandIn) -> None:
    """Where more rows share one moment than fit a page, none is left out and the reading ends."""
    moment = glific.clock.now() - timedelta(seconds=30)
    for number in range(130):
        await glific.text(DANA, f"text {number}")
    for message in glific.messages:
        message.updated_at = moment
    session = await bot.session()
    reader = ChangeReader(GlificClient(await bot.calls(session)), SeenEvents(), drop)
    found = [one.text async for one in reader.since(moment)]
    assert sorted(found) == sorted(["hello", *(f"text {number}" for number in range(130))])


async def test_rows_that_change_while_they_are_read_push_nothing_out(bot: Bot, glific: GlificStandIn) -> None:
    """A state that changes between two pages moves its row to the end; every row is read all the same."""
    for number in range(140):
        await glific.text(DANA, f"text {number}")
    session = await bot.session()
    reader = ChangeReader(GlificClient(await bot.calls(session)), SeenEvents(), drop)
    found: list[str] = []
    async for message in reader.since(datetime(2020, 1, 1, tzinfo=UTC)):
        found.append(message.text)
        if len(found) % 10 == 0:
            glific.receipt(glific.messages[len(found) // 10], "READ")
    assert set(found) == {"hello", *(f"text {number}" for number in range(140))}


def test_only_so_much_is_remembered() -> None:
    """Events are recognized when they come again, the oldest of very many are not."""
    seen = SeenEvents()
    assert [seen.is_new("1:SENT"), seen.is_new("1:SENT"), seen.is_new("1:READ")] == [True, False, True]
    assert all(seen.is_new(f"other {number}") for number in range(REMEMBERED))
    assert seen.is_new("1:SENT")


async def test_it_ends_at_any_moment(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """Whoever stops to watch while the stream connects is not kept waiting, whatever has just been answered."""
    for turns in range(0, 240, 3):
        one = await watcher(bot, watchers)
        watching = asyncio.create_task(one.start())
        for _ in range(turns):
            await asyncio.sleep(0)
        await one.stop()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    await glific.until(lambda: glific.sockets.subscribed == [])


async def test_nothing_overtakes_what_cannot_be_read_yet(
    bot: Bot, watchers: list[Watcher], glific: GlificStandIn
) -> None:
    """While the record cannot be read, a message behind one that was lost waits, and comes after it."""
    now = [0.0]
    one = await watcher(bot, watchers, NO_POLL, budget=CallBudget(MARGIN + FOR_TEXTS + 2, lambda: now[0]))
    await one.start()
    await one.has("hello")
    glific.rules.lose_events = 1
    await glific.text(DANA, "lost")
    await glific.text(DANA, "behind it")
    await glific.until(lambda: len(one.failed) > 0)
    assert one.texts == ["hello"]
    now[0] += MINUTE_S
    await glific.text(DANA, "the next")
    await one.has("hello", "lost", "behind it", "the next")


async def test_a_text_that_changed_later_keeps_its_place(
    bot: Bot, watchers: list[Watcher], glific: GlificStandIn
) -> None:
    """Texts that are read from the record come by their numbers, also where an earlier one has changed since."""
    first = await glific.text(DANA, "first")
    await glific.text(DANA, "second")
    assert first is not None
    glific.touch(first)
    one = await watcher(bot, watchers)
    await one.start()
    await one.has("hello", "first", "second")
