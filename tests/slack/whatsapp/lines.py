"""The WhatsApp line of these tests, and handlers whose texts come by it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from bot.bridge.messages.inbound import record_inbound
from bot.domain.message import Inbound
from bot.domain.phone import E164
from bot.providers.glific.profile import PROFILE as GLIFIC
from tests.harness.handlers import Handlers
from tests.harness.world import CHANNEL, DANA

WHATSAPP = GLIFIC.account_of(E164("+15555550188"))
TENANT = "demo.glific.com"


class OnWhatsApp(Handlers):
    """Handlers that hear of what contacts write on WhatsApp."""

    async def hear(self, contact: str = DANA, text: str = "Hello") -> None:
        """Take in a text of a contact once nothing else is under way, and show it."""
        await self.idle()
        at = datetime.now(UTC)
        own_id = f"{TENANT}:{at.timestamp()}"
        inbound = Inbound(own_id, f"record:{own_id}", WHATSAPP, E164(contact), text, (), at, own_id)
        await self.store.run(partial(record_inbound, inbound=inbound, channel=CHANNEL))
        await self.idle()
