"""Every word that `/volt` answers, ephemeral, in mrkdwn; what people typed is escaped before it is repeated."""

from bot.domain.errors import VoltBotError
from bot.slack import inert


def sending(number: str, place: str) -> str:
    """Answer `/volt send`."""
    return f"Sending your text to {number}. The conversation is in {place}."


def opening(number: str, place: str) -> str:
    """Answer `/volt open`."""
    return f"The conversation with {number} is in {place}."


HELP = """*Text your customers from Slack*
• `/volt send +1 555 555 0145 Your order is ready` – send a text; the conversation opens in the channel
• `/volt open (555) 555-0145` – open the conversation without sending anything
• `/volt help` – this list

In a conversation's thread, just write: every message is texted to the contact. \
Start with `//` to keep a message among yourselves."""

KEPT_INSIDE = "The text begins with `//`, which keeps a message among yourselves, so nothing was sent."

USAGE = {
    "send": "Write `/volt send NUMBER TEXT`, for example `/volt send (555) 555-0145 Your order is ready`.",
    "open": "Write `/volt open NUMBER`, for example `/volt open (555) 555-0145`.",
}


def unknown_command(word: str, nearest: str | None) -> str:
    """Answer a word that is no command."""
    guess = f" Did you mean `/volt {nearest}`?" if nearest else ""
    return f"I do not know `/volt {inert.escape(word[:40])}`.{guess} `/volt help` lists what I can do."


def bad_argument(reason: str, command: str) -> str:
    """Answer a command whose arguments cannot be used."""
    return f"{reason}\n{USAGE[command]}"


def own_number(number: str) -> str:
    """Answer a command with our own number."""
    return f"{number} is our own number: it cannot text itself."


def not_now(error: VoltBotError) -> str:
    """Answer when nothing could be stored."""
    return f"That did not work, and nothing was sent: {inert.escape(str(error)[:200])}. Please try again in a moment."
