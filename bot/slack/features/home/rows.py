"""Rows of conversations: the contact, the stage, a line of words, and buttons. Pure."""

from bot.domain.conversation import Conversation
from bot.domain.worklist import TextPreview
from bot.slack.blocks import cards
from bot.slack.blocks.kit import Block, bold, button, buttons, paragraph, text_element
from bot.slack.features.kit.contact_ref import LONGEST_NAME, ContactLabels
from bot.slack.features.kit.texts import NO_WORDS
from bot.slack.render.header import BLOCKED, OPTED_OUT, state_of

OPEN = "home_open"

LONGEST_WORDS = 80
BEFORE_THE_MATCH = 25


def row_of(
    conversation: Conversation, ways: ContactLabels, words: str = "", *more: Block, takes: Block | None = None
) -> list[Block]:
    """Row of a conversation: the contact and the stage, a line of words, and buttons, in every list alike.

    Names and words are other people's, so they are elements of rich text, which Slack does not parse.
    """
    name, number = cards.line_of(conversation.name, LONGEST_NAME), ways.number(conversation.contact)
    marks = {OPTED_OUT: conversation.is_opted_out, BLOCKED: conversation.is_blocked}
    who = [bold(name), text_element(f" · {number}")] if name else [bold(number)]
    leaves = [
        *who,
        *state_of(conversation.stage, name or "them", marks),
        *([text_element(f"\n{words}")] if words else []),
        *more,
    ]
    return [paragraph(leaves), *buttons(_open_button(conversation, ways), takes)]


def said_in(line: TextPreview, words: str = "") -> str:
    """Write on one line the author and the words, starting shortly before the searched ones."""
    who = "Contact" if line.is_inbound else "Us"
    return f"{who}: {cards.line_of(_around(line.text, words), LONGEST_WORDS) or NO_WORDS}"


def _around(text: str, words: str) -> str:
    """Cut a text to start shortly before the first searched word, so that it is visible."""
    text, first = " ".join(text.split()), next(iter(words.split()), "")
    place = text.casefold().find(first.casefold()) if first else 0
    start = text.rfind(" ", 0, max(place - BEFORE_THE_MATCH, 0)) + 1
    return f"…{text[start:]}" if start else text


def _open_button(conversation: Conversation, ways: ContactLabels) -> Block | None:
    link = ways.link(conversation)
    return button("Open", OPEN, str(conversation.id), url=link) if link else None
