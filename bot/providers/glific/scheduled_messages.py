"""Messages that Glific sends later: it checks now whether free text may be sent, and takes none of them back."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.errors import Rejected
from bot.domain.phone import E164
from bot.domain.provider_records import WaveRecord
from bot.providers.glific.calls.client import GlificClient
from bot.providers.glific.line import GlificLine

_ONE_CONTACT = "Glific schedules a text to one contact at a time. Schedule one for each."
_WORDS_ONLY = "Only words can be scheduled. Send the file now, or schedule the words alone."


class GlificScheduling:
    """Scheduling (bot.ports.capabilities) of one WhatsApp number."""

    def __init__(self, line: GlificLine, calls: GlificClient) -> None:
        self._line = line
        self._calls = calls

    async def schedule_text(
        self,
        account: E164,  # noqa: ARG002 - one account, one number
        numbers: Sequence[E164],
        body: str,
        at: datetime,
        media: Sequence[str] = (),
    ) -> WaveRecord | None:
        """Have a text sent at an aware moment. NOT safe to repeat after OutcomeUnknown.

        Raises Rejected, Retryable or OutcomeUnknown.
        """
        if len(numbers) != 1:
            raise Rejected("one_contact", _ONE_CONTACT)
        if media:
            raise Rejected("words_only", _WORDS_ONLY)
        made = await self._calls.send_at(numbers[0], body, at)
        return WaveRecord(self._line.whole_id(made.provider_id), "", body, at, 1, 0, 0, ())
