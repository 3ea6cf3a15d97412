"""No 200 before the disk: judged by the system calls of the real process."""

import asyncio
from pathlib import Path

import pytest

from tests.crash.fsync.trace import calls_in, faults
from tests.crash.fsync.traced import CONTACTS, Traced, why_not

PORT = 8080
DOOR = f"7<TCP:[127.0.0.1:{PORT}->127.0.0.1:5000]>"
ASKED = f'10 recvfrom({DOOR}, "POST /volt/webhooks HTTP/1.1\\r\\n\\r\\n{{mark-1}}", 262144, 0, NULL, NULL) = 60'
WRITTEN = '11 pwrite64(5</data/bot.db-wal>, "\\0\\0mark-1\\0", 4096, 32) = 4096'
SYNCED = "11 fdatasync(5</data/bot.db-wal>) = 0"
ANSWERED = f'10 sendto({DOOR}, "HTTP/1.1 200 OK\\r\\n", 180, 0, NULL, 0) = 180'
REFUSED = ANSWERED.replace("200 OK", "503 Service Unavailable")
SLOW = ["11 fdatasync(5</data/bot.db-wal> <unfinished ...>", "11 <... fdatasync resumed>) = 0"]


@pytest.mark.timeout(180)
async def test_no_200_leaves_before_the_event_is_synced(tmp_path: Path) -> None:
    """Every text, reply and receipt answered 200 was written to the WAL, and the WAL synced, before the 200 left."""
    if reason := why_not():
        pytest.skip(f"{reason}; the order of system calls cannot be seen")
    async with Traced(tmp_path) as traced:
        for number in range(5):
            await traced.text(CONTACTS[0], number)
            await traced.reply(CONTACTS[0], number)
        await asyncio.gather(*(traced.text(contact, number) for contact in CONTACTS[1:] for number in range(8)))
        await asyncio.gather(*(traced.reply(contact, number) for contact in CONTACTS[1:] for number in range(3)))
        lines = await traced.lines()
    marks = traced.marks + traced.receipt_ids()
    assert len(traced.marks) == 5 * 2 + 9 * 8 + 9 * 3
    assert len(marks) > len(traced.marks)
    assert faults(calls_in(lines), marks, traced.bot.port) == []
    unsynced = [line for line in lines if "sync(" not in line]
    assert len(faults(calls_in(unsynced), marks, traced.bot.port)) == len(marks)


@pytest.mark.parametrize(
    "lines",
    [
        [ASKED, WRITTEN, SYNCED, ANSWERED],
        [ASKED, REFUSED, ASKED, WRITTEN, SYNCED, ANSWERED],
        [ASKED, WRITTEN, *SLOW, ANSWERED],
        [WRITTEN, SYNCED, ASKED, ANSWERED],  # a repeat of an event that is there
    ],
)
def test_good_order_has_no_fault(lines: list[str]) -> None:
    """Written, synced, answered: nothing to say."""
    assert faults(calls_in(lines), ["mark-1"], PORT) == []


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([ASKED, WRITTEN, ANSWERED], "never synced"),
        ([ASKED, WRITTEN, ANSWERED, SYNCED], "answered in line 2, synced in line 3"),
        ([ASKED, SYNCED, WRITTEN, ANSWERED], "never synced"),
        ([ASKED, WRITTEN, SLOW[0], ANSWERED, SLOW[1]], "answered in line 3, synced in line 4"),
        ([ASKED, SLOW[0], WRITTEN, SLOW[1], ANSWERED], "never synced"),
        ([ASKED, SYNCED, ANSWERED], "never written to the WAL"),
        ([ASKED, WRITTEN, SYNCED.replace("bot.db-wal", "bot.db"), ANSWERED], "never synced"),
        ([ASKED, WRITTEN, SYNCED, REFUSED], "never answered 200"),
        ([ASKED, ANSWERED, ASKED, WRITTEN, SYNCED, ANSWERED], "answered in line 1, synced in line 4"),
    ],
)
def test_wrong_order_is_told(lines: list[str], fault: str) -> None:
    """An answer before the sync, a sync before the write, a sync of another file: each is a fault."""
    assert faults(calls_in(lines), ["mark-1"], PORT) == [f"mark-1: {fault}"]
