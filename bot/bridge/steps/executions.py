"""Executions of steps: recorded once, acted on once, and followed until they end. Units of work only.

A text of a step is recorded in the transaction that notes that its step was acted on, under a key that comes from the
id of the execution: a kill leaves both or nothing.
"""

from dataclasses import dataclass

from bot.bridge.conversations import state
from bot.bridge.conversations.open import find_or_open
from bot.bridge.enqueue_text import key_of
from bot.bridge.messages.send import SendRequest, record_send
from bot.bridge.messages.withdrawal import parts_of
from bot.bridge.restore_gap import gap_of
from bot.bridge.step_answers import end_step, text_of, why_failed
from bot.domain.alarms import Alarm
from bot.domain.delivery import DeliveryStatus, combined_status
from bot.domain.ids import ChannelId, UserId
from bot.domain.message import Message
from bot.domain.phone import E164
from bot.domain.pieces import Piece
from bot.domain.steps import (
    KNOWN_FOR_S,
    LATE,
    LENDS,
    SEND,
    StepExecution,
    StepOutcome,
    StepState,
    StepStatus,
    has_arrived,
    outcome_of_text,
    outcome_without_answer,
)
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Transaction

BY_WORKFLOW = "sent by workflow"
OPENED_BY_WORKFLOW, ASSIGNED_BY_WORKFLOW = "opened by workflow", "assigned by workflow"

FIRST_LOOK_S, LONGEST_LOOK_S = 0.3, 30.0
"""Pauses between two looks at one step: short at first, then longer and longer."""


# --- whose name


def lends_name(tx: Transaction, user: UserId) -> bool:
    """Tell whether workflows may text in the name of a person, as that person said."""
    return tx.settings.value(f"{LENDS}{user}") == "1"


def lend_name(tx: Transaction, user: UserId, *, lends: bool) -> bool:
    """Let workflows text in the name of a person, or not any more; False where it was so before."""
    if lends_name(tx, user) is lends:
        return False
    if lends:
        tx.settings.set_value(f"{LENDS}{user}", "1")
    else:
        tx.settings.forget_value(f"{LENDS}{user}")
    tx.audit.add(user, "lent name to workflows" if lends else "took name from workflows", None)
    return True


# --- what a new step does


def record_step(tx: Transaction, step: StepExecution) -> bool:
    """Record an execution that Slack tells of; False where it is known."""
    return tx.steps.add(step.id, step.callback, step.inputs)


@dataclass(frozen=True)
class StepPlace:
    """Whom a step is about, in whose name, and where a new conversation opens."""

    account: E164
    contact: E164
    author: UserId
    channel: ChannelId


def send_for_step(
    tx: Transaction, step_id: str, place: StepPlace, pieces: tuple[Piece, ...], *, wait_s: float = 0
) -> None:
    """Record the text of a step, which then waits for an answer that long; nothing where it was acted on before."""
    if _new(tx, step_id, place.author) is None:
        return
    key = key_of(f"step {step_id}")
    request = SendRequest(f"step {step_id}", place.account, place.contact, place.author, key, BY_WORKFLOW)
    message = record_send(tx, request, pieces, channel=place.channel)
    assert message is not None  # the step is new, so that this request is
    tx.steps.add_text(message.id, key)
    until = Micros(add_seconds(tx.now, wait_s)) if wait_s else None
    tx.steps.begin(step_id, message.conversation_id, key, until)
    if until is not None:
        tx.alarms.set(Alarm(LATE, step_id, until, message.conversation_id))


def open_for_step(tx: Transaction, step_id: str, place: StepPlace) -> None:
    """Open the conversation of a step, which ends when its thread is there."""
    if _new(tx, step_id, place.author) is None:
        return
    conversation = find_or_open(tx, place.account, place.contact, place.channel)
    tx.audit.add(place.author, OPENED_BY_WORKFLOW, conversation.id)
    tx.steps.begin(step_id, conversation.id)


def assign_for_step(tx: Transaction, step_id: str, place: StepPlace, to: UserId) -> bool:
    """Assign the conversation of a step; False where there is none."""
    conversation = tx.conversations.find(place.account, place.contact)
    if conversation is None:
        return False
    if _new(tx, step_id, place.author) is not None:
        state.assign(tx, conversation.id, place.author, to=to, action=ASSIGNED_BY_WORKFLOW)
        tx.steps.begin(step_id, conversation.id)
    return True


def begin_listing(tx: Transaction, step_id: str, author: UserId) -> bool:
    """Note in the audit trail that a step puts somebody on a list; False where it was acted on before."""
    step = _new(tx, step_id, author)
    if step is not None and not step.attempts:
        tx.audit.add(author, "added to list by workflow", None)
    return step is not None


def finish_new(tx: Transaction, step_id: str, outcome: StepOutcome) -> None:
    """End a step that nothing more is to be done for; nothing where it was acted on before."""
    step = tx.steps.get(step_id)
    if step is not None and step.state is StepState.NEW:
        end_step(tx, step_id, outcome)


def _new(tx: Transaction, step_id: str, author: UserId) -> StepExecution | None:
    """Read a step that is still to be acted on; one that must not be any more is ended."""
    step, gap = tx.steps.get(step_id), gap_of(tx)
    if step is None or step.state is not StepState.NEW:
        return None
    if gap is not None and step.at is not None and gap.may_hold(step.at):  # it may have been acted on after the backup
        end_step(tx, step_id, StepOutcome(StepStatus.RESTORED))
        return None
    if not lends_name(tx, author):  # taken back since it was asked
        end_step(tx, step_id, StepOutcome(StepStatus.REFUSED))
        return None
    return step


# --- how it ends


def follow_step(tx: Transaction, step_id: str) -> None:
    """Look how far a step is, and end it, let it wait for its answer, or look again later."""
    step = tx.steps.get(step_id)
    if step is None or step.state is not StepState.ACTING:
        return
    outcome = _outcome(tx, step)
    if outcome is not None:
        end_step(tx, step_id, outcome)
        return
    text = text_of(tx, step)
    if text is not None and step.answer_until is not None and has_arrived(_status(tx, text)):
        tx.steps.wait(step_id)
        return
    look_again(tx, step)


def _outcome(tx: Transaction, step: StepExecution) -> StepOutcome | None:
    assert step.conversation_id is not None
    if step.callback != SEND:
        is_there = tx.conversations.get(step.conversation_id).thread_ts is not None
        return StepOutcome(StepStatus.DONE) if is_there else None
    text = text_of(tx, step)
    if text is None:
        return StepOutcome(StepStatus.ERASED)
    return outcome_of_text(_status(tx, text), why_failed(text), waits=step.answer_until is not None)


def end_wait(tx: Transaction, alarm: Alarm) -> None:
    """End a step whose contact has not answered in time, as its alarm says."""
    step = tx.steps.get(alarm.subject)
    if step is None or step.state not in (StepState.ACTING, StepState.WAITING):
        return
    text = text_of(tx, step)
    erased = StepOutcome(StepStatus.ERASED)
    end_step(tx, step.id, erased if text is None else outcome_without_answer(_status(tx, text), why_failed(text)))


def _status(tx: Transaction, text: Message) -> DeliveryStatus:
    return combined_status(part.status for part in parts_of(tx, text) if part.status is not None)


def look_again(tx: Transaction, step: StepExecution, *, at_least_s: float = 0.0) -> None:
    """Look at a step later: the more often it was looked at, the later."""
    pause_s = max(at_least_s, min(LONGEST_LOOK_S, FIRST_LOOK_S * 1.5 ** min(step.attempts, 20)))
    tx.steps.look_again(step.id, Micros(add_seconds(tx.now, pause_s)))


def settle_step(tx: Transaction, step_id: str) -> None:
    """Note that Slack knows how a step ended, and forget those that it cannot tell of any more."""
    step = tx.steps.get(step_id)
    if step is not None and step.state is StepState.DONE:
        tx.steps.settle(step_id)
        tx.steps.forget_settled(Micros(add_seconds(tx.now, -KNOWN_FOR_S)))
