"""Profiles of all providers that the bot knows, by their codes."""

from bot.domain.provider_profile import Profiles
from bot.providers.glific.profile import PROFILE as GLIFIC
from bot.providers.volt.profile import PROFILE as VOLT

PROFILES: Profiles = {profile.code: profile for profile in (VOLT, GLIFIC)}
