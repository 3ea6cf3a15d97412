"""Provider of a carrier that can only send: bot.ports.messaging.Provider, and no capability besides."""

from __future__ import annotations

from typing import Any

import aiohttp

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import FailureScope, OutcomeUnknown, Rejected, Retryable
from bot.domain.opt_out import OptOutWords
from bot.domain.own_numbers import number_of
from bot.domain.provider_messages import Accepted, OutgoingText
from bot.domain.provider_profile import CallRate, ProviderLimits, ProviderProfile
from bot.ports.capabilities import Capabilities

PIGEON = ProviderProfile(
    code="pigeon",
    name="Pigeon",
    line="SMS by Pigeon",
    limits=ProviderLimits(longest_text=60, sends=CallRate(5, 5), lookups=CallRate(1, 1)),
    opt_out_words=OptOutWords(frozenset({"BASTA"}), frozenset({"AVANTI"})),
    measure=lambda _text: None,
    marks_numbers=False,
    filters_short_links=False,
)


class SendOnlyProvider:
    """Provider that can only send; from start() to close()."""

    profile = PIGEON
    capabilities = Capabilities()

    def __init__(self, url: str) -> None:
        self._url = url

    async def start(self) -> None:
        """Open the session."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))

    async def close(self) -> None:
        """Close it."""
        await self._session.close()

    async def send(self, outgoing: OutgoingText) -> Accepted:
        """Send one text, once. Raises Rejected, Retryable or OutcomeUnknown."""
        answer = await self._post(
            {"key": outgoing.key, "from": number_of(outgoing.account), "to": outgoing.contact, "body": outgoing.body}
        )
        return Accepted(str(answer["id"]), "", DeliveryStatus.SENT)

    async def probe(self) -> None:
        """Connect to the carrier. Raises CallFailed."""
        try:
            async with self._session.get(self._url):
                return
        except aiohttp.ClientError as error:
            raise Retryable("unreachable", "Pigeon cannot be reached.", scope=FailureScope.RATE_LIMIT) from error

    async def _post(self, text: dict[str, str]) -> dict[str, Any]:
        try:
            async with self._session.post(f"{self._url}/texts", json=text) as response:
                if response.status == 503:
                    raise Retryable("busy", "Pigeon is busy and took nothing.", scope=FailureScope.RATE_LIMIT)
                if response.status >= 400:
                    raise Rejected("refused", "Pigeon does not take this text.")
                answer: dict[str, Any] = await response.json()
                return answer
        except aiohttp.ClientConnectorError as error:
            raise Retryable("unreachable", "Pigeon cannot be reached.", scope=FailureScope.RATE_LIMIT) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OutcomeUnknown("no_answer", "Pigeon did not answer.") from error
