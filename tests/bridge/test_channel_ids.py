"""A channel with a new id: nothing in the database keeps the old one, and what still comes under the old one counts."""

from __future__ import annotations

import pytest

from bot.bridge.channel_ids import known_as, set_default_channel
from bot.bridge.conversations.moving import ask_to_move
from bot.bridge.conversations.settings import set_channel_mode, set_route
from bot.bridge.slack_events import record_event
from bot.domain.conversation import Mode
from bot.domain.ids import ChannelId, ConversationId, MessageTs, PostKey
from bot.domain.outbox import RateLimitHold
from bot.domain.routing import Route
from bot.domain.thread_events import Edit, Renaming, Reply
from bot.domain.waves import Wave, WavePlan
from bot.ports.storage import Transaction
from bot.store.sql.connection import Connection
from tests.harness.on_a_clock import Harness
from tests.harness.world import AVA, CHANNEL

SHARED, AGAIN = ChannelId("C0SHARED"), ChannelId("C0AGAIN")
EARLY = MessageTs("1700000000.000100")


def _cells(connection: Connection) -> list[tuple[str, str, str]]:
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    tables = [table for table in tables if "_index" not in table]
    return [
        (table, column, str(row[column]))
        for table in tables
        for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - the names are our own schema's
        for column in row.keys()  # noqa: SIM118 - a Row iterates over its values
    ]


async def noted(harness: Harness, channel: str) -> list[tuple[str, str, str]]:
    """List where the database holds a channel's id, but for the trail of what people did."""
    cells = await harness.engine.run(_cells)
    return [cell for cell in cells if channel in cell[2] and cell[0] != "audit"]


def fill(tx: Transaction) -> None:
    """Note the channel wherever it can be noted."""
    thread_ts = tx.conversations.get(ConversationId(1)).thread_ts
    assert thread_ts is not None
    set_default_channel(tx, CHANNEL)
    set_channel_mode(tx, CHANNEL, Mode.CONFIRM, AVA)
    set_route(tx, Route("keyword", "order", CHANNEL), AVA)
    tx.outbox.hold(RateLimitHold(f"post:{CHANNEL}", tx.now, tx.now))
    plan = WavePlan("spring", "Hello", tx.now, ("all",), 1, 1)
    tx.waves.add(Wave("w1", plan, AVA, CHANNEL, None, PostKey("k")))
    tx.settings.set_value(f"caught up {CHANNEL}", "1")
    edit = Edit("e1", CHANNEL, EARLY, EARLY, ("kept",), AVA, thread_ts)
    record_event(tx, edit)
    record_event(tx, Reply("e2", CHANNEL, thread_ts, MessageTs("1700000001.000100"), AVA, ("owed",)))


@pytest.mark.on_file
async def test_nothing_keeps_the_old_id(harness: Harness) -> None:
    """After a renaming no table holds the old id but to say what it became; told again it changes nothing."""
    await harness.store.run(fill)
    places = {(table, column) for table, column, _ in await noted(harness, CHANNEL)}
    renaming = Renaming("e3", CHANNEL, SHARED)
    assert await harness.store.run(lambda tx: record_event(tx, renaming))
    assert await noted(harness, CHANNEL) == [("value", "name", f"renamed {CHANNEL}")]
    assert {(table, column) for table, column, _ in await noted(harness, SHARED)} >= places - {("seen_event", "id")}
    assert not await harness.store.run(lambda tx: record_event(tx, renaming))


async def test_a_name_after_a_name(harness: Harness) -> None:
    """A setting that is two renamings old still names the channel, and one that is given back names itself."""
    await harness.store.run(fill)
    for old, new in ((CHANNEL, SHARED), (SHARED, AGAIN)):
        renaming = Renaming("e", old, new)
        await harness.store.run(lambda tx, renaming=renaming: record_event(tx, renaming))  # type: ignore[misc]
    assert await harness.store.run(lambda tx: set_default_channel(tx, CHANNEL)) == AGAIN
    await harness.store.run(lambda tx: record_event(tx, Renaming("e", AGAIN, CHANNEL)))
    assert await harness.store.run(lambda tx: [known_as(tx, one) for one in (CHANNEL, SHARED, AGAIN)]) == [CHANNEL] * 3


async def test_what_was_on_its_way(harness: Harness) -> None:
    """A reply under the old id is texted once, whichever id it comes under a second time; its edit counts, too."""
    await harness.store.run(lambda tx: record_event(tx, Renaming("e", CHANNEL, SHARED)))
    await harness.slack.change_id(CHANNEL, SHARED)
    thread = MessageTs(harness.slack.channels[SHARED].messages[0].ts)
    ts = MessageTs(await harness.slack.say(AVA, SHARED, "It is ready", thread_ts=thread))
    for channel in (CHANNEL, SHARED, CHANNEL):
        reply = Reply("e", channel, thread, ts, AVA, ("It is ready",))
        await harness.store.run(lambda tx, reply=reply: record_event(tx, reply))  # type: ignore[misc]
    await harness.pay()
    assert harness.phone() == ["Hi", "It is ready"]


async def test_told_too_late(harness: Harness) -> None:
    """A reply that comes under the new id before Slack has told of it is texted once it has."""
    await harness.slack.change_id(CHANNEL, SHARED)
    thread = MessageTs(harness.slack.channels[SHARED].messages[0].ts)
    ts = MessageTs(await harness.slack.say(AVA, SHARED, "It is ready", thread_ts=thread))
    reply = Reply("e", SHARED, thread, ts, AVA, ("It is ready",))
    await harness.store.run(lambda tx: record_event(tx, reply))
    await harness.pay()
    assert harness.phone() == ["Hi"]
    await harness.store.run(lambda tx: record_event(tx, Renaming("e", CHANNEL, SHARED)))
    await harness.pay()
    assert harness.phone() == ["Hi", "It is ready"]


@pytest.mark.on_file
async def test_a_move_to_a_channel_with_a_new_id(harness: Harness) -> None:
    """A move that waits leads to the channel under its new id, and the line about it stands in the old thread."""
    harness.slack.add_channel(SHARED, "sales")

    def wish(tx: Transaction) -> None:
        ask_to_move(tx, ConversationId(1), ChannelId("C0SALES"), AVA)
        record_event(tx, Renaming("e", ChannelId("C0SALES"), SHARED))

    await harness.store.run(wish)
    subjects = [cell for cell in await harness.engine.run(_cells) if cell[:2] == ("outbox", "subject")]
    assert any(f"move:{SHARED}:" in subject for _, _, subject in subjects)


async def test_an_edit_before_its_reply_before_the_renaming(harness: Harness) -> None:
    """Words that were changed while Slack had not told us the channel's new id yet are texted as they are now."""
    thread = MessageTs(harness.posts()[0].ts)
    ts, edited_ts = MessageTs(f"{harness.now // 1_000_000}.000100"), MessageTs(f"{harness.now // 1_000_000}.000200")
    for event in (
        Edit("e1", SHARED, ts, edited_ts, ("the price is 200",), AVA, thread),
        Reply("e2", SHARED, thread, ts, AVA, ("the price is 100",)),
        Renaming("e3", CHANNEL, SHARED),
    ):
        await harness.store.run(lambda tx, event=event: record_event(tx, event))  # type: ignore[misc]
    await harness.pay()
    assert harness.phone() == ["Hi", "the price is 200"]


@pytest.mark.parametrize(("channel", "is_noted"), [(CHANNEL, True), (SHARED, False)])
async def test_other_bots_learn_of_a_new_id(harness: Harness, channel: ChannelId, *, is_noted: bool) -> None:
    """Where the channel in which conversations open has a new id, every bot runs the workspace anew."""
    await harness.store.run(lambda tx: set_default_channel(tx, CHANNEL))
    await harness.store.run(lambda tx: record_event(tx, Renaming("e9", channel, AGAIN)))
    assert bool(await harness.store.run(lambda tx: tx.installations.changes())) is is_noted
