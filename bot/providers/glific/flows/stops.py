"""Flow stops: a contact is taken out of the flow that talks to them before a person answers, or both would answer.

Once is enough until a flow is seen to write to the contact again; a bot that does not watch the stream sees none, and
stops them before each text. A stop that fails, or takes long, holds up no text: a
person's answer matters more than that a flow may say something beside it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.domain.errors import CallFailed
from bot.domain.phone import E164
from bot.providers.glific.calls.account import GlificAccount
from bot.providers.glific.calls.remembered import Remembered
from bot.providers.glific.wire.messages import GlificMessage

REMEMBERED = 10_000
"""Contacts of whom it is remembered that no flow talks to them; of others it is said to Glific once more."""

WAIT_S = 2.0
"""Seconds that a text waits for the stop: most of the time within which it has to leave is its own."""

_log = structlog.get_logger()


class FlowStops:
    """Flow stops of one line, by its calls."""

    def __init__(self, calls: GlificAccount) -> None:
        self._calls = calls
        self._free = Remembered[bool](REMEMBERED)
        self._is_watching = False

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Remember who is in no flow as long as it is told who writes."""
        self._is_watching = True
        try:
            yield
        finally:
            self._is_watching, self._free = False, Remembered(REMEMBERED)

    async def before_a_person(self, contact: E164) -> None:
        """Take a contact out of their flows, unless that was done."""
        if self._free.get(contact):
            return
        try:
            async with asyncio.timeout(WAIT_S):
                await self._calls.stop_flows(contact)
        except (CallFailed, TimeoutError) as error:
            code = error.code if isinstance(error, CallFailed) else "late"
            _log.warning("glific_flow_not_stopped", code=code)
            return
        if self._is_watching:
            self._free.note(contact, value=True)

    def note(self, message: GlificMessage) -> None:
        """Take note of who writes: what nobody has sent was sent by a flow."""
        if message.contact is not None and message.contact.phone and not message.is_inbound and not message.user_id:
            self._free.forget(message.contact.phone)
