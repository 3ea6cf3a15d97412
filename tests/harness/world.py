"""Constants of the tests: our number, two contacts, two agents, and the channel of the conversations."""

from __future__ import annotations

from bot.domain.ids import ChannelId, UserId
from bot.domain.phone import E164

ACCOUNT = E164("+15555550123")
DANA, MARCO = E164("+15555550145"), E164("+15555550146")
CHANNEL = ChannelId("C0SUPPORT")
AVA, BEN = UserId("U0AVA"), UserId("U0BEN")


def shown(number: str) -> str:
    """Write a number of the account's region the way people there do, as headers show it."""
    return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
