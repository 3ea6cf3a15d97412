"""Imports on a clock: texts that wait for the morning, what Stop takes back, and what is erased."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.bridge.erasure import begin_erasure
from bot.bridge.imports.jobs import stop_import
from bot.bridge.imports.reading import Tables
from bot.bridge.imports.texting import begin_texting
from bot.bridge.imports.watcher import ImportWatcher
from bot.domain.approval import QuietHours, is_night
from bot.domain.ids import UserId
from bot.domain.imports import ImportJob, ImportPlan, ImportRow, ImportState, RowFault, RowState, columns_named
from bot.domain.phone import E164
from bot.domain.timestamps import Micros, from_micros, to_micros
from bot.parsing.csv_files import rows_of, written_row
from bot.parsing.number_zones import local_times
from bot.parsing.phone_numbers import read_number, region_of
from bot.ports.storage import Transaction
from bot.sandbox.slack.state.model import Message
from bot.slack.render.import_card import fault_words
from tests.bridge.test_erasure import erase as erase_dana
from tests.bridge.test_retention import erase
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.stored_bytes import stored_bytes
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO

NEW_YORK, LONDON = E164("+12125550123"), E164("+442079460958")
DAY_S = 86_400
QUIET = QuietHours(time(21), time(8))


def watch_of(harness: Harness) -> ImportWatcher:
    """Make one that remembers nothing, as after a restart."""

    def is_quiet(number: E164, now: Micros) -> bool:
        return is_night(QUIET, local_times(number, now))

    tables = Tables(rows_of, read_number, region_of, written_row, fault_words)
    return ImportWatcher(
        harness.store,
        harness.providers,
        harness.workspace,
        CHANNEL,
        tables,
        is_quiet,
        lambda: harness.now,
        harness.observer,
    )


async def stored(harness: Harness, numbers: Sequence[str], state: ImportState = ImportState.DONE) -> ImportJob:
    """Have an import whose people are on the list."""
    plan = ImportPlan("F1", "spring.csv", "Spring", columns_named(["First name", "Mobile"]), 1, 0)
    job = ImportJob("job", plan, AVA, ACCOUNT, CHANNEL, state)

    def store(tx: Transaction) -> None:
        tx.imports.save(job)
        for line, number in enumerate(numbers, start=2):
            cells = {"first_name": f"Person {line}", "mobile": number}
            tx.imports.add_row(job.id, ImportRow(line, number, f"Person {line}", cells, RowState.LISTED))

    await harness.store.run(store)
    return job


async def go_on(harness: Harness, watch: ImportWatcher, looks: int = 9) -> None:
    """Let the watcher look again and again, and what it hands over leave."""
    for _ in range(looks):
        await watch.look()
        await harness.pay()
        harness.wait(4)


def card(harness: Harness) -> str:
    """Return what people read on the card."""
    return seen(next(one for one in harness.posts() if "spring.csv" in seen(one)))


def texted(harness: Harness) -> list[str]:
    """Return who has got a text of the import, in order."""
    return [one.to for one in harness.volt.messages if one.body.startswith("Dear")]


def at_utc(harness: Harness, hour: int) -> None:
    """Let time pass until the next day at this hour."""
    day = from_micros(harness.now).astimezone(UTC).date() + timedelta(days=1)
    harness.now = to_micros(datetime.combine(day, time(hour), UTC))


async def test_nobody_is_texted_at_night(harness: Harness) -> None:
    """Who may sleep waits for their own morning, and the card says so; each is texted once."""
    at_utc(harness, 7)
    await stored(harness, [NEW_YORK, DANA, LONDON])
    watch = watch_of(harness)
    assert await harness.store.run(lambda tx: begin_texting(tx, "job", "Dear {first_name}", AVA))
    await go_on(harness, watch)
    assert texted(harness) == [DANA]
    assert "Where it may be night now, people get their text in the morning." in card(harness)
    harness.wait(3_700)
    await go_on(harness, watch)
    assert texted(harness) == [DANA, LONDON]
    await go_on(harness, watch_of(harness))
    harness.wait(6 * 3_600)
    await go_on(harness, watch)
    assert texted(harness) == [DANA, LONDON, NEW_YORK]
    assert "3 of 3 texts handed over" in card(harness)
    assert "night" not in card(harness)


async def test_stop_at_night(harness: Harness) -> None:
    """Who waits for the morning is not texted after Stop, and the card says at once that it has stopped."""
    at_utc(harness, 7)
    await stored(harness, [NEW_YORK])
    watch = watch_of(harness)
    await harness.store.run(lambda tx: begin_texting(tx, "job", "Dear {first_name}", AVA))
    await go_on(harness, watch, 2)
    assert await harness.store.run(lambda tx: stop_import(tx, "job"))
    await watch.look()
    assert "Nobody else is texted." in card(harness)
    at_utc(harness, 15)
    await go_on(harness, watch, 2)
    assert texted(harness) == []


async def test_who_wants_none_is_left_out(harness: Harness) -> None:
    """Who opted out or was blocked since gets no text, and is counted."""
    await stored(harness, [DANA, MARCO, "+15555550177"])
    await harness.hear_from(MARCO, "Hello")
    await harness.store.run(lambda tx: _change(tx, DANA, is_opted_out=True))
    await harness.store.run(lambda tx: _change(tx, MARCO, is_blocked=True))
    await harness.store.run(lambda tx: begin_texting(tx, "job", "Dear {first_name}", AVA))
    await go_on(harness, watch_of(harness))
    assert texted(harness) == ["+15555550177"]
    assert "1 of 3 texts handed over" in card(harness)
    assert "1 because this contact wants no texts" in card(harness)
    assert "1 because this contact is blocked" in card(harness)


def _change(tx: Transaction, contact: E164, **change: bool) -> None:
    (conversation,) = tx.conversations.with_contact(contact)
    tx.conversations.save(replace(conversation, **change))  # type: ignore[arg-type]


async def test_more_than_one_person_may_send_in_an_hour(harness: Harness) -> None:
    """Like a wave it is not bounded by what one person may send in an hour, and takes nothing of it."""
    harness.limits = replace(harness.limits, per_hour=1)
    await stored(harness, [f"+1555555{number:04}" for number in range(300, 305)])
    await harness.store.run(lambda tx: begin_texting(tx, "job", "Dear {first_name}", AVA))
    await go_on(harness, watch_of(harness))
    assert len(texted(harness)) == 5


async def test_stop_takes_back_what_has_not_left(harness: Harness) -> None:
    """What waits is taken back, what has left stays and is counted, and nobody else is texted: also after a restart."""
    await stored(harness, [f"+1555555{number:04}" for number in range(300, 350)])
    watch = watch_of(harness)
    await harness.store.run(lambda tx: begin_texting(tx, "job", "Dear {first_name}", AVA))
    await watch.look()
    await harness.pay()
    left = len(texted(harness))
    assert 0 < left < 50
    await watch.look()
    assert await harness.store.run(lambda tx: stop_import(tx, "job"))
    assert not await harness.store.run(lambda tx: stop_import(tx, "job"))
    await go_on(harness, watch, 3)
    await go_on(harness, watch_of(harness), 3)
    assert len(texted(harness)) == left
    assert "Nobody else is texted." in card(harness)
    assert f"{left} of 50 texts handed over" in card(harness)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"Name,Mobile\n" + b"x,1\n" * 6_250_000, "The file is larger than 25 MB. Divide it"),
        (b"Name,Mobile\n", "There are no rows below the header."),
        (b"Name,Mobile\nDana,+1 555 555 0145\n" + b"x" * 10_000_000, "Line 3 has more than 50,000 characters"),
    ],
    ids=["large", "empty", "long line"],
)
@pytest.mark.on_file
async def test_what_cannot_be_read_is_said_on_the_card(harness: Harness, data: bytes, words: str) -> None:
    """The card says in words what is wrong with the file, and nobody of it is imported."""
    file = harness.slack.add_file(AVA, "spring.csv", "text/csv", data)
    job = await stored(harness, [], ImportState.READING)
    given = replace(job, id="other", plan=replace(job.plan, file_id=file["id"]))
    await harness.store.run(lambda tx: tx.imports.forget(job.id))
    await harness.store.run(lambda tx: tx.imports.save(given))
    await go_on(harness, watch_of(harness), 2)
    assert words in card(harness)
    assert "Nothing was imported." in card(harness)


async def test_a_card_that_somebody_deletes(harness: Harness) -> None:
    """The import goes on without its card."""
    await stored(harness, [DANA, MARCO])
    watch = watch_of(harness)
    await go_on(harness, watch, 1)
    gone: Message = next(one for one in harness.posts() if "spring.csv" in seen(one))
    await harness.slack.delete(CHANNEL, gone.ts)
    await harness.store.run(lambda tx: begin_texting(tx, "job", "Dear {first_name}", AVA))
    await go_on(harness, watch)
    assert sorted(texted(harness)) == [DANA, MARCO]


@pytest.mark.on_file
async def test_an_erased_person_is_in_no_file(harness: Harness) -> None:
    """The rows of an erased person are gone, however their number was grouped, and do not come back."""
    job = await stored(harness, [DANA, MARCO], ImportState.READING)
    cells = {"first_name": "Okapi", "mobile": "(555) 555-0145 x"}
    bad = ImportRow(4, "", "", cells, RowState.REFUSED, RowFault.BAD_NUMBER, "has letters in it")
    await harness.store.run(lambda tx: tx.imports.add_row(job.id, bad))
    await harness.store.run(lambda tx: begin_erasure(tx, DANA, UserId("root")))
    found = await harness.store.run(
        lambda tx: [row.line for state in RowState for row in tx.imports.rows(job.id, state, after=0, limit=9)]
    )
    assert found == [3]
    file = harness.slack.add_file(BEN, "spring.csv", "text/csv", f"Name,Mobile\nOkapi,{DANA}\nMarco,{MARCO}\n".encode())
    await harness.store.run(lambda tx: tx.imports.forget_rows(job.id, 9))
    await harness.store.run(lambda tx: tx.imports.forget(job.id))
    again = replace(job, plan=replace(job.plan, file_id=file["id"]))
    await harness.store.run(lambda tx: tx.imports.save(again))
    harness.wait(5)
    await erase_dana(harness)
    await go_on(harness, watch_of(harness), 2)
    assert "1 contact* can be imported." in card(harness)
    assert b"Okapi" not in stored_bytes(harness.database)


@pytest.mark.on_file
async def test_old_rows_are_erased(harness: Harness) -> None:
    """Rows of imports from before are gone with their import; those of one that is under way stay until it is over."""
    job = await stored(harness, [f"+1555555{number:04}" for number in range(300, 302)])
    harness.wait(3 * DAY_S)
    await harness.store.run(lambda tx: tx.imports.save(replace(job, state=ImportState.TEXTING)))
    await erase(harness, 2)
    assert (await harness.store.run(lambda tx: tx.imports.counts("job"))).rows == {RowState.LISTED: 2}
    await harness.store.run(lambda tx: tx.imports.save(replace(job, state=ImportState.STOPPED)))
    await erase(harness, 2)
    assert await harness.store.run(lambda tx: tx.imports.get("job")) is None
    assert b"Person 2" not in stored_bytes(harness.database)


async def test_who_stops_texts_before_theirs_leaves_gets_none(harness: Harness) -> None:
    """A text that waits to leave when its contact stops texts, or is blocked, is not sent, and is counted so."""
    await stored(harness, [DANA, MARCO, "+15555550177"])
    await harness.hear_from(MARCO, "Hello")
    await harness.store.run(lambda tx: begin_texting(tx, "job", "Dear {first_name}", AVA))
    watch = watch_of(harness)
    await watch.look()
    await harness.take_in(DANA, "STOP")
    await harness.store.run(lambda tx: _change(tx, MARCO, is_blocked=True))
    await harness.pay()
    await go_on(harness, watch)
    assert texted(harness) == ["+15555550177"]
    assert "1 of 3 texts handed over" in card(harness)
    assert "1 because this contact wants no texts" in card(harness)
    assert "1 because this contact is blocked" in card(harness)
    assert not any("Dear Person 2" in line for line in harness.lines())


async def test_a_number_that_is_connected_no_more(harness: Harness) -> None:
    """Where the number is gone while people are texted the import stops and says so: nobody's text is made to fail."""
    await stored(harness, [DANA, MARCO])
    await harness.store.run(lambda tx: begin_texting(tx, "job", "Dear {first_name}", AVA))
    await harness.run_sql("UPDATE import_job SET account = 'gone:+15550001111'")
    await go_on(harness, watch_of(harness), 3)
    assert "0 of 2 texts handed over" in card(harness)
    assert "This number is connected no more." in card(harness)
