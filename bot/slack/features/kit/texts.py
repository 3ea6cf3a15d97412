"""Texts of command answers, ephemeral, in mrkdwn; what people typed is escaped before it is repeated."""

from collections.abc import Sequence

from bot.domain.errors import CallFailed, DatabaseLost, StoreUnavailable
from bot.domain.text import truncate
from bot.slack.blocks.kit import MessageBody, section, section_plain
from bot.slack.text import escaping

IS_THERE = "The conversation is in this channel already."
NO_WORDS = "(no words)"
NO_CONVERSATION = "No conversation yet"


def no_time_text(provider: str) -> str:
    """Text in place of a time that the provider does not tell."""
    return f"no time on {provider}'s record"


def open_text(number: str, place: str) -> str:
    """Text of `/volt open`."""
    return f"The conversation with {number} is in {place}."


def help_text(lines: Sequence[str]) -> str:
    """Text of the help: a list of the commands."""
    return "\n".join(("*Text your customers from Slack*", *lines, "", IN_THREADS))


FROM_LINE = (
    "\nTo choose one of your numbers, write `from` and its name or number first, such as "
    "`/volt send from Support line (555) 555-0145 Your order is ready`."
)

IN_THREADS = """In a conversation's thread, just write, and it is texted, unless the header says \
otherwise. Begin with `//` to keep a message in Slack."""

ON_DUTY = "You are on duty: new conversations come to you, too."
OFF_DUTY = "You are off duty: no new conversation comes to you by itself. What you have stays yours."

KEPT_INSIDE = "The text begins with `//`, which keeps it in Slack, so nothing was sent."

NOT_INSTALLED = "I do not work in this workspace just now. If this stays so, an admin can install me again."

ONE_MOMENT = "One moment…"


def command_help_text(line: str, how: str) -> str:
    """Text of the help about one command."""
    return f"{line}\n{how}"


def unknown_command(word: str, nearest: str | None) -> str:
    """Text for a word that is no command."""
    guess = f" Did you mean `/volt {nearest}`?" if nearest else ""
    return f"I do not know `/volt {escaping.escape(truncate(word, 40))}`.{guess} `/volt help` lists what I can do."


def bad_argument(reason: str, how: str) -> str:
    """Text for a command with unusable arguments."""
    return f"{reason}\n{how}"


def not_now(error: StoreUnavailable) -> str:
    """Text for a store that takes nothing."""
    begun = "That did not work, and nothing was sent."
    if isinstance(error, DatabaseLost):
        return f"{begun} Please tell an admin: {escaping.escape(str(error))}"
    return f"{begun} The bot's database takes nothing just now. Please try again in a moment."


def call_failed_message(error: CallFailed, done: str = "") -> MessageBody:
    """Message for a failed call to Slack or a provider; its words say what to do, and may quote either.

    `done` is what was done all the same, in mrkdwn.
    """
    before = [section(done)] if done else []
    return MessageBody(
        f"{done} {escaping.escape(error.user_message)}".strip(), [*before, section_plain(error.user_message)]
    )


INCOMPLETE = "Slack did not say who asks for this, or which window it is about, so nothing was done. Please try again."

NOT_READABLE = "Slack did not pass on what you filled in, so nothing was done. Please fill it in again."

BUG = (
    "The bot had a fault of its own. Look whether anything came of it before you try again."
    " Its log says why; an admin can read it."
)

DONE = "Done."

OUT_OF_DATE = "This is out of date. Please use the newest message, or open it again."
