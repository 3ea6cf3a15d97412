"""Schedule views and the schedule form. Pure."""

from datetime import datetime

from bot.domain.provider_profile import Measure
from bot.domain.segments import segments
from bot.slack.blocks.kit import (
    LONG_DATE,
    Block,
    MessageBody,
    button,
    button_row,
    context_block,
    rich_text_block,
    section,
    text_element,
)
from bot.slack.blocks.modals import Modal, datetime_picker, form_modal, input_block, text_input
from bot.slack.render.segment_count import segment_count_text
from bot.slack.text import escaping

GO, CANCEL = "schedule_go", "schedule_cancel"
FORM, CONFIRM = "schedule_form", "schedule_confirm"
TEXT, WHEN = "text", "when"

HINT = "In your own time zone. You see it all once more before it is scheduled."
NIGHT = "It may be night then where this number is from."
OVER_ALLOWANCE = (
    "You have sent as many texts as one person may in an hour, so this one was not scheduled. Try again later, or ask "
    "a colleague to schedule it."
)
CANCELLED = "Cancelled. Nothing is scheduled."
UNKNOWN = "{name} did not answer, so we do not know whether it is scheduled. Look in {name} before you try again."


def asking(
    contact: str, when: str, text: str, *, at: datetime, ahead: str, note: str = "", measure: Measure = segments
) -> tuple[str, list[Block]]:
    """Say what will happen, the moment once and by the reader's clock.

    `contact` and `ahead`, which follows the moment, are plain text, and so is `when`: the same for what shows no dates.
    `note`, in mrkdwn, says why it has to be asked again.
    """
    before = f"Schedule this text? {contact} gets it on "
    moment_there = {"type": "date", "timestamp": int(at.timestamp()), "format": LONG_DATE, "fallback": when}
    elements = [text_element(before), moment_there, text_element(f", {ahead}.")]
    blocks = [section(note)] if note else []
    blocks += [
        rich_text_block([{"type": "rich_text_section", "elements": elements}]),
        escaping.rich_text(text),
        context_block(segment_count_text(text, measure)),
    ]
    return f"{note} {escaping.escape(f'{before}{when}, {ahead}.')}".strip(), blocks


def question_view(confirmation_id: str, question: tuple[str, list[Block]]) -> MessageBody:
    """Question as a message."""
    words, blocks = question
    row = button_row(
        button("Schedule", GO, confirmation_id, style="primary"), button("Cancel", CANCEL, confirmation_id)
    )
    return MessageBody(words, [*blocks, *row])


def question_modal(confirmation_id: str, question: tuple[str, list[Block]]) -> Modal:
    """Question as a modal; it stands in place of a form in which somebody wrote, so Slack says when it is closed."""
    modal = form_modal(CONFIRM, "Schedule a text", "Schedule", question[1], metadata=confirmation_id)
    return modal | {"notify_on_close": True}


def schedule_modal(name: str, metadata: str, max_chars: int) -> Modal:
    """Form for a text and its moment."""
    blocks = [
        {"type": "section", "text": escaping.plain(f"To {name}")},
        input_block(TEXT, "Text", text_input(max_chars=max_chars, is_multiline=True)),
        input_block(WHEN, "When", datetime_picker(), hint=HINT),
    ]
    return form_modal(FORM, "Schedule a text", "Next", blocks, metadata=metadata)
