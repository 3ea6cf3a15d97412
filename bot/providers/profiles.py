"""Providers that the bot knows, by their codes: a line for each room.

What a room says of itself is in its profile.py: `PROFILE`, and `CAPABILITIES`, what each of its connections can do.
"""

from bot.domain.provider_profile import Profiles
from bot.ports.capabilities import Capability
from bot.providers.courier import profile as courier
from bot.providers.glific import profile as glific
from bot.providers.volt import profile as volt

_ROOMS = (volt, glific, courier)

PROFILES: Profiles = {room.PROFILE.code: room.PROFILE for room in _ROOMS}

CAPABILITIES: dict[str, frozenset[Capability]] = {room.PROFILE.code: room.CAPABILITIES for room in _ROOMS}
"""What a connection to each provider can do besides sending."""
