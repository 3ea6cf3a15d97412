"""Provider of that carrier: it sends, tells of windows and has templates, and can do nothing besides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import aiohttp

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import FailureScope, OutcomeUnknown, Rejected, Retryable
from bot.domain.phone import E164
from bot.domain.provider_messages import Accepted, OutgoingText
from bot.domain.provider_profile import CallRate, ProviderLimits, ProviderProfile
from bot.domain.provider_records import TemplateOffer, TemplateRecord, WaveRecord, offer_of
from bot.domain.window import WINDOW_CLOSED
from bot.ports.capabilities import Capabilities

KITE = ProviderProfile(
    code="kite",
    name="Kite",
    line="Chat by Kite",
    limits=ProviderLimits(longest_text=60, sends=CallRate(50, 50), lookups=CallRate(50, 50)),
    measure=lambda _text: None,
    filters_short_links=False,
    marks_numbers=False,
    free_text_rule="Kite takes free text only for a day after somebody wrote.",
)


class WindowProvider:
    """Provider with a window; from start() to close()."""

    profile = KITE

    def __init__(self, url: str) -> None:
        self._url = url
        self.capabilities = Capabilities(window=self, templates=self, scheduling=self)

    async def start(self) -> None:
        """Open the session."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))

    async def close(self) -> None:
        """Close it."""
        await self._session.close()

    async def send(self, outgoing: OutgoingText) -> Accepted:
        """Send one text, once. Raises Rejected or OutcomeUnknown."""
        template = outgoing.template
        text = {
            "to": outgoing.contact,
            "body": outgoing.body,
            "media": outgoing.media or ((template.media,) if template and template.media else ()),
            "template": {"id": template.id, "params": template.params} if template else None,
        }
        try:
            async with self._session.post(f"{self._url}/texts", json=text) as response:
                if response.status == 409:
                    raise Rejected(WINDOW_CLOSED, "Kite takes no free text now.")
                return Accepted(str((await response.json())["id"]), "", DeliveryStatus.SENT)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OutcomeUnknown("no_answer", "Kite did not answer.") from error

    async def probe(self) -> None:
        """Ask for the templates. Raises CallFailed."""
        await self._read("templates")

    async def open_until(self, account: E164, contact: E164) -> datetime | None:  # noqa: ARG002 - it has one number
        """Tell until when free text may be sent. Raises Retryable."""
        until = (await self._read(f"windows/{contact}"))["until"]
        return datetime.fromisoformat(until) if until else None

    async def templates(self, account: E164, contact: E164) -> TemplateOffer:  # noqa: ARG002
        """List the templates; everybody has one language. Raises Retryable."""
        told = await self._read("templates")
        return offer_of([TemplateRecord(**template) for template in told["templates"]], told["language"])

    async def schedule_text(
        self,
        account: E164,  # noqa: ARG002
        numbers: Sequence[E164],
        body: str,
        at: datetime,
        media: Sequence[str] = (),  # noqa: ARG002
    ) -> WaveRecord | None:
        """Have a text sent later. Raises OutcomeUnknown."""
        later = {"to": list(numbers), "body": body, "at": at.isoformat()}
        async with self._session.post(f"{self._url}/later", json=later) as response:
            if response.status != 200:
                raise OutcomeUnknown("no_answer", "Kite did not answer.")
        return None

    async def _read(self, path: str) -> Any:
        async with self._session.get(f"{self._url}/{path}") as response:
            if response.status != 200:
                raise Retryable("busy", "Kite is busy.", scope=FailureScope.RATE_LIMIT)
            return await response.json()
