"""Contact channels: by which channel of a provider a contact is reached, for each of our numbers. Pure.

They are one value of a workspace, which is known here because a person's channel is erased with them, also while no bot
runs. Holds ids and numbers, and no text.
"""

import json
from collections.abc import Mapping

from bot.domain.phone import E164

CONTACT_CHANNELS = "contact channels"
"""Name of the value."""

Channels = dict[str, dict[E164, str]]
"""The id of each contact's channel, by our number and theirs; "" where a person wants none used."""


def read_channels(stored: str | None) -> Channels:
    """Read what is stored; none where that cannot be read."""
    try:
        found = json.loads(stored or "{}")
    except ValueError:
        return {}
    return {number: _of_number(one) for number, one in found.items()} if isinstance(found, dict) else {}


def _of_number(found: object) -> dict[E164, str]:
    if not isinstance(found, dict):
        return {}
    return {E164(contact): channel for contact, channel in found.items() if isinstance(channel, str)}


def written_channels(channels: Mapping[str, Mapping[E164, str]]) -> str:
    """Write what is stored."""
    return json.dumps(channels)


def channels_without(stored: str | None, contact: E164) -> str | None:
    """Take a contact out of what is stored; None where they are not in it."""
    channels = read_channels(stored)
    if not any(contact in of_number for of_number in channels.values()):
        return None
    return written_channels(
        {number: {key: value for key, value in one.items() if key != contact} for number, one in channels.items()}
    )
