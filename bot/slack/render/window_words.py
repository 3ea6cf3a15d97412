"""Words about the window: until when free text may be sent to a contact, the same everywhere. Pure."""

from bot.domain.thread_content import WindowFacts
from bot.domain.thread_notes import WindowNote
from bot.slack.blocks.kit import CLOCK, SHORT_DATE_AT, MessageBody, date, date_element, mention, paragraph, text_element
from bot.slack.render.approval_texts import contact_name
from bot.slack.text import escaping

SHUT = "Only templates can be sent until the contact writes again."


def window_words(window: WindowFacts) -> str:
    """Write until when free text may be sent, in mrkdwn and in the reader's time zone."""
    return SHUT if window.until is None else f"Free text until {date(window.until, SHORT_DATE_AT)}"


def shut_by_then(window: WindowFacts) -> str:
    """Write, in mrkdwn, that a text for a later time may find the window shut."""
    then = "Unless they write again before that time, the text will not arrive."
    if window.until is None:
        return f"Free text to this contact is over. {then}"
    return f"Free text to this contact can be sent until {date(window.until, SHORT_DATE_AT)}. {then}"


def render_closing_soon(note: WindowNote) -> MessageBody:
    """Render the note to the assignee that free text is over soon; the contact's name is not parsed."""
    begun = f" Free text to {contact_name(note.name, 'the contact')} can be sent until "
    then = ". After that only templates can be sent, until they write again."
    text = f"<@{note.assignee}>{escaping.escape(begun)}{date(note.until, CLOCK)}{then}"
    moment = date_element(note.until, CLOCK)
    return MessageBody(text, [paragraph([mention(note.assignee), text_element(begun), moment, text_element(then)])])
