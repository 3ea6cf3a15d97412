"""Schedule views and the schedule form. Pure."""

from datetime import datetime

from bot.slack.blocks.kit import (
    LONG_DATE,
    Block,
    MessageBody,
    button,
    buttons,
    context_block,
    rich,
    section,
    text_element,
)
from bot.slack.blocks.modals import Modal, form, moment, question, typed
from bot.slack.render.segment_count import size_of
from bot.slack.text import escaping

GO, CANCEL = "schedule_go", "schedule_cancel"
FORM, CONFIRM = "schedule_form", "schedule_confirm"
TEXT, WHEN = "text", "when"

LONGEST = 1_600
"""Limit of a text at Volt, in characters."""

HINT = "In your own time zone. You see it all once more before it is scheduled."
NIGHT = "It may be night then where this number is from."
CANCELLED = "Cancelled. Nothing is scheduled."
UNKNOWN = "Volt did not answer, so we do not know whether it is scheduled. Look in Volt before you try again."


def asking(who: str, when: str, text: str, *, at: datetime, ahead: str, note: str = "") -> tuple[str, list[Block]]:
    """Say what will happen, the moment once and by the reader's clock.

    `who` and `ahead`, which follows the moment, are plain text, and so is `when`: the same for what shows no dates.
    `note`, in mrkdwn, says why it has to be asked again.
    """
    before = f"Schedule this text? {who} gets it on "
    moment_there = {"type": "date", "timestamp": int(at.timestamp()), "format": LONG_DATE, "fallback": when}
    said = [text_element(before), moment_there, text_element(f", {ahead}.")]
    blocks = [section(note)] if note else []
    blocks += [
        rich([{"type": "rich_text_section", "elements": said}]),
        escaping.rich_text(text),
        context_block(size_of(text)),
    ]
    return f"{note} {escaping.escape(f'{before}{when}, {ahead}.')}".strip(), blocks


def question_view(ask_id: str, said: tuple[str, list[Block]]) -> MessageBody:
    """Question as a message."""
    words, blocks = said
    row = buttons(button("Schedule", GO, ask_id, style="primary"), button("Cancel", CANCEL, ask_id))
    return MessageBody(words, [*blocks, *row])


def question_modal(ask_id: str, said: tuple[str, list[Block]]) -> Modal:
    """Question as a modal."""
    return form(CONFIRM, "Schedule a text", "Schedule", said[1], metadata=ask_id)


def schedule_modal(name: str, who: str) -> Modal:
    """Form for a text and its moment."""
    blocks = [
        {"type": "section", "text": escaping.plain(f"To {name}")},
        question(TEXT, "Text", typed(longest=LONGEST, has_lines=True)),
        question(WHEN, "When", moment(), hint=HINT),
    ]
    return form(FORM, "Schedule a text", "Next", blocks, metadata=who)
