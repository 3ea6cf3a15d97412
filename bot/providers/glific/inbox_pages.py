"""Inbox of a WhatsApp number as the bridge knows inboxes: all conversations, the one with the latest message first.

Test contacts of Glific's own pages are left out.
"""

from collections.abc import Sequence

from bot.domain.phone import E164
from bot.domain.provider_messages import RemoteConversation
from bot.domain.provider_records import InboxRecord, Page
from bot.providers.glific.calls.directory import GlificDirectory, InboxRow

ROWS = 50
"""Conversations that are asked for at once."""


class GlificInbox:
    """ProviderInbox (bot.ports.capabilities) of one WhatsApp number."""

    def __init__(self, calls: GlificDirectory) -> None:
        self._calls = calls

    async def inbox(self, account: E164) -> Sequence[RemoteConversation]:  # noqa: ARG002 - one account, one number
        """List the conversations with the newest texts. Safe to repeat. Raises CallFailed."""
        found = await self._calls.inbox(limit=ROWS)
        return [_conversation(row) for row in found if not row.contact.is_simulator]

    async def inbox_page(self, account: E164, before: str | None = None) -> Page[InboxRecord]:  # noqa: ARG002
        """Read a page of the inbox, the newest page first. Safe to repeat. Raises CallFailed."""
        start = int(before) if before and before.isdecimal() else 0
        found = await self._calls.inbox(start=start, limit=ROWS)
        older = str(start + ROWS) if len(found) == ROWS else None
        return Page(tuple(_record(row) for row in found if not row.contact.is_simulator), older)


def _conversation(row: InboxRow) -> RemoteConversation:
    text, at = (row.latest.text, row.latest.sent_at) if row.latest is not None else ("", None)
    return RemoteConversation(row.contact.phone, text, at)


def _record(row: InboxRow) -> InboxRecord:
    text, at = (row.latest.text, row.latest.sent_at) if row.latest is not None else ("", None)
    return InboxRecord(row.contact.phone, row.contact.name, text, row.is_unread, at)
