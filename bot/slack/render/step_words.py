"""What Slack is told of an ended workflow step: its outputs, or in plain words why it failed. Pure.

The words of a failure reach whoever looks after the workflow, through Slackbot
(https://docs.slack.dev/reference/methods/functions.completeError). Those about an input are the same that a command
answers.
"""

from bot.domain.steps import SEND, StepOutcome, StepStatus

MAX_WORDS = 1_000

STATUS, ANSWER, CONVERSATION = "status", "answer", "conversation"
"""Names of the outputs."""

STATUS_WORDS = {
    StepStatus.DONE: "done",
    StepStatus.SENT: "sent",
    StepStatus.ANSWERED: "answered",
    StepStatus.NO_ANSWER: "no answer",
    StepStatus.HELD: "waiting for a person",
    StepStatus.NOT_SENT: "not sent yet",
    StepStatus.UNKNOWN: "unknown",
}
"""What the output `status` may be; workflows compare it, so that these words stay as they are."""

ERASED = "The contact was erased while the step was under way."
LATE = "The bot could not run this step within an hour, so nothing was done. Run the workflow again."
RESTORED = (
    "The bot's database was put back from a backup, so it is not known whether this step had run. Look into the "
    "conversation before you run the workflow again."
)
CANCELLED = "Somebody took the text back before it was sent."
TAKEN_BACK = "The person in whose name this step acts does not allow that to workflows any more."
FAILED = "The text was not delivered."
OLD_MANIFEST = (
    "The step has run, but Slack did not take its outcome: {status}. The app in Slack is older than the bot. An admin "
    "has to apply its manifest again."
)

_WORDS = {
    StepStatus.ERASED: ERASED,
    StepStatus.LATE: LATE,
    StepStatus.RESTORED: RESTORED,
    StepStatus.CANCELLED: CANCELLED,
    StepStatus.REFUSED: TAKEN_BACK,
    StepStatus.FAILED: FAILED,
}


def error_words(outcome: StepOutcome) -> str:
    """Write why a step failed."""
    words = outcome.words or _WORDS[outcome.status]
    if outcome.status is StepStatus.FAILED and outcome.words:
        words = f"{FAILED} {outcome.words}"
    return words if len(words) <= MAX_WORDS else f"{words[: MAX_WORDS - 1]}…"


def outputs_of(callback: str, outcome: StepOutcome, link: str) -> dict[str, str]:
    """Give the outputs of a step; `link` leads to the conversation, "" where there is none."""
    outputs = {STATUS: STATUS_WORDS[outcome.status]}
    if link:
        outputs[CONVERSATION] = link
    if callback == SEND and outcome.status is StepStatus.ANSWERED:
        outputs[ANSWER] = outcome.answer
    return outputs


def old_manifest_words(outcome: StepOutcome) -> str:
    """Write that Slack refused the outputs of a step that has run."""
    return OLD_MANIFEST.format(status=STATUS_WORDS[outcome.status])
