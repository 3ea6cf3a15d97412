"""Steps of workflows as they are stored: acted on once, ended once, and forgotten with the person."""

from __future__ import annotations

from datetime import timedelta

from bot.bridge.alarms.watcher import AlarmWatcher
from bot.bridge.erasure import begin_erasure
from bot.bridge.messages.actions import DecisionResult, approve, send_again
from bot.bridge.messages.outbound import record_reply
from bot.bridge.messages.receipts import record_receipt
from bot.bridge.steps.executions import (
    StepPlace,
    end_wait,
    finish_new,
    follow_step,
    lend_name,
    open_for_step,
    record_step,
    send_for_step,
    settle_step,
)
from bot.domain.approval import ApprovalReason
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageTs
from bot.domain.message import Direction, Failure, Message, Receipt
from bot.domain.outbox import EntryKind
from bot.domain.steps import LATE, TO, StepExecution, StepOutcome, StepState, StepStatus
from bot.domain.thread_events import Reply
from bot.domain.timestamps import Micros, from_micros
from bot.ports.storage import Transaction
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO

UNREACHABLE = Failure("802", "The phone is off.", allows_manual_retry=True)
PLACE = StepPlace(ACCOUNT, MARCO, AVA, CHANNEL)


async def begun(harness: Harness, step_id: str = "Fx1", *, text: str = "Are you there?") -> None:
    """Record a step and its text."""

    def unit(tx: Transaction) -> None:
        lend_name(tx, AVA, lends=True)
        record_step(tx, StepExecution(step_id, "send_text", {TO: MARCO}))
        send_for_step(tx, step_id, PLACE, (text,), wait_s=3_600)

    await harness.store.run(unit)


async def step_of(harness: Harness, step_id: str = "Fx1") -> StepExecution:
    """Read a step."""
    step = await harness.store.run(lambda tx: tx.steps.get(step_id))
    assert step is not None
    return step


async def followed(harness: Harness, step_id: str = "Fx1") -> StepExecution:
    """Let the text leave, look at the step, and read it."""
    await harness.pay()
    await harness.store.run(lambda tx: follow_step(tx, step_id))
    return await step_of(harness, step_id)


async def test_a_step_is_acted_on_once(harness: Harness) -> None:
    """Whatever comes twice, there is one text, and inputs are kept no longer than they are needed."""
    for _ in range(3):
        await begun(harness)
    assert (await step_of(harness)).inputs == {}
    assert (await followed(harness)).state is StepState.WAITING
    assert [one.body for one in harness.volt.outbound(MARCO)] == ["Are you there?"]


async def test_the_wait_ends_by_its_alarm(harness: Harness) -> None:
    """Without an answer a step ends at the end of its wait, once; what comes after that ends nothing."""
    await begun(harness)
    assert (await followed(harness)).state is StepState.WAITING
    watcher = AlarmWatcher(harness.store, {LATE: end_wait}, harness.observer)
    harness.wait(3_500)
    assert await watcher.look() == 0
    harness.wait(200)
    assert await watcher.look() == 1
    assert (await step_of(harness)).outcome == StepOutcome(StepStatus.NO_ANSWER)
    await harness.take_in(MARCO, "Now I am")
    assert (await step_of(harness)).outcome == StepOutcome(StepStatus.NO_ANSWER)
    await harness.store.run(lambda tx: settle_step(tx, "Fx1"))
    assert (await step_of(harness)).state is StepState.SETTLED
    assert not await harness.store.run(lambda tx: record_step(tx, StepExecution("Fx1", "send_text")))


async def test_the_wait_ends_before_the_text_left(harness: Harness) -> None:
    """A text that has not left by then is said not to be sent yet, and one of unknown outcome to be unknown."""
    for step_id, status, expected in (
        ("Fx1", None, StepStatus.NOT_SENT),
        ("Fx2", DeliveryStatus.UNKNOWN, StepStatus.UNKNOWN),
        ("Fx3", DeliveryStatus.CANCELLED, StepStatus.CANCELLED),
    ):
        await begun(harness, step_id)
        key = (await step_of(harness, step_id)).message_key
        if status is not None:
            await harness.run_sql(f"UPDATE message SET status = '{status.value}' WHERE key = '{key}'")  # noqa: S608
        harness.wait(3_700)
        await AlarmWatcher(harness.store, {LATE: end_wait}, harness.observer).look()
        assert (await step_of(harness, step_id)).outcome == StepOutcome(expected)


async def reported(harness: Harness, text: Message, failure: Failure = UNREACHABLE) -> None:
    """Let the carrier report that a text has failed after all."""
    at = from_micros(Micros(text.created_at))
    event = f"late {text.id}"
    told = Receipt(event, DeliveryStatus.FAILED, ACCOUNT, MARCO, at, text.key, text.provider_id, failure=failure)
    await harness.store.run(lambda tx: record_receipt(tx, told, channel=CHANNEL))


async def texts_of(harness: Harness) -> list[Message]:
    """Read our texts to Marco, the first part first."""

    def unit(tx: Transaction) -> list[Message]:
        conversation = tx.conversations.find(ACCOUNT, MARCO)
        assert conversation is not None
        return sorted(tx.messages.recent(conversation.id), key=lambda one: one.id)

    return [one for one in await harness.store.run(unit) if one.direction is Direction.OUTBOUND]


async def test_a_late_failure_ends_the_wait(harness: Harness) -> None:
    """A text that has failed for certain will not be answered: its step fails at once, with the reason, and only it."""
    await begun(harness)
    await begun(harness, "Fx2", text="And tomorrow?")
    assert (await followed(harness)).state is StepState.WAITING
    assert (await followed(harness, "Fx2")).state is StepState.WAITING
    (first, _) = await texts_of(harness)
    await reported(harness, first)
    failed = StepOutcome(StepStatus.FAILED, words="The phone is off.")
    assert (await step_of(harness)).outcome == failed
    assert (await step_of(harness, "Fx2")).state is StepState.WAITING
    await harness.take_in(MARCO, "Yes")
    harness.wait(3_700)
    assert await AlarmWatcher(harness.store, {LATE: end_wait}, harness.observer).look() == 0
    assert (await step_of(harness)).outcome == failed
    assert (await step_of(harness, "Fx2")).outcome == StepOutcome(StepStatus.ANSWERED, answer="Yes")


async def test_a_failure_after_the_answer(harness: Harness) -> None:
    """Whoever has answered has had the text: a failure that is reported after that changes nothing."""
    await begun(harness)
    await followed(harness)
    await harness.take_in(MARCO, "Yes")
    (text,) = await texts_of(harness)
    await reported(harness, text)
    assert (await step_of(harness)).outcome == StepOutcome(StepStatus.ANSWERED, answer="Yes")
    await harness.store.run(lambda tx: settle_step(tx, "Fx1"))
    await reported(harness, text)
    assert (await step_of(harness)).state is StepState.SETTLED


async def test_a_part_that_failed(harness: Harness) -> None:
    """A text of several parts has failed with any of them, and all of them are known to be a workflow's."""

    def unit(tx: Transaction) -> None:
        lend_name(tx, AVA, lends=True)
        record_step(tx, StepExecution("Fx1", "send_text", {TO: MARCO}))
        send_for_step(tx, "Fx1", PLACE, ("word " * 400,), wait_s=3_600)

    await harness.store.run(unit)
    await harness.pay()
    (draft,) = await texts_of(harness)
    assert await harness.store.run(lambda tx: approve(tx, draft.key, draft.version, BEN)) is DecisionResult.TAKEN
    await followed(harness)
    texts = await texts_of(harness)
    assert len(texts) > 1
    assert await harness.store.run(lambda tx: tx.steps.texts_of(texts[0].conversation_id)) == {t.id for t in texts}
    await reported(harness, texts[-1])
    assert (await step_of(harness)).outcome == StepOutcome(StepStatus.FAILED, words="The phone is off.")


async def test_whose_text_it_is(harness: Harness) -> None:
    """The thread says that a workflow sent it, and for whom; it is nobody's answer, and no work of theirs."""
    await begun(harness)
    await followed(harness)
    assert any(line.startswith(f"Sent by a workflow for <@{AVA}>:") for line in harness.lines())
    conversation = await harness.store.run(lambda tx: tx.conversations.find(ACCOUNT, MARCO))
    assert conversation is not None
    assert conversation.assignee is None
    (text,) = await texts_of(harness)

    await reported(harness, text)
    assert await harness.store.run(lambda tx: send_again(tx, text.key, BEN))
    known = await harness.store.run(lambda tx: tx.steps.texts_of(conversation.id))
    assert known == {one.id for one in await texts_of(harness)}
    assert len(known) == 2


async def test_an_answer_from_before(harness: Harness) -> None:
    """What the contact wrote before the text left is no answer to it, also where it is found later."""
    await begun(harness)
    await harness.take_in(MARCO, "Hello, I am new here")
    assert (await step_of(harness)).state is StepState.ACTING
    assert (await followed(harness)).state is StepState.WAITING
    harness.wait(timedelta(minutes=10).total_seconds())
    await harness.take_in(MARCO, "Yes")
    assert (await step_of(harness)).outcome == StepOutcome(StepStatus.ANSWERED, answer="Yes")


async def test_a_name_taken_back_at_the_last_moment(harness: Harness) -> None:
    """The name has to be lent in the transaction that records the text."""

    def unit(tx: Transaction) -> None:
        record_step(tx, StepExecution("Fx1", "send_text", {TO: MARCO}))
        send_for_step(tx, "Fx1", PLACE, ("Are you there?",))

    await harness.store.run(unit)
    assert (await step_of(harness)).outcome == StepOutcome(StepStatus.REFUSED)
    assert await harness.store.run(lambda tx: tx.conversations.find(ACCOUNT, MARCO)) is None


async def test_a_step_of_a_restored_database(harness: Harness) -> None:
    """A step that may have been acted on after the backup is not acted on again."""

    def unit(tx: Transaction) -> None:
        lend_name(tx, AVA, lends=True)
        tx.settings.set_value("restored", f"{tx.now - 1} {tx.now + 1}")
        record_step(tx, StepExecution("Fx1", "open_conversation", {TO: MARCO}))
        open_for_step(tx, "Fx1", PLACE)

    await harness.store.run(unit)
    assert (await step_of(harness)).outcome == StepOutcome(StepStatus.RESTORED)


async def test_stopped_between_preparation_and_departure(harness: Harness) -> None:
    """Neither a step's text nor a reply that is ready leaves after its contact has stopped texts: a person is asked."""
    await begun(harness)
    thread = MessageTs(harness.posts()[0].ts)
    ts = MessageTs(await harness.slack.say(AVA, CHANNEL, "Are you well?", thread_ts=thread))
    reply = Reply("e1", CHANNEL, thread, ts, AVA, ("Are you well?",))
    await harness.store.run(lambda tx: record_reply(tx, reply))
    for attempt in await harness.claim():
        await harness.caller.perform(attempt)
    assert await harness.store.run(lambda tx: [one.kind for one in tx.outbox.all_open()].count(EntryKind.SEND)) == 2
    for contact in (MARCO, DANA):
        await harness.take_in(contact, "STOP")
        harness.wait(1)
    await harness.pay()
    assert harness.volt.outbound(MARCO) == []
    assert "Are you well?" not in harness.phone()
    (text,) = await texts_of(harness)
    assert (text.status, text.approval_reasons) == (DeliveryStatus.DRAFT, (ApprovalReason.OPTED_OUT,))
    assert await harness.store.run(lambda tx: approve(tx, text.key, text.version, BEN)) is DecisionResult.STOPPED


async def test_erasure_reaches_steps(harness: Harness) -> None:
    """Erasing a person ends the steps that name their number, wait for their answer, or hold it."""
    await begun(harness)
    await followed(harness)
    await begun(harness, "Fx2")
    await followed(harness, "Fx2")
    await harness.take_in(MARCO, "My secret")

    def unit(tx: Transaction) -> None:
        record_step(tx, StepExecution("Fx3", "send_text", {TO: "(555) 555-0146"}))
        record_step(tx, StepExecution("Fx4", "send_text", {TO: DANA}))
        tx.outbox.all_open()
        assert begin_erasure(tx, MARCO, AVA) is not None

    await harness.pay()
    await harness.store.run(unit)
    for step_id in ("Fx1", "Fx2", "Fx3"):
        step = await step_of(harness, step_id)
        assert (step.state, step.outcome, dict(step.inputs)) == (StepState.DONE, StepOutcome(StepStatus.ERASED), {})
    assert (await step_of(harness, "Fx4")).inputs == {TO: DANA}
    await harness.store.run(lambda tx: finish_new(tx, "Fx4", StepOutcome(StepStatus.LATE)))
    assert (await step_of(harness, "Fx4")).outcome == StepOutcome(StepStatus.LATE)
