"""Answers that steps of workflows wait for: what a contact writes next ends one of them.

Exactly one step gets an answer: of those whose text has left, the one that was acted on first. The others go on
waiting. What was written before that text left is no answer to it; the provider's clock is not ours, so that two
minutes are allowed for. Part of the unit of work that records the contact's text.
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
    for step in tx.steps.answerable(answer.conversation_id):
        text = text_of(tx, step)
        if text is not None and text.status in LEFT and _is_after(answer, text):
            end_step(tx, step.id, StepOutcome(StepStatus.ANSWERED, answer=answer.body))
            return


def end_step(tx: Transaction, step_id: str, outcome: StepOutcome) -> None:
    """Note how a step ended; Slack is told of it."""
    tx.alarms.clear(LATE, step_id)
    tx.steps.end(step_id, outcome)


def _is_after(answer: Message, text: Message) -> bool:
    return answer.sort_key >= add_seconds(text.last_attempt_at or 0, -CLOCKS_APART.total_seconds())
