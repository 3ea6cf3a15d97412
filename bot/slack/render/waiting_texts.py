"""Words about contacts who wait: goals, snoozes, reminders, and the answers that are given while it is closed. Pure.

Notices in channels name no contact: they stay there when somebody's texts are erased.
"""

from bot.domain.ids import ThreadRef
from bot.domain.thread_notes import FollowUpNote, GoalNote, MissedNote, MissedRow, SnoozeNote
from bot.slack.blocks.kit import (
    CLOCK,
    SHORT_DATE_AT,
    Block,
    MessageBody,
    context_block,
    date,
    date_element,
    line_body,
    mention,
    paragraph,
    section,
    text_element,
)
from bot.slack.render.approval_texts import contact_name
from bot.slack.render.header import LinkOf
from bot.slack.text import escaping

AUTOMATIC = "Automatic answer, because the office is closed:"
NOT_SENT = "Automatic answer, not sent: it came too late, or this contact is not texted any more."

ROWS = 10
"""Contacts in one block, which Slack takes up to 3,000 characters of."""

ALL_ANSWERED = "Everybody who waited here for longer than the goal has been answered."
FOLLOWED = "Who still waits for longer than the goal stands in the newer message below."


def render_goal_note(note: GoalNote) -> MessageBody:
    """Tell the assignee until when a contact should have an answer; the contact's name is not parsed."""
    begun = f" {_name(note.name)} has been waiting since "
    middle, end = ". The goal is an answer by ", "."
    text = f"<@{note.assignee}>{escaping.escape(begun)}{date(note.since, CLOCK)}{middle}{date(note.until, CLOCK)}{end}"
    elements = [
        mention(note.assignee),
        text_element(begun),
        date_element(note.since, CLOCK),
        text_element(middle),
        date_element(note.until, CLOCK),
        text_element(end),
    ]
    return MessageBody(text, [paragraph(elements)])


def render_missed(note: MissedNote, link: LinkOf) -> MessageBody:
    """Name to a channel who waits for longer than its goal."""
    if note.is_followed:
        return line_body(FOLLOWED, is_small=True)
    if not note.rows:
        return line_body(ALL_ANSWERED, is_small=True)
    people = "1 contact has" if note.count == 1 else f"{note.count:,} contacts have"
    words = f"{people} waited here for longer than the goal."
    rows = [_row(row, link) for row in note.rows]
    named = [section("\n".join(rows[at : at + ROWS])) for at in range(0, len(rows), ROWS)]
    left = note.count - len(note.rows)
    more: list[Block] = [context_block(f"and {left:,} more")] if left > 0 else []
    return MessageBody(words, [section(f"*{words}*"), *named, *more])


def _row(row: MissedRow, link: LinkOf) -> str:
    nobody = "" if row.is_assigned else " · nobody has it"
    return f"• Since {date(row.since, SHORT_DATE_AT)}{nobody}{_thread(row.place, link)}"


def _thread(place: ThreadRef, link: LinkOf) -> str:
    address = link(place)
    return f" · <{address}|Open the thread>" if address else ""


def render_snooze_over(note: SnoozeNote) -> MessageBody:
    """Say to who put a conversation off that it is time; the contact's name is not parsed."""
    begun = f": you wanted to go on with this now. {_name(note.name)} has been waiting since "
    text = f"<@{note.author}>{escaping.escape(begun)}{date(note.since, SHORT_DATE_AT)}."
    elements = [
        mention(note.author),
        text_element(begun),
        date_element(note.since, SHORT_DATE_AT),
        text_element("."),
    ]
    return MessageBody(text, [paragraph(elements)])


def render_follow_up(note: FollowUpNote) -> MessageBody:
    """Remind somebody that a contact has not answered; the contact's name is not parsed."""
    words = f": {_name(note.name)} has not answered. You wanted to be reminded now."
    return MessageBody(
        f"<@{note.author}>{escaping.escape(words)}", [paragraph([mention(note.author), text_element(words)])]
    )


def _name(name: str) -> str:
    who = contact_name(name, "the contact")
    return f"{who[:1].upper()}{who[1:]}"
