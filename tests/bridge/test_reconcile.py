"""Doubt on a clock of its own: what is looked into for minutes, when it is repeated, and when people are asked.

The store is a real file, Slack and Volt are stand-ins over HTTP; only time is made, and calls leave when told to.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.bridge.messages.actions import confirm_arrived, send_again
from bot.bridge.messages.receipts import record_receipt, replay_parked_receipts
from bot.bridge.slack_events import record_event
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageKey, MessageTs
from bot.domain.message import Failure, Receipt
from bot.domain.retry_policy import ABSENT_AT_PROVIDER_S, ABSENT_IN_SLACK_S, AT_WORK_S, GIVE_UP_S
from bot.domain.thread_events import Echo
from bot.sandbox.slack.state.model import Message as Post
from bot.sandbox.volt.model import now_text
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO

CHECKING = "Volt did not answer, so we do not know whether this text went out. Checking…"
UNDECIDED = "We could not find out whether this text went out. Please ask the contact, or decide:"


async def fall_silent(harness: Harness, text: str = "It is ready") -> None:
    """Send a reply that Volt does not answer for, and let Volt be down from then on."""
    harness.volt.rules.statuses = [(500, None)]
    await harness.answer(text)
    harness.volt.rules.down = True


async def undecided(harness: Harness) -> Post:
    """Let ten minutes pass in which nothing can be found out; return the line that asks people."""
    await fall_silent(harness)
    waited_s = 1.0
    while waited_s < GIVE_UP_S - 61:
        await harness.look(20)
        waited_s += 20
        assert not any(UNDECIDED in line or "[" in line for line in harness.lines())
    for _ in range(4):
        await harness.look(60)
    harness.volt.rules.down = False
    line = next(one for one in harness.posts() if UNDECIDED in seen(one))
    assert seen(line) == f"{UNDECIDED}\nIt is ready\n[It arrived] [Send again]"
    return line


async def test_ten_minutes_of_doubt(harness: Harness) -> None:
    """After ten minutes without a clear look the thread asks people, in the line that said "checking"; nothing more."""
    await undecided(harness)
    assert not [line for line in harness.lines() if CHECKING in line]
    assert harness.phone() == ["Hi"]
    assert await harness.look(3_600) == 0
    assert harness.phone() == ["Hi"]


async def test_the_lane_goes_on_without_the_undecided(harness: Harness) -> None:
    """While one text is in doubt those behind it wait; once people are asked they leave."""
    await fall_silent(harness)
    await harness.answer("behind it")
    await harness.look(30)
    assert len([one for one in harness.volt.requests if one.operation == "CreateMessage"]) == 2
    while await harness.look(60):
        pass
    harness.volt.rules.down = False
    await harness.look(60)
    assert harness.phone() == ["Hi", "behind it"]


async def test_it_arrived(harness: Harness) -> None:
    """The button "It arrived" works once: the line says who said so, and nothing is sent."""
    line = await undecided(harness)
    assert await harness.press(confirm_arrived, line, BEN)
    assert seen(line).endswith(f"<@{BEN}> says it arrived.\nIt is ready")
    assert "[" not in seen(line)
    assert not any([await press_again(harness, unit) for unit in (confirm_arrived, send_again)])
    assert harness.phone() == ["Hi"]


async def press_again(harness: Harness, unit: Any) -> bool:
    """Press a button that is gone, as somebody whose screen is old would."""

    def press(tx: Any) -> bool:
        return any(unit(tx, tx.messages.get(number).key, AVA) for number in (1, 2, 3))

    changed = await harness.store.run(press)
    await harness.pay()
    return changed


async def test_send_again(harness: Harness) -> None:
    """The button "Send again" works once: the text leaves under a key of its own, and the line says who did it."""
    line = await undecided(harness)
    assert await harness.press(send_again, line, BEN)
    assert f"<@{BEN}> sent it again." in seen(line)
    assert "[" not in seen(line)
    assert harness.phone() == ["Hi", "It is ready"]
    assert not any([await press_again(harness, unit) for unit in (confirm_arrived, send_again)])
    assert harness.phone() == ["Hi", "It is ready"]
    keys = [one.variables["passthrough"] for one in harness.volt.requests if one.operation == "CreateMessage"]
    assert len(set(keys)) == 3


async def test_a_receipt_after_people_were_asked(harness: Harness) -> None:
    """A receipt that comes after ten minutes settles the matter, and takes the buttons away."""
    line = await undecided(harness)
    key = [one.variables["passthrough"] for one in harness.volt.requests if one.operation == "CreateMessage"][1]
    receipt = Receipt("late", DeliveryStatus.DELIVERED, ACCOUNT, DANA, datetime.now(UTC), MessageKey(key), "rf_late")
    await harness.store.run(lambda tx: record_receipt(tx, receipt, channel=CHANNEL))
    await harness.pay()
    assert seen(line).startswith("It did go out at ")
    assert "[" not in seen(line)
    assert not await press_again(harness, send_again)


async def test_a_failure_after_doubt(harness: Harness) -> None:
    """A receipt that tells of a failure ends the line that said "checking"."""
    await fall_silent(harness)
    await harness.look(10)
    line = next(one for one in harness.posts() if CHECKING in seen(one))
    key = [one.variables["passthrough"] for one in harness.volt.requests if one.operation == "CreateMessage"][1]
    why = Failure("802", "The phone was switched off.", allows_manual_retry=True)
    receipt = Receipt("bad", DeliveryStatus.FAILED, ACCOUNT, DANA, datetime.now(UTC), MessageKey(key), failure=why)
    await harness.store.run(lambda tx: record_receipt(tx, receipt, channel=CHANNEL))
    await harness.pay()
    assert CHECKING not in seen(line)


async def test_surely_absent(harness: Harness) -> None:
    """A text that stays absent from Volt's record is sent once more, and the line that said "checking" says so."""
    harness.volt.rules.statuses = [(500, None)]
    await harness.answer("It is ready")
    assert await harness.look() == 1
    await harness.look(ABSENT_AT_PROVIDER_S - 2)
    assert harness.phone() == ["Hi"]
    line = next(one for one in harness.posts() if CHECKING in seen(one))
    await harness.look(3)
    assert harness.phone() == ["Hi", "It is ready"]
    assert CHECKING not in seen(line)
    assert await harness.look(60) == 0
    assert harness.phone() == ["Hi", "It is ready"]


async def test_absent_after_ten_minutes_without_an_answer(harness: Harness) -> None:
    """The first clear look after ten minutes of an outage asks nobody: the next one settles it."""
    await fall_silent(harness)
    for _ in range(9):
        await harness.look(60)
    harness.volt.rules.down = False
    await harness.look(60)
    assert harness.phone() == ["Hi"]
    assert not any(UNDECIDED in line for line in harness.lines())
    await harness.look(60)
    assert harness.phone() == ["Hi", "It is ready"]
    assert not any(UNDECIDED in line for line in harness.lines())


async def test_found_in_the_record(harness: Harness) -> None:
    """A text that Volt's record shows is taken as sent, and not sent again."""
    harness.volt.rules.drop_answers = 1
    await harness.answer("It is ready")
    harness.volt.outbound(DANA)[1].sent_at = now_text()
    assert await harness.look() == 1
    assert await harness.look(60) == 0
    assert harness.phone() == ["Hi", "It is ready"]
    assert not [line for line in harness.lines() if CHECKING in line]


@pytest.mark.on_file  # of several bots one that starts says nothing about what the others have seen
async def test_a_restart_begins_the_looks_anew(harness: Harness) -> None:
    """A look before a restart and one after it are not two looks: absence has to be seen to last."""
    harness.volt.rules.statuses = [(500, None)]
    await harness.answer("It is ready")
    await harness.look()
    await harness.store.close()
    harness.reopen()
    await harness.store.start()
    await harness.look(ABSENT_AT_PROVIDER_S)
    assert harness.phone() == ["Hi"]
    await harness.look(ABSENT_AT_PROVIDER_S)
    assert harness.phone() == ["Hi", "It is ready"]


async def test_whoever_looks_next_knows_since_when(harness: Harness) -> None:
    """Since when a text is absent is stored with it: another one that looks meanwhile need not begin anew."""
    harness.volt.rules.statuses = [(500, None)]
    await harness.answer("It is ready")
    await harness.look()
    harness.reconciler = harness.new_reconciler()
    await harness.look(ABSENT_AT_PROVIDER_S)
    assert harness.phone() == ["Hi", "It is ready"]


async def test_a_post_that_is_absent(harness: Harness) -> None:
    """A post that stays absent from its thread is made once more, unmarked; what waits behind it follows."""
    harness.slack.rules.errors = {"chat.postMessage": ["fatal_error"]}
    await harness.hear("lost on the way")
    await harness.hear("behind it")
    before = harness.lines()
    assert await harness.look() == 1
    assert harness.lines() == before
    await harness.look(ABSENT_IN_SLACK_S)
    assert harness.lines()[len(before) :] == ["lost on the way\nbehind it"]
    assert await harness.look(60) == 0


async def test_a_post_that_slack_may_still_be_making(harness: Harness) -> None:
    """A post that had no answer is not made again before Slack has had as long as we would have waited for it."""
    harness.slack.rules.drop_answers = 1
    await harness.hear("on its way")
    late = harness.posts()[-1]
    late.deleted = True
    assert await harness.look() == 1
    await harness.look(ABSENT_IN_SLACK_S)
    await harness.look(AT_WORK_S - ABSENT_IN_SLACK_S - 3)
    assert not any("on its way" in line for line in harness.lines())
    late.deleted = False
    await harness.look(3)
    assert [line for line in harness.lines() if "on its way" in line] == ["on its way"]


async def test_a_header_that_was_made_twice_after_all(harness: Harness) -> None:
    """What is written under either header of a contact is texted to that contact, should Slack have made both."""
    harness.slack.rules.drop_answers = 1
    await harness.hear_from(MARCO, "Hi, Marco here")
    first = harness.posts()[-1]
    first.deleted = True
    for _ in range(3):
        await harness.look(AT_WORK_S)
    first.deleted = False
    assert first.metadata is not None
    keys = tuple(first.metadata["event_payload"]["keys"])
    await harness.store.run(lambda tx: record_event(tx, Echo(CHANNEL, MessageTs(first.ts), keys)))
    for header in [one for one in harness.posts() if one.thread_ts in (None, one.ts)][1:]:
        await harness.answer(f"under {header.ts}", thread=header.ts)
    assert [one.body.split()[0] for one in harness.volt.outbound(MARCO)] == ["under", "under"]


async def test_a_post_that_is_there(harness: Harness) -> None:
    """A post whose answer was lost is found by its key, and what waits behind it follows."""
    harness.slack.rules.drop_answers = 1
    await harness.hear("there")
    await harness.hear("behind it")
    assert harness.lines()[-1] == "there"
    assert await harness.look() == 1
    assert harness.lines()[-2:] == ["there", "behind it"]


async def test_slack_cannot_be_asked_for_ten_minutes(harness: Harness) -> None:
    """A post of unknown outcome is made again after ten minutes without a clear look, and says that it may be there."""
    harness.slack.rules.errors = {"chat.postMessage": ["fatal_error"], "conversations.replies": ["fatal_error"] * 500}
    await harness.hear("in doubt")
    for _ in range(9):
        await harness.look(60)
    assert not [line for line in harness.lines() if "in doubt" in line]
    for _ in range(3):
        await harness.look(60)
    (line,) = [line for line in harness.lines() if "in doubt" in line]
    assert "This may be here twice" in line


async def test_an_echo_while_the_post_is_pending_once_more(harness: Harness) -> None:
    """A post that Slack made after all is not made again, though its repeat is pending already."""
    harness.slack.rules.drop_answers = 1
    await harness.hear("on its way")
    late = harness.posts()[-1]
    late.deleted = True
    for seconds in (0.0, 3.0, AT_WORK_S):
        harness.wait(seconds)
        await harness.reconciler.look()
    late.deleted = False
    assert late.metadata is not None
    echo = Echo(CHANNEL, MessageTs(late.ts), tuple(late.metadata["event_payload"]["keys"]))
    assert await harness.store.run(lambda tx: record_event(tx, echo))
    await harness.pay()
    assert [line for line in harness.lines() if "on its way" in line] == ["on its way"]


async def test_a_waiting_receipt_proves_that_the_record_lags(harness: Harness) -> None:
    """While a receipt waits whose text the record does not show, ours is not absent; people decide at last."""
    harness.volt.rules.statuses, harness.volt.rules.acts_first = [(500, None)], True
    await harness.answer("It is ready")
    hidden = harness.volt.messages.pop()
    at = datetime.now(UTC)
    receipt = Receipt("r1", DeliveryStatus.SENT, ACCOUNT, DANA, at, None, hidden.id, hidden.legacy_id, hidden.body)
    await harness.store.run(lambda tx: record_receipt(tx, receipt, channel=CHANNEL))
    for _ in range(6):
        await harness.look(16)
    assert harness.phone() == ["Hi"]
    for _ in range(10):
        await harness.look(60)
    assert harness.phone() == ["Hi"]
    assert any(UNDECIDED in line for line in harness.lines())


@pytest.mark.on_file
async def test_a_receipt_that_waits_across_a_crash(harness: Harness) -> None:
    """A receipt about somebody else's text that waited for a send of ours is shown after a restart."""
    harness.volt.rules.statuses = [(500, None)]
    await harness.answer("It is ready")
    at = datetime.now(UTC)
    foreign = Receipt("r1", DeliveryStatus.SENT, ACCOUNT, DANA, at, None, "rf_foreign", "l", "From the desk")
    await harness.store.run(lambda tx: record_receipt(tx, foreign, channel=CHANNEL))
    await harness.run_sql("UPDATE outbox SET state = 'in_flight' WHERE state = 'unknown'")
    await harness.run_sql("UPDATE message SET status = 'delivered' WHERE status = 'unknown'")
    await harness.store.run(lambda tx: tx.resume())
    await harness.store.run(replay_parked_receipts)
    await harness.pay()
    assert any("From the desk" in line for line in harness.lines())


BROKEN = """
CREATE TRIGGER broken BEFORE UPDATE ON message WHEN NEW.provider_id IS NOT OLD.provider_id OR NEW.ts IS NOT OLD.ts
BEGIN SELECT RAISE(ABORT, 'a bug'); END
"""
"""What stands for a bug of ours that shows whenever it is written down that a call did succeed."""


async def lose_the_answer(harness: Harness) -> None:
    """Let Volt take a text and list it as sent, but lose the answer."""
    harness.volt.rules.drop_answers = 1
    await harness.answer("It is ready")
    harness.volt.messages[-1].sent_at = now_text()


@pytest.mark.on_file
async def test_a_bug_while_a_text_is_looked_up(harness: Harness) -> None:
    """A look that our own code stumbles over is made again in a minute, and finds the text once the bug is gone."""
    await lose_the_answer(harness)
    await harness.run_sql(BROKEN)
    assert await harness.look(1) == 1
    assert [str(error) for error in harness.crashes] == ["a bug"]
    assert await harness.look(30) == 0
    assert await harness.look(31) == 1
    await harness.run_sql("DROP TRIGGER broken")
    assert await harness.look(61) == 1
    assert await harness.look(61) == 0
    assert harness.phone() == ["Hi", "It is ready"]
    harness.crashes.clear()


@pytest.mark.on_file
async def test_a_bug_that_lasts_is_given_to_people(harness: Harness) -> None:
    """Where every look stumbles for ten minutes people are asked about the text, and what waits behind it leaves."""
    await lose_the_answer(harness)
    await harness.run_sql(BROKEN)
    for _ in range(int(GIVE_UP_S / 60) + 1):
        await harness.look(61)
    assert {str(error) for error in harness.crashes} == {"a bug"}
    assert any(UNDECIDED in line for line in harness.lines())
    await harness.run_sql("DROP TRIGGER broken")
    await harness.answer("and this")
    assert harness.phone() == ["Hi", "It is ready", "and this"]
    harness.crashes.clear()


@pytest.mark.on_file
async def test_a_bug_while_a_post_is_looked_for(harness: Harness) -> None:
    """A post that our own code cannot settle for ten minutes is given up, its thread says so, and the next is shown."""
    harness.slack.rules.drop_answers = 1
    await harness.hear("still there?")
    await harness.run_sql(BROKEN)
    for _ in range(int(GIVE_UP_S / 60) + 1):
        await harness.look(61)
    assert {str(error) for error in harness.crashes} == {"a bug"}
    await harness.run_sql("DROP TRIGGER broken")
    await harness.hear("hello?")
    assert "hello?" in harness.lines()[-1]
    harness.crashes.clear()
