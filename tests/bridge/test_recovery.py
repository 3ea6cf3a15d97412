"""What happened after a backup that was put back: read in Slack, taken over, and not done or shown a second time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.bridge.conversations.moving import ask_to_move
from bot.bridge.conversations.settings import set_route
from bot.bridge.inbox.processor import process_inbox, store_events
from bot.bridge.messages.actions import approve, undo_text
from bot.bridge.messages.restored import is_unread
from bot.bridge.rate_limit import LookupLimiter
from bot.bridge.recovery.recovery import Recovery
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, ConversationId, MessageTs
from bot.domain.message import Inbound
from bot.domain.routing import Route
from bot.domain.timestamps import from_micros
from bot.sandbox.volt.model import VoltMessage
from bot.slack.render.statuses import SYMBOLS
from tests.bridge.test_backfill import catch_up, catcher
from tests.bridge.test_restored import by_command, go_on, put_back, reply_with_undo
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO

pytestmark = pytest.mark.on_file

ASKED = "A backup was put in place"


def recovery(harness: Harness) -> Recovery:
    """Make what looks back before anything leaves."""
    return Recovery(
        harness.store,
        harness.workspace,
        LookupLimiter(lambda: harness.now),
        lambda: harness.now,
        CHANNEL,
        harness.observer,
    )


async def recover(harness: Harness) -> None:
    """Do what a bot does after its start: look back, work for a while, and catch up."""
    looking_back = recovery(harness)
    await looking_back.before_leaving()
    await harness.pay()
    await go_on(harness)
    assert await catcher(harness, looking_back).round()
    await go_on(harness)
    assert harness.troubles == []


@pytest.fixture
async def backup(harness: Harness) -> Path:
    """Give a backup of a bot that has been up for a while by Slack's clock, which is the real one."""
    harness.wait(-30)
    assert await catch_up(harness)
    harness.wait(30)
    return by_command(harness)


async def test_a_text_that_was_shown_since_is_not_shown_again(harness: Harness, backup: Path) -> None:
    """Texts that Volt's record holds and that stand in the thread are taken in without being shown."""
    await harness.hear("Are you there?")
    await harness.hear("Hello")
    await put_back(harness, backup)
    await recover(harness)
    words = "\n".join(harness.lines())
    assert (words.count("Are you there?"), words.count("Hello")) == (1, 2)  # Hello was said before the backup, too


@pytest.mark.parametrize("second", ["Or at lunch?", "Are you there?"])
async def test_texts_that_share_a_post_are_known_one_by_one(harness: Harness, backup: Path, second: str) -> None:
    """A post shows a text that the backup holds and one that came after it: neither is shown again."""
    await harness.take_in(DANA, "Are you there?")
    by_command(harness, backup)
    harness.wait(1)
    await harness.take_in(DANA, second)
    await harness.pay()
    await put_back(harness, backup)
    await recover(harness)
    shown = [line for one in harness.lines() for line in one.splitlines()]
    assert [one for one in shown if one in ("Are you there?", second)] == ["Are you there?", second]


@pytest.mark.parametrize("first", ["taken in", "looked back"])
async def test_a_text_that_the_backup_holds_only_as_its_event(harness: Harness, backup: Path, first: str) -> None:
    """An event that was kept, not taken in yet, is shown once: taken in before the bot looks back, or after it."""
    await keep_event(harness, "Are you there?")
    by_command(harness, backup)
    await take_in_events(harness)
    harness.wait(30)
    await put_back(harness, backup)
    if first == "looked back":
        await recovery(harness).before_leaving()
    await harness.store.run(lambda tx: process_inbox(tx, channel=CHANNEL))
    await recover(harness)
    assert "\n".join(harness.lines()).count("Are you there?") == 1


async def keep_event(harness: Harness, text: str) -> None:
    """Keep what Volt tells of a text."""
    kept = VoltMessage(ACCOUNT, DANA, text, direction="inbound", status="received")
    harness.volt.keep(kept)
    at = from_micros(harness.now)
    event = Inbound("event", kept.legacy_id, ACCOUNT, DANA, text, (), at, kept.legacy_id)
    await harness.store.run(lambda tx: store_events(tx, [event]))


async def take_in_events(harness: Harness) -> None:
    """Take in what was kept, and show it."""
    await harness.store.run(lambda tx: process_inbox(tx, channel=CHANNEL))
    await harness.pay()


async def test_a_header_that_was_made_since_is_not_made_again(harness: Harness, backup: Path) -> None:
    """A thread that was opened after the backup leads to its contact, whose texts go on under it."""
    await harness.hear_from(MARCO, "Is this the shop?")
    header = harness.posts()[-2]
    await put_back(harness, backup)
    await recover(harness)
    await harness.hear_from(MARCO, "Hello?")
    heads = [one for one in harness.posts() if not one.is_reply]
    assert [one.ts for one in heads][1:] == [header.ts]
    under = [seen(one) for one in harness.posts() if one.thread_ts == header.ts and one.is_reply]
    assert [sum(words in line for line in under) for words in ("Is this the shop?", "Hello?")] == [1, 1]


async def test_a_conversation_that_was_moved_since(harness: Harness, backup: Path) -> None:
    """A conversation that goes on in another channel since the backup goes on there, and nothing is shown again."""
    sales = ChannelId("C0SALES")
    harness.slack.add_channel(sales, "sales")
    await harness.store.run(lambda tx: ask_to_move(tx, ConversationId(1), sales, AVA))
    await go_on(harness, 30)
    await harness.hear("Are you there?")
    header, *_ = [one for one in harness.slack.channels[sales].messages if one.bot_id and not one.is_reply]
    await put_back(harness, backup)
    await recover(harness)
    await harness.hear("Hello?")
    shown = [seen(one) for one in harness.slack.thread(sales, header.ts) if one.bot_id]
    assert [one for one in shown if one in ("Are you there?", "Hello?")] == ["Are you there?", "Hello?"]
    assert not any("Are you there?" in line for line in harness.lines())


async def test_a_copy_that_was_taken_before_the_gap_was_read(harness: Harness, backup: Path) -> None:
    """What came after the first backup is not known in a copy of the database that nobody has read up: it counts."""
    await harness.hear("Are you there?")
    harness.wait(300)
    await put_back(harness, backup)
    harness.wait(300)
    by_command(harness, backup)
    await put_back(harness, backup)
    await recover(harness)
    assert "\n".join(harness.lines()).count("Are you there?") == 1


async def test_a_channel_that_slack_does_not_show(harness: Harness, backup: Path) -> None:
    """One channel out of reach keeps nobody else waiting after a restore."""
    away = ChannelId("C0AWAY")
    harness.slack.add_channel(away, "away", private=True)
    await harness.store.run(lambda tx: set_route(tx, Route("keyword", "order", away), AVA))
    await reply_with_undo(harness, "It is ready")
    by_command(harness, backup)
    harness.slack.kick(away)
    await put_back(harness, backup)
    await recovery(harness).before_leaving()
    assert not await harness.store.run(is_unread)
    await go_on(harness)
    assert harness.phone() == ["Hi", "It is ready"]


async def test_a_reply_that_was_texted_since_is_neither_sent_nor_shown_again(harness: Harness, backup: Path) -> None:
    """A reply that bears the mark of a text that left is known, also where Volt's record tells of it."""
    await harness.answer("It is ready")
    harness.wait(5)
    await harness.pay()
    before = len(harness.posts())
    await put_back(harness, backup)
    await recover(harness)
    assert harness.phone() == ["Hi", "It is ready"]
    assert len(harness.posts()) == before


@pytest.mark.parametrize("mark", [None, DeliveryStatus.QUEUED])
async def test_a_reply_of_which_nothing_is_proved_is_asked_about(
    harness: Harness, backup: Path, mark: DeliveryStatus | None
) -> None:
    """A reply from then that bears no mark, or only the hourglass, is not lost in silence, and not sent unasked."""
    ts = MessageTs(await harness.slack.say(AVA, CHANNEL, "Ask <@U0BEN>, it is ready", thread_ts=harness.posts()[0].ts))
    if mark is not None:
        await harness.workspace.mark(CHANNEL, ts, show=mark, instead_of=frozenset())
    harness.wait(60)
    await put_back(harness, backup)
    await recover(harness)
    (line,) = [one for one in harness.posts() if ASKED in seen(one)]
    assert "Ask @Ben Okafor, it is ready" in seen(line)
    assert harness.phone() == ["Hi"]
    await harness.press(approve, line, AVA)
    await go_on(harness)
    assert harness.phone() == ["Hi", "Ask @Ben Okafor, it is ready"]


async def test_a_folder_that_was_put_back_whole_is_known_by_a_mark(harness: Harness) -> None:
    """Database and lock file of a snapshot agree; the mark on a reply that is pending there says that it has left."""
    assert await catch_up(harness)
    await reply_with_undo(harness, "It is ready")
    copy = harness.database.with_name("copy.db")
    snapshot(harness.database, copy)
    for _ in range(3):
        harness.wait(3.1)
        await harness.pay()
    assert harness.phone() == ["Hi", "It is ready"]
    reply = next(one for one in harness.slack.channels[CHANNEL].messages if one.text == "It is ready")
    assert set(reply.reactions) == {SYMBOLS[DeliveryStatus.SENT]}
    await harness.store.close()
    overwrite(harness.database, copy)
    harness.reopen()
    await harness.store.start()
    assert await harness.store.run(lambda tx: tx.settings.value("restored")) is None
    harness.volt.messages.clear()  # not even Volt's record shows it
    await recover(harness)
    assert harness.phone() == []
    assert set(reply.reactions) == {SYMBOLS[DeliveryStatus.SENT]}


def snapshot(database: Path, copy: Path) -> None:
    """Copy the files as a snapshot of the disk does, all of one moment."""
    for end in ("", "-wal", "-lock"):
        shutil.copyfile(f"{database}{end}", f"{copy}{end}")


def overwrite(database: Path, copy: Path) -> None:
    """Put back the files as a snapshot of the disk does: the same files with the bytes of then."""
    for end in ("", "-wal", "-lock"):
        Path(f"{database}{end}").touch()
    snapshot(copy, database)


async def taken_back(harness: Harness, how: str) -> None:
    """Take the newest reply back: by its button, by a reaction, or by deleting it."""
    (reply,) = await harness.store.run(lambda tx: tx.messages.undecided())
    assert reply.ts is not None
    if how == "button":
        await harness.store.run(lambda tx: undo_text(tx, reply.key, BEN))
    elif how == "reaction":
        await harness.slack.add_reaction(BEN, CHANNEL, reply.ts, "leftwards_arrow_with_hook")
    else:
        await harness.slack.delete(CHANNEL, reply.ts)
    await harness.pay()


@pytest.mark.parametrize("how", ["button", "reaction", "deletion"])
async def test_a_reply_that_was_taken_back_since_is_not_texted(harness: Harness, backup: Path, how: str) -> None:
    """What was taken back after the backup stays inside, or is asked about where its message is gone."""
    await reply_with_undo(harness, "It is ready")
    await harness.pay()
    by_command(harness, backup)
    await taken_back(harness, how)
    harness.wait(30)
    await put_back(harness, backup)
    await recover(harness)
    assert harness.phone() == ["Hi"]
    asked = [one for one in harness.posts() if ASKED in seen(one)]
    assert len(asked) == (1 if how == "deletion" else 0)
    for line in asked:  # whoever knows better has it sent
        await harness.press(approve, line, AVA)
        await go_on(harness)
        assert harness.phone() == ["Hi", "It is ready"]


async def test_where_the_bot_may_not_list_its_channels(harness: Harness, backup: Path) -> None:
    """Without the permission to list channels the bot reads those that it knows, and goes on."""
    harness.slack.rules.errors = {"conversations.list": ["missing_scope"]}
    await harness.hear("Are you there?")
    await put_back(harness, backup)
    await recovery(harness).before_leaving()
    assert not await harness.store.run(is_unread)
