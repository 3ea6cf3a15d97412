"""Events between their acknowledgement and their place in the database: kept whole, taken in in order, none lost."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bridge.event_codec import read_event, written_event
from bot.bridge.inbox.processor import InboxWriter, process_inbox, store_events
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import StoreUnavailable
from bot.domain.ids import MessageKey
from bot.domain.message import Failure, Inbound, Receipt
from bot.domain.phone import E164
from bot.ports.storage import Transaction
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, CHANNEL, DANA, MARCO

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
MOMENTS = st.datetimes(timezones=st.just(UTC))
FAILURES = st.none() | st.builds(Failure, TEXT, TEXT, st.booleans())


def text(number: int, words: str, contact: str = DANA) -> Inbound:
    """Make one event."""
    at = datetime(2026, 11, 21, 12, 0, number, tzinfo=UTC)
    return Inbound(f"rfw_{number}", f"c{number}", ACCOUNT, E164(contact), words, (), at)


def take_in(tx: Transaction) -> int:
    """Take in what has arrived."""
    return process_inbox(tx, channel=CHANNEL).taken


@given(
    st.builds(Inbound, TEXT, TEXT, st.just(ACCOUNT), st.just(DANA), TEXT, st.tuples(TEXT), MOMENTS, TEXT)
    | st.builds(
        Receipt,
        event_id=TEXT,
        status=st.sampled_from(DeliveryStatus),
        account=st.just(ACCOUNT),
        contact=st.just(DANA),
        at=MOMENTS,
        key=st.none() | st.just(MessageKey("0" * 32)),
        text=TEXT,
        media=st.tuples(TEXT),
        failure=FAILURES,
    )
)
def test_what_is_written_is_read(event: Inbound | Receipt) -> None:
    """An event comes back from the disk as it was."""
    assert read_event(written_event(event)) == event


async def test_many_at_once(harness: Harness) -> None:
    """Events that come together are all kept, taken in once, and shown in the order of their making."""
    gate = InboxWriter(harness.store)
    texts = [text(number, f"part {number}") for number in range(40)]
    assert all(await asyncio.gather(*(gate.keep(one) for one in texts)))
    assert await harness.store.run(take_in) == 40
    assert await harness.store.run(take_in) == 0
    await harness.pay()
    shown = "\n".join(harness.lines())
    assert [line for line in shown.splitlines() if line.startswith("part")] == [one.text for one in texts]


async def test_repeats_are_known(harness: Harness) -> None:
    """An event that was taken in before is told as a repeat, and one that comes twice meanwhile is shown once."""
    gate = InboxWriter(harness.store)
    assert await gate.keep(text(1, "once"))
    await gate.keep(text(1, "once"))
    await harness.store.run(take_in)
    assert not await gate.keep(text(1, "once"))
    await harness.store.run(take_in)
    await harness.pay()
    assert harness.lines().count("once") == 1


async def test_only_what_was_processed_is_removed(harness: Harness) -> None:
    """An event between two that are processed, which another process may have stored meanwhile, stays."""
    await harness.store.run(lambda tx: store_events(tx, [text(number, f"part {number}") for number in range(3)]))
    first, between, last = await harness.store.run(lambda tx: tx.inbox.due(9))
    await harness.store.run(lambda tx: tx.inbox.remove([first.id, last.id]))
    assert await harness.store.run(lambda tx: tx.inbox.due(9)) == [between]


@pytest.mark.on_file
async def test_a_store_that_takes_nothing(harness: Harness) -> None:
    """Where the store takes nothing every door hears so, and nothing is kept."""
    await harness.engine.run(lambda connection: connection.execute("PRAGMA max_page_count=1").fetchone())
    gate = InboxWriter(harness.store)
    long = "x" * 100_000
    answers = await asyncio.gather(*(gate.keep(text(n, long)) for n in range(20)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {StoreUnavailable}
    await harness.engine.run(lambda connection: connection.execute("PRAGMA max_page_count=100000").fetchone())
    assert await harness.store.run(take_in) == 0
    assert await gate.keep(text(1, "room again"))


async def test_an_event_that_our_code_stumbles_over_is_kept(harness: Harness) -> None:
    """An event that cannot be worked off stays, keeps no other waiting, and is taken in once it can be."""
    await harness.store.run(lambda tx: store_events(tx, [text(1, "broken"), text(2, "fine", MARCO)]))
    await harness.run_sql(
        "UPDATE inbox_event SET body = replace(body, '\"text\"', '\"txet\"') WHERE body LIKE '%broken%'"
    )
    intake = await harness.store.run(lambda tx: process_inbox(tx, channel=CHANNEL))
    assert [type(error) for error in intake.errors] == [KeyError]
    await harness.pay()
    assert any("fine" in one.text for one in harness.posts())
    await harness.run_sql("UPDATE inbox_event SET body = replace(body, '\"txet\"', '\"text\"')")
    assert await harness.store.run(take_in) == 0
    harness.wait(1)
    assert await harness.store.run(take_in) == 1
    await harness.pay()
    assert "broken" in harness.lines()


@pytest.mark.parametrize("number", [1, 2])
async def test_what_was_acknowledged_before_a_crash_is_taken_in_after_it(harness: Harness, number: int) -> None:
    """An event that was kept and not taken in when the process ended is taken in after the next start."""
    await harness.store.run(lambda tx: store_events(tx, [text(n, f"kept {n}") for n in range(number)]))
    await harness.store.run(lambda tx: tx.resume())
    await harness.store.run(take_in)
    await harness.pay()
    assert "\n".join(harness.lines()).count("kept") == number
