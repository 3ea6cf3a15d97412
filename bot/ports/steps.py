"""Executions of workflow steps, as the use cases see them within one transaction. Implemented in bot/store."""

from collections.abc import Mapping
from typing import Protocol

from bot.domain.ids import ConversationId, MessageKey
from bot.domain.steps import StepExecution, StepOutcome
from bot.domain.timestamps import Micros


class Steps(Protocol):
    """Executions of workflow steps, by the ids that Slack gives them."""

    def add(self, step_id: str, callback: str, inputs: Mapping[str, str]) -> bool:
        """Add an execution; False where it is known."""

    def get(self, step_id: str) -> StepExecution | None: ...

    def due(self, limit: int) -> list[StepExecution]:
        """Executions with something to do now."""

    def next_at(self) -> Micros | None:
        """When the next one has something to do."""

    def begin(
        self,
        step_id: str,
        conversation_id: ConversationId,
        message_key: MessageKey | None = None,
        answer_until: Micros | None = None,
    ) -> None:
        """Note that a new one was acted on, and forget its inputs."""

    def wait(self, step_id: str) -> None:
        """Note that its text was sent, and that nothing is to be done before the answer."""

    def with_text(self, conversation_id: ConversationId) -> list[StepExecution]:
        """Executions of a conversation whose text is under way or waits for an answer, acted on first before others."""

    def end(self, step_id: str, outcome: StepOutcome) -> None:
        """Note how one ended, unless that is known, and forget its inputs; Slack is to be told."""

    def settle(self, step_id: str) -> None:
        """Note that Slack knows, and forget the outcome."""

    def look_again(self, step_id: str, at: Micros) -> None:
        """Note when one has something to do, and that it was tried."""

    def forget_settled(self, before: Micros) -> None:
        """Forget those that are settled and were told of before a moment."""

    def add_text(self, message_id: int, step_key: MessageKey) -> None:
        """Note that a workflow sent a text: the one with this key, a part of it, or the same once more."""

    def key_of(self, message_id: int) -> MessageKey | None:
        """Key of the text of a step that a text is, or is a part of; None where no workflow sent it."""

    def texts_of(self, conversation_id: ConversationId) -> set[int]:
        """Ids of the texts that workflows sent in a conversation."""
