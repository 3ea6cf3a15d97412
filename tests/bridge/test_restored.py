"""A database that was put back: it knows that, and looks up what is pending before anything leaves."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.bridge.messages.actions import approve
from bot.bridge.messages.outbound import record_reply
from bot.domain.conversation import Mode
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.outbox import RateLimitHold
from bot.domain.thread_events import Reply
from bot.domain.timestamps import Micros, add_seconds
from bot.store.sqlite.backup import write_copy
from tests.harness.on_a_clock import Harness, undoable
from tests.harness.world import AVA, CHANNEL

pytestmark = pytest.mark.on_file

LONG_S = 90


async def reply_with_undo(harness: Harness, text: str) -> None:
    """Take in a reply that may be taken back for three seconds."""
    thread = MessageTs(harness.posts()[0].ts)
    ts = MessageTs(await harness.slack.say(AVA, CHANNEL, text, thread_ts=thread))
    reply = Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (text,))
    await harness.store.run(undoable(3, lambda tx: record_reply(tx, reply)))


def by_command(harness: Harness, instead_of: Path | None = None) -> Path:
    """Take a backup as the command does."""
    if instead_of is not None:
        instead_of.unlink()
    copy = harness.database.with_name("copy.db")
    write_copy(harness.database, copy)
    return copy


def by_hand(harness: Harness) -> Path:
    """Take a backup by copying the file and its log."""
    copy = harness.database.with_name("copy.db")
    for end in ("", "-wal"):
        shutil.copyfile(f"{harness.database}{end}", f"{copy}{end}")
    return copy


def replace(database: Path, copy: Path) -> None:
    """Put a copy, and its log if it has one, in place of a database."""
    for end in ("", "-wal", "-shm"):
        Path(f"{database}{end}").unlink(missing_ok=True)
        if Path(f"{copy}{end}").exists():
            shutil.copyfile(f"{copy}{end}", f"{database}{end}")


async def put_back(harness: Harness, copy: Path, *, is_elsewhere: bool = False) -> None:
    """Stop the bot, put a copy in place of its database, or use it where it is, and start the bot on it."""
    await harness.store.close()
    if is_elsewhere:
        harness.database = copy
    else:
        replace(harness.database, copy)
    harness.reopen()
    await harness.store.start()


async def go_on(harness: Harness, seconds: int = LONG_S) -> None:
    """Let the bot work for so long."""
    for _ in range(0, seconds, 15):
        await harness.look(15)


@pytest.mark.parametrize("is_elsewhere", [False, True])
@pytest.mark.parametrize("copied", [by_command, by_hand])
async def test_a_reply_that_left_since_is_not_texted_again(
    harness: Harness, copied: Callable[[Harness], Path], *, is_elsewhere: bool
) -> None:
    """A backup from within a reply's undo window, put back after it left: Volt's record is read, and shows it."""
    await reply_with_undo(harness, "It is ready")
    copy = copied(harness)
    harness.wait(3.1)
    await harness.pay()
    assert harness.phone() == ["Hi", "It is ready"]
    await put_back(harness, copy, is_elsewhere=is_elsewhere)
    await go_on(harness)
    assert harness.phone() == ["Hi", "It is ready"]


async def test_a_reply_that_never_left_is_texted(harness: Harness) -> None:
    """What Volt's record certainly does not show goes out, once."""
    await reply_with_undo(harness, "It is ready")
    await put_back(harness, by_command(harness))
    harness.wait(3.1)
    await go_on(harness)
    assert harness.phone() == ["Hi", "It is ready"]


async def test_a_draft_that_was_approved_since_is_not_texted_again(harness: Harness) -> None:
    """Pressing Send under a draft of a database that was put back has it looked up first."""
    await harness.store.run(lambda tx: tx.settings.set_channel_mode(ChannelId(CHANNEL), Mode.CONFIRM, AVA))
    await harness.answer("It is ready")
    copy = by_command(harness)
    await harness.press(approve, harness.posts()[-1], AVA)
    assert harness.phone() == ["Hi", "It is ready"]
    await put_back(harness, copy)
    message = (await harness.store.run(lambda tx: tx.messages.undecided()))[0]
    await harness.store.run(lambda tx: approve(tx, message.key, message.version, AVA))
    await go_on(harness)
    assert harness.phone() == ["Hi", "It is ready"]


async def test_a_post_that_was_made_since_is_not_made_again(harness: Harness) -> None:
    """A text that was still to be shown when the backup was taken is found in its thread by its key."""
    hold = RateLimitHold(f"post:{CHANNEL}", add_seconds(harness.now, 60), Micros(0))
    await harness.store.run(lambda tx: tx.outbox.hold(hold))
    await harness.hear("Are you there?")
    copy = by_command(harness)
    harness.wait(60)
    await harness.pay()
    await put_back(harness, copy)
    await go_on(harness)
    assert sum("Are you there?" in line for line in harness.lines()) == 1


async def test_an_ordinary_start_doubts_nothing(harness: Harness) -> None:
    """After a stop or a crash a pending reply leaves at once: the file is the one that was there."""
    await reply_with_undo(harness, "It is ready")
    await harness.store.close()
    harness.reopen()
    await harness.store.start()
    harness.wait(3.1)
    await harness.pay()
    assert harness.phone() == ["Hi", "It is ready"]
    assert await harness.store.run(lambda tx: tx.settings.value("restored")) is None
