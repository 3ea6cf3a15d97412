"""A database that was put back: it knows that, and looks up what it owes before anything leaves."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.bridge.messages.actions import approve
from bot.bridge.messages.outbound import record_reply
from bot.domain.conversation import Mode
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.message import Reply
from bot.domain.outbox import PaceHold
from bot.domain.timestamps import Micros, later
from bot.store.sqlite.backup import write_copy
from tests.harness.on_a_clock import Bench, undoable
from tests.harness.world import AVA, CHANNEL

LONG_S = 90


async def reply_with_undo(bench: Bench, text: str) -> None:
    """Take in a reply that may be taken back for three seconds."""
    thread = MessageTs(bench.posts()[0].ts)
    ts = MessageTs(await bench.slack.say(AVA, CHANNEL, text, thread_ts=thread))
    reply = Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (text,))
    await bench.store.run(undoable(3, lambda ledger: record_reply(ledger, reply)))


def by_command(bench: Bench, instead_of: Path | None = None) -> Path:
    """Take a backup as the command does."""
    if instead_of is not None:
        instead_of.unlink()
    copy = bench.database.with_name("copy.db")
    write_copy(bench.database, copy)
    return copy


def by_hand(bench: Bench) -> Path:
    """Take a backup by copying the file and its log."""
    copy = bench.database.with_name("copy.db")
    for end in ("", "-wal"):
        shutil.copyfile(f"{bench.database}{end}", f"{copy}{end}")
    return copy


def replace(database: Path, copy: Path) -> None:
    """Put a copy, and its log if it has one, in place of a database."""
    for end in ("", "-wal", "-shm"):
        Path(f"{database}{end}").unlink(missing_ok=True)
        if Path(f"{copy}{end}").exists():
            shutil.copyfile(f"{copy}{end}", f"{database}{end}")


async def put_back(bench: Bench, copy: Path, *, is_elsewhere: bool = False) -> None:
    """Stop the bot, put a copy in place of its database, or use it where it is, and start the bot on it."""
    await bench.store.close()
    if is_elsewhere:
        bench.database = copy
    else:
        replace(bench.database, copy)
    bench.reopen()
    await bench.store.start()


async def go_on(bench: Bench, seconds: int = LONG_S) -> None:
    """Let the bot work for so long."""
    for _ in range(0, seconds, 15):
        await bench.look(15)


@pytest.mark.parametrize("is_elsewhere", [False, True])
@pytest.mark.parametrize("copied", [by_command, by_hand])
async def test_a_reply_that_left_since_is_not_texted_again(
    bench: Bench, copied: Callable[[Bench], Path], *, is_elsewhere: bool
) -> None:
    """A backup from within a reply's undo window, put back after it left: Volt's record is read, and shows it."""
    await reply_with_undo(bench, "It is ready")
    copy = copied(bench)
    bench.wait(3.1)
    await bench.pay()
    assert bench.phone() == ["Hi", "It is ready"]
    await put_back(bench, copy, is_elsewhere=is_elsewhere)
    await go_on(bench)
    assert bench.phone() == ["Hi", "It is ready"]


async def test_a_reply_that_never_left_is_texted(bench: Bench) -> None:
    """What Volt's record certainly does not show goes out, once."""
    await reply_with_undo(bench, "It is ready")
    await put_back(bench, by_command(bench))
    bench.wait(3.1)
    await go_on(bench)
    assert bench.phone() == ["Hi", "It is ready"]


async def test_a_draft_that_was_approved_since_is_not_texted_again(bench: Bench) -> None:
    """Pressing Send under a draft of a database that was put back has it looked up first."""
    await bench.store.run(lambda ledger: ledger.set_channel_mode(ChannelId(CHANNEL), Mode.CONFIRM, AVA))
    await bench.answer("It is ready")
    copy = by_command(bench)
    await bench.press(approve, bench.posts()[-1], AVA)
    assert bench.phone() == ["Hi", "It is ready"]
    await put_back(bench, copy)
    message = (await bench.store.run(lambda ledger: ledger.undecided_texts()))[0]
    await bench.store.run(lambda ledger: approve(ledger, message.key, message.version, AVA))
    await go_on(bench)
    assert bench.phone() == ["Hi", "It is ready"]


async def test_a_post_that_was_made_since_is_not_made_again(bench: Bench) -> None:
    """A text that was still to be shown when the backup was taken is found in its thread by its key."""
    hold = PaceHold(f"post:{CHANNEL}", later(bench.now, 60), Micros(0))
    await bench.store.run(lambda ledger: ledger.hold_pace(hold))
    await bench.hear("Are you there?")
    copy = by_command(bench)
    bench.wait(60)
    await bench.pay()
    await put_back(bench, copy)
    await go_on(bench)
    assert sum("Are you there?" in line for line in bench.lines()) == 1


async def test_an_ordinary_start_doubts_nothing(bench: Bench) -> None:
    """After a stop or a crash an owed reply leaves at once: the file is the one that was there."""
    await reply_with_undo(bench, "It is ready")
    await bench.store.close()
    bench.reopen()
    await bench.store.start()
    bench.wait(3.1)
    await bench.pay()
    assert bench.phone() == ["Hi", "It is ready"]
    assert await bench.store.run(lambda ledger: ledger.fact("restored")) is None
