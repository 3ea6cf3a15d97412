"""Line in a thread about a contact who writes a lot, and the button that shows their texts later or never. Pure."""

from bot.domain.thread_notes import FloodNote
from bot.slack.blocks.kit import MessageBody, button, button_row, section_plain
from bot.slack.render.actions import LABELS, MUTE, UNMUTE
from bot.slack.render.header import short_name
from bot.slack.text import escaping


def render_flood(note: FloodNote) -> MessageBody:
    """Say how the contact's texts are shown, with the button that changes it."""
    who = short_name(note.name) or "This contact"
    how = "shown once a minute" if note.muted_by is None else "stored and not shown until somebody presses Unmute"
    words = f"{who} is writing a lot. Texts are {how}."
    name = MUTE if note.muted_by is None else UNMUTE
    row = button_row(button(LABELS[name], name, str(note.conversation_id)))
    return MessageBody(escaping.escape(words), [section_plain(words), *row])
