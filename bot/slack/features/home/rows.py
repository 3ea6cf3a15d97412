"""Rows of conversations: the contact, the stage, a line of words, and buttons. Pure."""

from bot.domain.conversation import Conversation
from bot.domain.worklist import TextPreview
from bot.slack.blocks import cards
from bot.slack.blocks.kit import Block, bold, button, button_row, paragraph, text_element
from bot.slack.features.kit.contact_ref import MAX_NAME_CHARS, ContactLabels
from bot.slack.features.kit.texts import NO_WORDS
from bot.slack.render.header import BLOCKED, MUTED, OPTED_OUT, stage_elements, tags_words

OPEN = "home_open"

MAX_WORDS_CHARS = 80
BEFORE_THE_MATCH = 25


def row_of(
    conversation: Conversation, labels: ContactLabels, words: str = "", *more: Block, takes: Block | None = None
) -> list[Block]:
    """Row of a conversation: the contact and the stage, a line of words, and buttons, in every list alike.

    Names and words are other people's, so they are elements of rich text, which Slack does not parse.
    """
    name, number = cards.single_line(conversation.name, MAX_NAME_CHARS), labels.number(conversation.contact)
    is_muted = conversation.muted_by is not None
    tags = labels.tags.get(conversation.id, ())
    marks = {OPTED_OUT: conversation.is_opted_out, BLOCKED: conversation.is_blocked, MUTED: is_muted}
    label = [bold(name), text_element(f" · {number}")] if name else [bold(number)]
    elements = [
        *label,
        *stage_elements(conversation.stage, name or "them", marks),
        *([text_element(f" · {tags_words(tags)}")] if tags else []),
        *([text_element(f"\n{words}")] if words else []),
        *more,
    ]
    return [paragraph(elements), *button_row(_open_button(conversation, labels), takes)]


def found_line(line: TextPreview, words: str = "") -> str:
    """Write on one line the author and the words, starting shortly before the searched ones."""
    label = "Contact" if line.is_inbound else "Us"
    return f"{label}: {cards.single_line(_around(line.text, words), MAX_WORDS_CHARS) or NO_WORDS}"


def _around(text: str, words: str) -> str:
    """Cut a text to start shortly before the first searched word, so that it is visible."""
    text, first = " ".join(text.split()), next(iter(words.split()), "")
    place = text.casefold().find(first.casefold()) if first else 0
    start = text.rfind(" ", 0, max(place - BEFORE_THE_MATCH, 0)) + 1
    return f"…{text[start:]}" if start else text


def _open_button(conversation: Conversation, labels: ContactLabels) -> Block | None:
    link = labels.link(conversation)
    return button("Open", OPEN, str(conversation.id), url=link) if link else None
