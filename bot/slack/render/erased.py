"""The header of a thread whose contact was erased. Takes facts, returns message bodies. Pure."""

from bot.domain.text import counted
from bot.domain.thread_content import ErasedContact
from bot.slack.blocks.kit import MessageBody
from bot.slack.text.escaping import rich_text

ERASED_POST = MessageBody("This was erased.", [rich_text("This was erased.")])
"""What stands in place of a post that cannot be deleted."""

_ERASED = "This person was erased: the texts, the name and the number are removed here and from the bot's database."
_ANEW = "If this person texts again, a new thread opens. What is written here is not texted."


def render_erased(erased: ErasedContact) -> MessageBody:
    """Say that a contact was erased, and what could not be removed."""
    sentences = [_ERASED, *_left(erased), _ANEW]
    words = " ".join(sentences)
    return MessageBody(words, [rich_text(words)])


def _left(erased: ErasedContact) -> list[str]:
    left = []
    if erased.by_people:
        what = counted(erased.by_people, "message that a colleague wrote", "messages that colleagues wrote")
        left.append(f"Not removed: {what}. Only who wrote one, or an admin of the workspace, can delete it.")
    if erased.not_removed:
        what = counted(erased.not_removed, "post of this app", "posts of this app")
        left.append(f"Slack did not let the bot remove {what}. An admin of the workspace can delete them.")
    return left
