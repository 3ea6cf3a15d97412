"""Profile of Glific: its names, its limits, what it can do, and the files that WhatsApp takes."""

from bot.domain.opt_out import OptOutWords
from bot.domain.provider_profile import CallRate, FileLimits, ProviderLimits, ProviderProfile
from bot.domain.segments import Segments
from bot.ports.capabilities import Capability

_WORDLESS = frozenset({"audio/mpeg", "audio/mp4", "audio/amr", "application/pdf"})

FILES = FileLimits(
    types=frozenset({"image/jpeg", "image/png", "video/mp4", "video/3gpp"}) | _WORDLESS,
    count=1,
    total_bytes=16_777_216,
    endings=("jpg", "jpeg", "png", "gif", "heic", "webp", "mp4", "3gp", "mp3", "m4a", "amr", "pdf"),
    kinds="pictures, MP4 and 3GP videos, MP3, M4A and AMR sound, and PDF documents",
    kinds_short="pictures, videos, sound and PDF",
    wordless=_WORDLESS,
    picture_bytes=5_000_000,
)
"""Files that Glific takes for WhatsApp; how large each kind may be, it says itself when it is asked (validateMedia);
pictures have 5 MB: https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media

Source: https://github.com/glific/glific, lib/glific/messages.ex
"""


def _costs_nothing(_text: str) -> Segments | None:
    """Measure a text on WhatsApp, whose length costs nothing."""
    return None


CAPABILITIES = frozenset(Capability) - {Capability.WEBHOOKS, Capability.CHANNELS, Capability.NUMBER_INFO}
"""What a connection can do besides sending."""

PROFILE = ProviderProfile(
    code="glific",
    name="Glific",
    line="WhatsApp by Glific",
    limits=ProviderLimits(
        longest_text=4_000,  # Glific takes 4,095; the rest is room for what breaks its variables in a text
        sends=CallRate(2, 10),  # 180 calls a minute in all, of which the bot keeps some for reading
        lookups=CallRate(1, 10),
    ),
    opt_out_words=OptOutWords(
        frozenset(), frozenset()
    ),  # it says itself who opted out, by its flows or WhatsApp's menu
    measure=_costs_nothing,
    filters_short_links=False,
    medium="WhatsApp",
    is_reach_limited=False,
    token_setting="GLIFIC_PASSWORD",  # noqa: S106 - the name of a setting
    address_setting="GLIFIC_API_URL",
    where_tokens_are="Glific → Staff Management",
    free_text_rule="WhatsApp takes free text only for 24 hours after somebody wrote.",
)
