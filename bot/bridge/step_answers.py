"""Texts of workflow steps: which ones they are, and what ends a step that waits: an answer to its text, or its failure.

Exactly one step gets an answer: of those whose text has left, the one that was acted on first. The others go on
waiting. What was written before that text left is no answer to it; the provider's clock is not ours, so that two
minutes are allowed for. A text of several parts has failed as soon as one of them has; a failure after the answer
changes nothing. Each is part of the unit of work that records the contact's text, or the report about ours.
"""

from bot.bridge.matching import CLOCKS_APART
from bot.domain.message import Message
from bot.domain.steps import LATE, LEFT, StepExecution, StepOutcome, StepStatus
from bot.domain.timestamps import add_seconds
from bot.ports.storage import Transaction


def text_of(tx: Transaction, step: StepExecution) -> Message | None:
    """Return the text of a step, or what a person sent in its place; None where it was erased."""
    text = tx.messages.by_key(step.message_key) if step.message_key is not None else None
    while text is not None and text.replaced_by is not None:
        text = tx.messages.by_key(text.replaced_by)
    return text


def give_answer(tx: Transaction, answer: Message) -> None:
    """End the step that a text of a contact answers, if there is one."""
    for step in tx.steps.with_text(answer.conversation_id):
        text = text_of(tx, step) if step.answer_until is not None else None
        if text is not None and text.status in LEFT and _is_after(answer, text):
            end_step(tx, step.id, StepOutcome(StepStatus.ANSWERED, answer=answer.body))
            return


def give_failure(tx: Transaction, failed: Message) -> None:
    """End the step whose text, or a part of it, has certainly failed, if there is one."""
    key = tx.steps.key_of(failed.id)
    for step in tx.steps.with_text(failed.conversation_id) if key is not None else ():
        if step.message_key == key:
            end_step(tx, step.id, StepOutcome(StepStatus.FAILED, words=why_failed(failed)))


def why_failed(text: Message) -> str:
    """Tell why a text has failed, in words for a person; "" where nobody said."""
    return text.failure.user_message if text.failure is not None else ""


def mark_like(tx: Transaction, text: Message, other: Message) -> None:
    """Note that a workflow sent a text, if it sent the other one, of which this is a part or a repeat."""
    key = tx.steps.key_of(other.id)
    if key is not None:
        tx.steps.add_text(text.id, key)


def is_by_workflow(tx: Transaction, text: Message) -> bool:
    """Tell whether a workflow sent a text, in the name of its author."""
    return tx.steps.key_of(text.id) is not None


def end_step(tx: Transaction, step_id: str, outcome: StepOutcome) -> None:
    """Note how a step ended; Slack is told of it."""
    tx.alarms.clear(LATE, step_id)
    tx.steps.end(step_id, outcome)


def _is_after(answer: Message, text: Message) -> bool:
    return answer.sort_key >= add_seconds(text.last_attempt_at or 0, -CLOCKS_APART.total_seconds())
