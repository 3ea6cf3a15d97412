"""Unread answers: the notice in App Home, and the window that lists them, for managers. Pure.

They are what contacts answered in a form that the bot does not know.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.conversation import Conversation
from bot.domain.provider_profile import ProviderProfile
from bot.domain.provider_records import UnreadAnswer
from bot.domain.text import counted
from bot.slack.blocks import cards, modals
from bot.slack.blocks.kit import (
    AGO,
    Block,
    MessageBody,
    bold,
    button,
    button_row,
    context_plain,
    date_element,
    paragraph,
    section,
    text_element,
)
from bot.slack.blocks.modals import Modal
from bot.slack.features.home.rows import OPEN
from bot.slack.features.kit.contact_ref import ContactLabels

LOOK, SEEN = "home_unread", "home_unread_seen"

MAX_ANSWERS = 20
MAX_WORDS_CHARS = 1_000

TITLE = "Answers not read"
WHY = (
    "They came in a form that this bot does not know, so they are in no thread. Read what there is of them, ask the "
    "contact if you need to, and press Seen."
)
NONE_LEFT = "Every answer is read."


@dataclass(frozen=True)
class UnreadShown:
    """Answer that could not be read, the provider that brought it, and the contact's conversation, if there is one."""

    answer: UnreadAnswer
    by: ProviderProfile
    conversation: Conversation | None = None


def unread_notice(count: int) -> list[Block]:
    """Build the notice in a Home that there are some; no block where there is none."""
    if not count:
        return []
    how_many = counted(count, "answer could not be read", "answers could not be read")
    words = f"*{how_many}.* This bot does not know their form, so nothing of them is in a thread."
    return [section(words, button("Look", LOOK, "home"))]


def unread_modal(answers: Sequence[UnreadShown], labels: ContactLabels) -> Modal:
    """Build the window that lists them, the oldest first."""
    if not answers:
        return modals.notice_modal(MessageBody(NONE_LEFT, []), title=TITLE)
    left = len(answers) - MAX_ANSWERS
    blocks = [
        context_plain(WHY),
        *(block for one in answers[:MAX_ANSWERS] for block in _answer(one, labels)),
        *([context_plain(f"and {left:,} more")] if left > 0 else []),
    ]
    return modals.notice_modal(MessageBody(TITLE, blocks), title=TITLE)


def _answer(shown: UnreadShown, labels: ContactLabels) -> list[Block]:
    """Build one answer; its words are the contact's, so that Slack does not parse them."""
    answer, conversation = shown.answer, shown.conversation
    who = labels.name_of(conversation) if conversation is not None else labels.number(answer.contact)
    why = f"\nAn answer we could not read came from {shown.by.name}: {answer.reason}."
    block = paragraph([bold(who), text_element(" · "), date_element(answer.at, AGO), text_element(why)])
    words = cards.single_line(answer.text, MAX_WORDS_CHARS)
    if words:
        block["elements"].append({"type": "rich_text_quote", "elements": [text_element(words)]})
    link = labels.link(conversation) if conversation is not None else ""
    opens = button("Open", OPEN, str(conversation.id), url=link) if conversation is not None and link else None
    return [block, *button_row(opens, button("Seen", SEEN, answer.id))]
