"""Executions of workflow steps."""

import json
from collections.abc import Mapping

from bot.domain.ids import ConversationId, MessageKey
from bot.domain.steps import StepExecution, StepOutcome, StepState, StepStatus
from bot.domain.timestamps import Micros
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository

ERASED = "erased"
"""Outcome, as the statements that erase a person write it."""


class Steps(Repository):
    """Executions of workflow steps."""

    def add(self, step_id: str, callback: str, inputs: Mapping[str, str]) -> bool:
        """Add one, unless it is known."""
        written = json.dumps(dict(inputs), ensure_ascii=False)
        return self._do("add_step", id=step_id, callback=callback, inputs=written).rowcount > 0

    def get(self, step_id: str) -> StepExecution | None:
        """Read one."""
        row = self._one("step", id=step_id)
        return None if row is None else _step(row)

    def due(self, limit: int) -> list[StepExecution]:
        """List those with something to do."""
        return [_step(row) for row in self._all("due_steps", limit=limit)]

    def next_at(self) -> Micros | None:
        """Tell when there is something to do."""
        at: int | None = self._existing("next_step")["at"]
        return None if at is None else Micros(at)

    def begin(
        self,
        step_id: str,
        conversation_id: ConversationId,
        message_key: MessageKey | None = None,
        answer_until: Micros | None = None,
    ) -> None:
        """Note that it was acted on."""
        self._do(
            "begin_step",
            id=step_id,
            conversation_id=conversation_id,
            message_key=message_key or "",
            answer_until=answer_until,
        )

    def wait(self, step_id: str) -> None:
        """Let it wait for the answer."""
        self._do("let_step_wait", id=step_id)

    def with_text(self, conversation_id: ConversationId) -> list[StepExecution]:
        """List those under way that have sent a text."""
        return [_step(row) for row in self._all("steps_with_text", conversation_id=conversation_id)]

    def end(self, step_id: str, outcome: StepOutcome) -> None:
        """Note how it ended."""
        written = {"status": outcome.status.value, "answer": outcome.answer, "words": outcome.words}
        self._do("end_step", id=step_id, outcome=json.dumps(written, ensure_ascii=False))

    def settle(self, step_id: str) -> None:
        """Note that Slack knows."""
        self._do("settle_step", id=step_id)

    def look_again(self, step_id: str, at: Micros) -> None:
        """Note when to look at it."""
        self._do("look_at_step_again", id=step_id, at=at)

    def forget_settled(self, before: Micros) -> None:
        """Forget old ones."""
        self._do("forget_settled_steps", before=before)

    def add_text(self, message_id: int, step_key: MessageKey) -> None:
        """Note that a workflow sent it."""
        self._do("add_workflow_text", id=message_id, step_key=step_key)

    def key_of(self, message_id: int) -> MessageKey | None:
        """Tell for which text of a step it was sent."""
        row = self._one("workflow_text", id=message_id)
        return None if row is None else MessageKey(row["step_key"])

    def texts_of(self, conversation_id: ConversationId) -> set[int]:
        """List those of a conversation."""
        return {row["message_id"] for row in self._all("workflow_texts_of", id=conversation_id)}


def _step(row: Row) -> StepExecution:
    return StepExecution(
        id=row["execution_id"],
        callback=row["callback"],
        inputs=json.loads(row["inputs"] or "{}"),
        state=StepState(row["state"]),
        conversation_id=row["conversation_id"],
        message_key=MessageKey(row["message_key"]) if row["message_key"] else None,
        answer_until=row["answer_until"],
        outcome=_outcome(row["outcome"]),
        attempts=row["attempts"],
        at=row["at"],
    )


def _outcome(written: str) -> StepOutcome | None:
    if not written:
        return None
    if written == ERASED:
        return StepOutcome(StepStatus.ERASED)
    fields = json.loads(written)
    return StepOutcome(StepStatus(fields["status"]), fields["answer"], fields["words"])
