"""Steps of workflows: what Slack's Workflow Builder asks of the bot, and how each execution ended. Pure.

Slack names each execution by an id, and tells of it again where it got no answer in time. An execution is acted on
once, and ends once. Who published the workflow Slack does not say: its event names neither the workflow nor a person
(https://docs.slack.dev/reference/events/function_executed). So a step names a person who answers for it, and that
person has said before that workflows may text in their name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from bot.domain.alarms import AlarmKind
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ConversationId, MessageKey
from bot.domain.timestamps import Micros

SEND, OPEN, ADD, ASSIGN = "send_text", "open_conversation", "add_to_list", "assign_conversation"
"""Callback ids of the steps, as the manifests declare them."""

TO, TEXT, ACCOUNT, BEHALF = "to", "text", "account", "on_behalf_of"
WAIT, LIST, ASSIGNEE = "wait_hours", "list", "assignee"
"""Names of their inputs."""

INPUTS = (TO, TEXT, ACCOUNT, BEHALF, WAIT, LIST, ASSIGNEE)

LONGEST_WAIT_H = 168
"""Hours that a step may wait for an answer: a week."""

LATE = AlarmKind("step answer")
"""The alarm for the end of the wait; its subject is the id of the execution."""

LENDS = "workflows text in the name of "
"""Beginning of the stored value that says so of a person."""

RUN_WITHIN_S = 3_600.0
"""Time from its event within which a step is acted on; later its workflow has gone out of date."""

KNOWN_FOR_S = 7 * 86_400.0
"""Time for which an ended execution is known: Slack tells of it again for an hour at most."""


class StepState(Enum):
    """State of an execution."""

    NEW = "new"  # nothing was done yet
    ACTING = "acting"  # its text, or its thread, is on the way
    WAITING = "waiting"  # its text was sent, and the contact has not answered
    DONE = "done"  # it has ended here, and Slack has not taken that yet
    SETTLED = "settled"  # Slack knows


class StepStatus(Enum):
    """How an execution ended; the values are stored."""

    DONE = "done"
    SENT = "sent"
    ANSWERED = "answered"
    NO_ANSWER = "no answer"
    HELD = "held"  # a person is asked about the text
    NOT_SENT = "not sent yet"
    UNKNOWN = "unknown"
    # the step has failed
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ERASED = "erased"
    LATE = "late"
    RESTORED = "restored"

    @property
    def is_failure(self) -> bool:
        """Whether the step has failed, so that its workflow stops."""
        return self in _FAILURES


_FAILURES = frozenset(
    {
        StepStatus.REFUSED,
        StepStatus.FAILED,
        StepStatus.CANCELLED,
        StepStatus.ERASED,
        StepStatus.LATE,
        StepStatus.RESTORED,
    }
)


@dataclass(frozen=True)
class StepOutcome:
    """Outcome of an execution: the answer of the contact, or why it failed, in words for a person."""

    status: StepStatus
    answer: str = ""
    words: str = ""


@dataclass(frozen=True)
class StepExecution:
    """One execution of a step. `inputs` are forgotten as soon as they were acted on.

    `answer_until` is the end of the wait for an answer, None where nobody waits for one.
    """

    id: str
    callback: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    state: StepState = StepState.NEW
    conversation_id: ConversationId | None = None
    message_key: MessageKey | None = None
    answer_until: Micros | None = None
    outcome: StepOutcome | None = None
    attempts: int = 0
    at: Micros | None = None


_S = DeliveryStatus
LEFT = frozenset({_S.SENDING, _S.UNKNOWN, _S.SENT, _S.DELIVERED, _S.READ})
"""Statuses of a text that the contact may have, so that what they write next may answer it."""

_ARRIVED = frozenset({_S.SENT, _S.DELIVERED, _S.READ})


def outcome_of_text(status: DeliveryStatus, words: str, *, waits: bool) -> StepOutcome | None:
    """Tell how a step ended by its text; None while that is open. `words` say why the text failed."""
    if status is _S.FAILED:
        return StepOutcome(StepStatus.FAILED, words=words)
    if status is _S.CANCELLED:
        return StepOutcome(StepStatus.CANCELLED)
    if waits:
        return None
    if status is _S.DRAFT:
        return StepOutcome(StepStatus.HELD)
    return StepOutcome(StepStatus.SENT) if status in _ARRIVED else None


def outcome_without_answer(status: DeliveryStatus, words: str) -> StepOutcome:
    """Tell how a step ended whose wait is over."""
    ended = outcome_of_text(status, words, waits=True)
    if ended is not None:
        return ended
    if status in _ARRIVED:
        return StepOutcome(StepStatus.NO_ANSWER)
    return StepOutcome(StepStatus.UNKNOWN if status in LEFT else StepStatus.NOT_SENT)


def has_arrived(status: DeliveryStatus) -> bool:
    """Tell whether the provider has certainly taken a text."""
    return status in _ARRIVED
