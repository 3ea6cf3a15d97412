"""What is said about a window: in the header until when it is open, and to the assignee once, before it shuts."""

from __future__ import annotations

from datetime import timedelta

from bot.bridge.conversations.state import assign, close
from bot.domain.ids import ConversationId
from bot.domain.outbox import EntryKind
from bot.domain.timestamps import Micros, from_micros
from bot.store.sql.queue_depth import read_depths
from tests.harness.posts import seen
from tests.harness.world import AVA, MARCO
from tests.window.conftest import Bridge
from tests.window.server import DAY

SHUT = "Only templates can be sent until the contact writes again."
HOUR = 3_600


def header(bridge: Bridge) -> str:
    """Return what the header says about the window."""
    return next((line for line in seen(bridge.posts()[0]).split("\n") if line.startswith(("Free text", SHUT))), "")


def notes(bridge: Bridge) -> list[str]:
    """Return the notes that the window is about to shut."""
    return [line for line in bridge.lines() if "can be sent until" in line]


async def take_over(bridge: Bridge) -> None:
    """Assign the conversation."""
    (conversation,) = await bridge.store.run(lambda tx: tx.conversations.recent(Micros(0), 1))
    await bridge.store.run(lambda tx: assign(tx, conversation.id, AVA))
    await bridge.pay()


async def pass_by(bridge: Bridge, hours: float) -> None:
    """Let time pass, and what becomes due leave."""
    bridge.wait(hours * HOUR)
    await bridge.pay()
    await bridge.pay()  # what a look at the window has brought up


async def start_anew(bridge: Bridge) -> None:
    """End the bot, and let another one begin on the same database."""
    await bridge.store.close()
    bridge.reopen()
    await bridge.store.start()


async def test_the_header_follows_the_window(bridge: Bridge) -> None:
    """The header says until when free text may go, in the reader's zone, that it is over, and the new time."""
    await pass_by(bridge, 0.01)
    until = int((bridge.carrier.heard[next(iter(bridge.carrier.heard))] + DAY).timestamp())
    assert header(bridge).startswith(f"Free text until <!date^{until}^{{date_short_pretty}} at {{time}}|")
    await pass_by(bridge, 25)
    assert header(bridge) == SHUT
    await bridge.hear("Hello again")
    await pass_by(bridge, 0.01)
    later = int((from_micros(bridge.now) + DAY).timestamp())
    assert abs(int(header(bridge).split("^")[1]) - later) < 60


async def test_the_assignee_is_told_once_an_hour_before(bridge: Bridge) -> None:
    """An hour before the window shuts the assignee is told, by name, once; not again when the bot starts anew."""
    await take_over(bridge)
    await pass_by(bridge, 22.9)
    assert notes(bridge) == []
    await pass_by(bridge, 0.2)
    (note,) = notes(bridge)
    assert note.startswith(f"<@{AVA}> Free text to the contact can be sent until ")
    await start_anew(bridge)
    await pass_by(bridge, 0.1)
    await pass_by(bridge, 3)
    assert len(notes(bridge)) == 1


async def test_a_new_text_puts_it_off(bridge: Bridge) -> None:
    """Where the contact writes meanwhile the note comes an hour before the new end, and none before."""
    await take_over(bridge)
    await pass_by(bridge, 20)
    await bridge.hear("Still here")
    await pass_by(bridge, 3.5)
    assert notes(bridge) == []
    await pass_by(bridge, 19.6)
    assert len(notes(bridge)) == 1
    await bridge.hear("And again")
    await pass_by(bridge, 23.1)
    assert len(notes(bridge)) == 2


async def test_nobody_is_told_of_what_nobody_has(bridge: Bridge) -> None:
    """Without an assignee, or in a closed conversation, nothing is said."""
    await pass_by(bridge, 23.1)
    assert notes(bridge) == []
    await bridge.hear("Hello again")
    await take_over(bridge)
    await bridge.store.run(lambda tx: close(tx, ConversationId(1), AVA))
    await pass_by(bridge, 23.1)
    assert notes(bridge) == []


async def test_a_note_whose_post_is_cut_off_comes_once(bridge: Bridge) -> None:
    """A bot that is killed while it posts the note leaves it there once: it is looked for before it is said again."""
    bridge.window = timedelta(seconds=HOUR + 5)  # Slack goes by a clock of its own, which stands still here
    await bridge.hear_from(MARCO, "Hello")
    await take_over(bridge)
    bridge.wait(6)
    claimed: list[str] = []
    while "line" not in claimed:
        for attempt in await bridge.claim():
            claimed.append(attempt.entries[0].kind.value)
            if claimed[-1] == "line":
                await bridge.caller._make(attempt)  # it reaches Slack, and nobody writes that down
            else:
                await bridge.caller.perform(attempt)
    await start_anew(bridge)
    await bridge.pay()
    for _ in range(3):
        await bridge.look(90)
    assert len(notes(bridge)) == 1


async def test_a_look_at_a_window_is_no_backlog(bridge: Bridge) -> None:
    """What waits for hours to look at a window counts neither as a text that waits nor as a lane that is behind."""
    await bridge.pay()
    assert [entry.kind for entry in await bridge.store.run(lambda tx: tx.outbox.all_open())] == [EntryKind.WINDOW]
    depths = await bridge.engine.run(read_depths)
    assert (depths.entries, depths.lanes) == ((), 0)
