"""Profile of Carium's courier: its names, its limits and what it can do.

Its definition names neither the longest text nor how many calls it takes, so both are careful guesses.
"""

from bot.domain.provider_profile import CallRate, FileLimits, ProviderLimits, ProviderProfile
from bot.ports.capabilities import Capability

CALLS_PER_S = 5.0
"""Calls per second of all kinds, until Carium says what it takes."""

CALLBACK_PATH = "/courier/callbacks/"
"""Path of the callback addresses; behind it the token of each."""

HEALTH_WARNING = (
    "Carium is a health-care system: what patients write, and what is written to them, is copied into Slack and kept "
    "there. Connect it only where your organization has decided that Slack may hold such data."
)
"""What an admin is told before a line is connected."""

FILES = FileLimits(
    types=frozenset({"image/jpeg", "image/png", "image/gif", "application/pdf"}),
    count=5,
    total_bytes=5_000_000,
    endings=("jpg", "jpeg", "png", "gif", "heic", "webp", "pdf"),
    kinds="pictures and PDF files",
    kinds_short="pictures and PDF",
)
"""Files that go along with a message in a channel; of the types that are taken the definition shows only one."""

CAPABILITIES = frozenset({Capability.STATUS_LOOKUP, Capability.NUMBER_INFO})
"""What a connection can do besides sending."""

CHANNEL_CAPABILITIES = frozenset({Capability.MEDIA, Capability.STREAM, Capability.CHANNELS})
"""What a connection can do as well where channels are used."""

PROFILE = ProviderProfile(
    code="courier",
    name="Carium",
    line="SMS by Carium (experimental)",
    remark="experimental",
    limits=ProviderLimits(
        longest_text=1_600,  # not documented; behind it is Twilio, which takes ten parts of 160
        sends=CallRate(CALLS_PER_S, CALLS_PER_S),
        lookups=CallRate(2, 4),
    ),
    token_setting="COURIER_PASSWORD",  # noqa: S106 - the name of a setting
    address_setting="COURIER_API_URL",
    where_tokens_are="Carium, from whoever runs it for your organization",
)
