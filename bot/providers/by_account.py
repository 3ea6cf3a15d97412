"""Several connections of one workspace as one provider: each call goes by the connection of its account number.

A number that belongs to none of them, because its connection was removed, is refused in words: nothing leaves by
another organization's token. What is asked by an id alone is asked of each connection in turn.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from bot.domain.errors import CallFailed, Rejected
from bot.domain.phone import E164
from bot.domain.provider_messages import Accepted, OutgoingText, RemoteConversation, RemoteText
from bot.domain.provider_records import (
    ContactRecord,
    InboxRecord,
    ListRecord,
    Page,
    Rule,
    TextRecord,
    WaveRecord,
    WebhookRecord,
)
from bot.providers.volt.client import VoltClient

T = TypeVar("T")

NOT_CONNECTED = "not_connected"
_WORDS = "This number of ours is not connected any more. A manager can connect it again with /volt connect."


class ProviderByAccount:
    """bot.ports.messaging.Provider and bot.ports.directory.Directory over the clients of a workspace's numbers.

    `clients` holds the client of each of our numbers, `main` the one for what concerns no number.
    """

    longest_text = VoltClient.longest_text

    def __init__(self, clients: Mapping[E164, VoltClient], main: VoltClient) -> None:
        self._clients, self._main = clients, main

    def _of(self, account: E164) -> VoltClient:
        client = self._clients.get(account)
        if client is None:
            raise Rejected(NOT_CONNECTED, _WORDS)
        return client

    async def _first(self, ask: Callable[[VoltClient], Awaitable[T | None]]) -> T | None:
        """Ask each client until one knows. Raises CallFailed where none does and one did not answer."""
        failed: CallFailed | None = None
        for client in dict.fromkeys((self._main, *self._clients.values())):
            try:
                if (found := await ask(client)) is not None:
                    return found
            except CallFailed as error:
                failed = failed or error
        if failed is not None:
            raise failed
        return None

    # --- Provider

    async def send(self, outgoing: OutgoingText) -> Accepted:
        """Send one text by the connection of its number."""
        return await self._of(outgoing.account).send(outgoing)

    async def contact_name(self, account: E164, contact: E164) -> str:
        """Look up the name of a contact."""
        return await self._of(account).contact_name(account, contact)

    async def list_texts(self, account: E164, contact: E164) -> Sequence[RemoteText]:
        """List the newest texts of a conversation."""
        return await self._of(account).list_texts(account, contact)

    async def inbox(self, account: E164) -> Sequence[RemoteConversation]:
        """List the conversations with the newest texts."""
        return await self._of(account).inbox(account)

    async def find_text(self, account: E164, provider_id: str, legacy_id: str, contact: E164) -> RemoteText | None:
        """Look one text up."""
        return await self._of(account).find_text(account, provider_id, legacy_id, contact)

    # --- Directory

    async def contact(self, account: E164, number: E164) -> ContactRecord | None:
        """Read a contact."""
        return await self._of(account).contact(account, number)

    async def save_contact(self, account: E164, card: ContactRecord) -> ContactRecord:
        """Write a contact whole."""
        return await self._of(account).save_contact(account, card)

    async def history(self, account: E164, contact: E164, before: str | None = None) -> Page[RemoteText]:
        """Read a page of a conversation."""
        return await self._of(account).history(account, contact, before)

    async def inbox_page(self, account: E164, before: str | None = None) -> Page[InboxRecord]:
        """Read a page of the inbox."""
        return await self._of(account).inbox_page(account, before)

    async def text_record(self, text_id: str) -> TextRecord | None:
        """Look a text up by its id."""
        return await self._first(lambda client: client.text_record(text_id))

    async def contact_list(self, account: E164, name: str) -> ListRecord | None:
        """Read a list."""
        return await self._of(account).contact_list(account, name)

    async def save_list(
        self, account: E164, name: str, *, source: str = "", search_term: str = "", rules: Sequence[Rule] = ()
    ) -> ListRecord:
        """Make a list, or replace its query."""
        return await self._of(account).save_list(account, name, source=source, search_term=search_term, rules=rules)

    async def add_to_list(self, account: E164, name: str, numbers: Sequence[E164]) -> ListRecord:
        """Add contacts to a list."""
        return await self._of(account).add_to_list(account, name, numbers)

    async def schedule_text(
        self, account: E164, numbers: Sequence[E164], body: str, at: datetime, media: Sequence[str] = ()
    ) -> WaveRecord | None:
        """Have a text sent later."""
        return await self._of(account).schedule_text(account, numbers, body, at, media)

    async def schedule_wave(
        self,
        account: E164,
        name: str,
        body: str,
        at: datetime,
        lists: Sequence[str],
        *,
        is_draft: bool,
        media: Sequence[str] = (),
    ) -> WaveRecord | None:
        """Have a text sent to lists."""
        return await self._of(account).schedule_wave(account, name, body, at, lists, is_draft=is_draft, media=media)

    async def wave(self, wave_id: str) -> WaveRecord | None:
        """Read a wave."""
        return await self._first(lambda client: client.wave(wave_id))

    async def webhooks(self) -> Sequence[WebhookRecord]:
        """List the webhooks of the main connection."""
        return await self._main.webhooks()

    async def register_webhook(self, url: str) -> WebhookRecord:
        """Register an address at the main connection."""
        return await self._main.register_webhook(url)

    async def delete_webhook(self, webhook_id: str) -> bool:
        """Remove a registration of the main connection."""
        return await self._main.delete_webhook(webhook_id)

    async def probe(self) -> None:
        """Ask something harmless."""
        await self._main.probe()
