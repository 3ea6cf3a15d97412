"""Volt client: sends texts through the GraphQL API, and looks them up.

One call, one HTTP request, no repeats: createMessage has no idempotency key, so the bridge decides what is tried again.
The rest of the API is in directory.py, the connection in graphql.py.
Source: https://docs.textvolt.com/v1.0/ and "Send an SMS message with the Volt GraphQL API",
https://simonsays.atlassian.net/wiki/x/BYALAg
"""

from collections.abc import Awaitable, Sequence
from typing import Any

from bot.domain.errors import CallFailed, MalformedPayload, Rejected
from bot.domain.message import Failure
from bot.domain.phone import E164, can_be_texted
from bot.domain.provider_messages import Accepted, OutgoingText, RemoteConversation, RemoteText
from bot.ports.capabilities import Capabilities, WaveLimits
from bot.providers.volt.directory import VoltDirectory, only_numbers
from bot.providers.volt.error_mapping import NOT_FOUND, unreadable_answer
from bot.providers.volt.graphql import OPERATIONS
from bot.providers.volt.message_wire import (
    accepted_from_wire,
    account_from_wire,
    inbox_line_from_wire,
    listed_from_wire,
    mapped_from_wire,
    name_from_wire,
)
from bot.providers.volt.profile import FILES, PROFILE
from bot.providers.volt.record_wire import OPERATORS
from bot.time_of_day import utc_now

__all__ = ["OPERATIONS", "VoltClient"]

REFUSALS = frozenset({"graphql", NOT_FOUND, "103"})
"""Codes by which Volt says that a number or a text is none of ours; any other failure says nothing about it."""

NAME_TIMEOUT_S = 2.0
"""A name is a courtesy: a text is shown without it rather than late."""


class VoltClient(VoltDirectory):
    """Provider (bot.ports.messaging) for one Volt organization. `token` is sent as Bearer and shown nowhere."""

    profile = PROFILE
    operators = OPERATORS
    has_queries = True
    are_named = False
    wave_limits = WaveLimits()
    file_limits = FILES

    @property
    def capabilities(self) -> Capabilities:
        """What a connection to Volt can do besides sending."""
        return Capabilities(
            history=self,
            inbox=self,
            status_lookup=self,
            contacts=self,
            lists=self,
            waves=self,
            scheduling=self,
            webhooks=self,
            media=self,
        )

    async def send(self, outgoing: OutgoingText) -> Accepted:
        """Send one text. NOT safe to repeat after OutcomeUnknown. Raises Rejected, Retryable or OutcomeUnknown."""
        only_numbers([outgoing.contact])
        variables: dict[str, Any] = {
            "to": outgoing.contact,
            "from": outgoing.account,
            "body": outgoing.body,
            "passthrough": outgoing.key,
        }
        if outgoing.media:
            variables["media"] = list(outgoing.media)
        data = await self._call("CreateMessage", variables)
        try:
            answer = accepted_from_wire(data.get("createMessage"))
        except MalformedPayload:
            raise unreadable_answer() from None
        if isinstance(answer, Failure):
            raise Rejected(answer.code or "failed", answer.user_message, allows_manual_retry=answer.allows_manual_retry)
        return answer

    async def contact_name(self, account: E164, contact: E164) -> str:
        """Look up the name the contact is saved under, or "". Safe to repeat. Raises CallFailed."""
        return name_from_wire(await self._contact(account, contact)) if can_be_texted(contact) else ""

    async def _contact(self, account: E164, contact: E164) -> object:
        variables = {"primaryPhone": account, "phoneNumber": contact}
        data = await self._call("Contact", variables, timeout_s=min(NAME_TIMEOUT_S, self._timeout_s))
        return data.get("contact")

    async def list_texts(self, account: E164, contact: E164) -> Sequence[RemoteText]:
        """List the newest texts between the account number and the contact. Safe to repeat. Raises CallFailed.

        Texts by a number of the account's pool are among them.
        """
        data = await self._call("Conversation", {"to": contact, "from": account})
        conversation = data.get("conversation")
        messages = conversation.get("messages") if isinstance(conversation, dict) else None
        if not isinstance(messages, list):
            raise unreadable_answer()
        return [_listed(message, contact) for message in messages]

    async def inbox(self, account: E164) -> Sequence[RemoteConversation]:
        """List the conversations with the newest texts. Safe to repeat. Raises CallFailed."""
        inbox = (await self._call("Inbox", {"from": account})).get("inbox")
        items = inbox.get("items") if isinstance(inbox, dict) else None
        if not isinstance(items, list):
            raise unreadable_answer()
        return [inbox_line_from_wire(item, utc_now()) for item in items]

    async def find_text(self, account: E164, provider_id: str, legacy_id: str, contact: E164) -> RemoteText | None:  # noqa: ARG002
        """Look one text up by Volt's id, or by the carrier's where that is all we know. Safe to repeat.

        Raises CallFailed.
        """
        if provider_id:
            found = (await self._call("Message", {"id": provider_id})).get("message")
        else:
            found = (await self._call("LegacyMessage", {"id": legacy_id})).get("legacyMessage")
        return None if found is None else _listed(found, contact)

    async def account_of(self, account: E164, number: E164, contact: E164, legacy_id: str) -> E164 | None:
        """Find the account of a number of our organization: the given one for a number of its pool; None for others'.

        Volt lists no pools and no numbers, so it is asked in three ways: which number it uses for the contact, which
        account a text belongs to, and whether the inbox of a number is ours. Safe to repeat. Raises CallFailed where
        no way confirms the number and one of them could not be asked.
        """
        failed: list[CallFailed] = []
        if can_be_texted(contact):
            found = await _told(self._contact(account, contact), failed)
            if mapped_from_wire(found) == number:
                return account
        text = await _told(self._text_of(legacy_id), failed) if legacy_id else None
        of_text = account_from_wire(text)
        if of_text == account:
            return account
        # a text's account counts only where its inbox is ours: whether Volt finds texts of others is not documented
        for primary in dict.fromkeys((number, of_text or number)):
            if owner := account_from_wire(await _told(self._inbox_of(primary, NAME_TIMEOUT_S), failed)):
                return owner
        if failed:
            raise failed[0]
        return None

    async def _text_of(self, legacy_id: str) -> object:
        return (await self._call("AccountOfMessage", {"id": legacy_id}, timeout_s=NAME_TIMEOUT_S)).get("legacyMessage")

    async def probe(self) -> None:
        """Check that Volt answers and takes the token. Safe to repeat. Raises CallFailed."""
        await self.webhooks()


async def _told(answer: Awaitable[object], failed: list[CallFailed]) -> object:
    """Read what Volt answers; None where it says no, or gave no answer, which is noted in `failed`."""
    try:
        return await answer
    except CallFailed as error:
        if error.code not in REFUSALS:
            failed.append(error)
        return None


def _listed(message: object, contact: E164) -> RemoteText:
    try:
        return listed_from_wire(message, contact, utc_now())
    except MalformedPayload:
        raise unreadable_answer() from None
