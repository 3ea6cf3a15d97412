"""Consents at Glific: that a person agreed to be written to on WhatsApp. Without one no template may be sent.

Refuses who opted out: only they themselves can undo that, by writing. Refuses who is blocked, for Glific would not note
it either.
"""

from bot.domain.errors import Rejected
from bot.domain.phone import E164
from bot.domain.provider_records import ContactRecord
from bot.providers.glific.calls.account import GlificAccount
from bot.providers.glific.calls.error_mapping import unreadable_answer
from bot.providers.glific.contact_records import read_record

_OPTED_OUT = "This person has opted out. Only they can undo that, by writing to the number again."
_BLOCKED = "This contact is blocked. Unblock it first."


class GlificConsents:
    """Consents (bot.ports.capabilities) of one WhatsApp number."""

    def __init__(self, calls: GlificAccount) -> None:
        self._calls = calls

    async def note_consent(self, account: E164, contact: E164, name: str = "") -> ContactRecord:  # noqa: ARG002 - one number
        """Note that a person agreed; a contact that is not known is made. Safe to repeat. Raises CallFailed."""
        known = await read_record(self._calls, contact)
        if known is not None and known.is_blocked:
            raise Rejected("blocked", _BLOCKED)
        if known is not None and known.consent is not None and known.consent.is_withdrawn:
            raise Rejected("opted_out", _OPTED_OUT)
        await self._calls.opt_in(contact, name)
        noted = await read_record(self._calls, contact)
        if noted is None or noted.consent is None or noted.consent.given_at is None:
            raise unreadable_answer()
        return noted
