"""A bot that has been at work for long: 20,000 texts in its database, 2,000 threads in its channel, known to Volt."""

from __future__ import annotations

from bot.sandbox.slack.state.model import Message
from bot.sandbox.volt.model import VoltMessage
from tests.benchmarks.growth import fill
from tests.benchmarks.requests import contact, thread_ts
from tests.harness.as_process import Harness
from tests.harness.world import ACCOUNT, CHANNEL, shown

CONTACTS, DEPTH = 2_000, 10
TEXT = "Could you tell me whether my order has left, please?"
LONG_AGO = "2024-01-01T00:00:00.000+00:00"


def fill_history(harness: Harness) -> list[str]:
    """Fill database, channel and Volt's record before the first start; returns the contacts."""
    fill(harness.folder / "bot.db", CONTACTS, depth=DEPTH)
    contacts = [contact(number) for number in range(CONTACTS)]
    for number, one in enumerate(contacts):
        harness.slack.channels[CHANNEL].messages.append(_header(number, one, harness))
        text = VoltMessage(ACCOUNT, one, TEXT, direction="inbound", status="received", created_at=LONG_AGO)
        harness.volt.inbound.append(text)
    return contacts


def chatter(harness: Harness, times: int = 600) -> None:
    """Let colleagues write this much while the bot is away for longer than Slack goes on telling it."""
    for number in range(times):
        words = f"A word among colleagues, number {number}"
        harness.slack.add(Message(CHANNEL, harness.slack.next_ts(), words, user="U0BEN"))


def _header(number: int, contact_: str, harness: Harness) -> Message:
    slack = harness.slack
    return Message(
        CHANNEL, thread_ts(number), f"{shown(contact_)} · new contact", user=slack.bot_user_id, bot_id=slack.bot_id
    )
