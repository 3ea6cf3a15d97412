"""Profile of Volt: its names, its limits, what it can do, and the words that it acts on."""

from bot.domain.opt_out import SMS_WORDS
from bot.domain.provider_profile import CallRate, FileLimits, ProviderLimits, ProviderProfile
from bot.ports.capabilities import Capability

FILES = FileLimits(
    types=frozenset({"image/jpeg", "image/png", "image/gif", "text/vcard"}),
    count=10,
    total_bytes=1_000_000,
    endings=("jpg", "jpeg", "png", "gif", "heic", "webp", "vcf"),
    kinds="pictures and contact cards (.vcf)",
    kinds_short="pictures and contact cards (vcf)",
)
"""Files that Volt takes along with a text. Source of the types: https://docs.textvolt.com/v1.0/, createMessage.

It names no limit of their size; this is the one of its likely carriers.
"""

WEBHOOK_PATH = "/volt/webhooks"
"""Path at which webhooks come; behind it the secret of a connection, where it has one."""

CAPABILITIES = frozenset(
    {
        Capability.HISTORY,
        Capability.INBOX,
        Capability.STATUS_LOOKUP,
        Capability.CONTACTS,
        Capability.LISTS,
        Capability.WAVES,
        Capability.SCHEDULING,
        Capability.WEBHOOKS,
        Capability.MEDIA,
    }
)
"""What a connection can do besides sending."""

PROFILE = ProviderProfile(
    code="volt",
    name="Volt",
    line="SMS by Volt",
    limits=ProviderLimits(
        longest_text=1_600,  # Volt gives no limit; ten parts of 160 is where its carriers (Twilio and others) stop
        sends=CallRate(50, 16),  # Volt publishes no figure; its 429 is what slows us down
        lookups=CallRate(5, 10),  # no figure is published
    ),
    opt_out_words=SMS_WORDS,  # of which it lists the first six: "Receiving opt-out webhooks with the Volt GraphQL API"
    marks_numbers=False,  # it was the first: numbers without a code are its own
    webhook_route=WEBHOOK_PATH,
    token_setting="VOLT_API_TOKEN",  # noqa: S106 - the name of a setting
    address_setting="VOLT_API_URL",
    verify_setting="VOLT_WEBHOOK_VERIFY",
    where_tokens_are="Volt → Settings → Developers",
    where_webhooks_are="Volt → Settings → Webhooks",
)
