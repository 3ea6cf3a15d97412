"""Sends texts through Volt's GraphQL API, and reads what Volt has on record.

One call, one HTTP request, no repeats, no redirects followed: createMessage has no idempotency key, so the bridge
decides what is tried again, and outcomes.py says what is certain. One session for the life of the client; operations
are parsed once, and checked against schema.graphql by a test, not at run time.
Source: https://docs.textvolt.com/v1.0/ and "Send an SMS message with the Volt GraphQL API",
https://simonsays.atlassian.net/wiki/x/BYALAg
"""

import logging
from collections.abc import Iterator, Sequence
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

import aiohttp
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport
from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, parse, print_ast

from bot.domain.errors import CallFailed, NotNow, Refused, Unreadable
from bot.domain.message import Failure
from bot.domain.phone import E164
from bot.ports import Accepted, InboxLine, Listed, Outgoing
from bot.providers.volt.outcomes import Answer, failed_call, unreadable_answer
from bot.providers.volt.wire import (
    Registered,
    accepted_from_wire,
    account_from_wire,
    inbox_line_from_wire,
    listed_from_wire,
    mapped_from_wire,
    name_from_wire,
    registered_from_wire,
)

NAME_TIMEOUT_S = 2.0
"""A name is a courtesy: a text is shown without one rather than late."""

CONNECT_TIMEOUT_S = 5.0
"""Seconds; always shorter than a whole call, so that a host that does not answer is certain failure and not doubt."""

_KEEPALIVE_S = 4.0
"""Idle seconds before a connection is given up. Common servers close after 5; a text that meets that moment is lost
in doubt."""

# at DEBUG gql writes whole requests and answers, with numbers and texts
logging.getLogger("gql").setLevel(logging.INFO)


def _operations() -> dict[str, DocumentNode]:
    text = files(__package__ or "bot.providers.volt").joinpath("operations.graphql").read_text("utf-8")
    parsed = parse(text, no_location=True).definitions
    shared = {node.name.value: node for node in parsed if isinstance(node, FragmentDefinitionNode)}
    nodes = [node for node in parsed if isinstance(node, OperationDefinitionNode)]
    return {node.name.value: DocumentNode(definitions=(node, *_spread(node, shared))) for node in nodes if node.name}


def _spread(
    node: OperationDefinitionNode, shared: dict[str, FragmentDefinitionNode]
) -> Iterator[FragmentDefinitionNode]:
    """Pick the fragments that an operation uses; GraphQL refuses unused ones."""
    words = set(print_ast(node).replace("...", " ").split())
    return (fragment for name, fragment in shared.items() if name in words)


OPERATIONS = _operations()
"""Each operation as a document of its own, by its name."""

_TEXTS = {name: print_ast(document) for name, document in OPERATIONS.items()}


class _Request(GraphQLRequest):
    """A request whose document is printed once, and not for every call: that was a third of a call's time."""

    def __init__(self, operation: str, variables: dict[str, Any] | None) -> None:
        super().__init__(OPERATIONS[operation], variable_values=variables, operation_name=operation)
        self._whole: dict[str, Any] = {"query": _TEXTS[operation], "operationName": operation}
        if variables:
            self._whole["variables"] = variables

    @property
    def payload(self) -> dict[str, Any]:
        """What is sent."""
        return self._whole


class VoltClient:
    """The provider's side, for one Volt organization. `token` is sent as Bearer and shown nowhere."""

    longest_text = 1600
    """Characters. Volt gives no limit; ten parts of 160 is where its carriers (Twilio and others) stop."""

    def __init__(self, url: str, token: str, *, timeout_s: float = 15.0) -> None:
        self._url = url
        self._token = token
        self._timeout_s = timeout_s
        self._client: Client | None = None
        self._session: AsyncClientSession | None = None

    async def start(self) -> None:
        """Open the session. Calls nobody yet."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(_note_answer)
        transport = AIOHTTPTransport(
            url=self._url,
            headers={"Authorization": f"Bearer {self._token}"},
            client_session_args={
                "trace_configs": [trace],
                "connector": aiohttp.TCPConnector(keepalive_timeout=_KEEPALIVE_S),
                "cookie_jar": aiohttp.DummyCookieJar(),
            },
        )
        # the timeout is aiohttp's alone: gql's own would end a call without saying whether it had left
        self._client = Client(transport=transport, execute_timeout=None)
        self._session = await self._client.connect_async(reconnecting=False)  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Close the session; calls under way fail as unknown."""
        if self._client is not None:
            await self._client.close_async()  # type: ignore[no-untyped-call]
        self._client = self._session = None

    async def send(self, outgoing: Outgoing) -> Accepted:
        """Send one text. NOT safe to repeat after OutcomeUnknown. Raises Refused, NotNow or OutcomeUnknown."""
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
        except Unreadable:
            raise unreadable_answer() from None
        if isinstance(answer, Failure):
            raise Refused(answer.code or "failed", answer.words, may_send_again=answer.may_send_again)
        return answer

    async def contact_name(self, account: E164, contact: E164) -> str:
        """Look up the name the contact is saved under, or "". Safe to repeat. Raises CallFailed."""
        return name_from_wire(await self._contact(account, contact))

    async def _contact(self, account: E164, contact: E164) -> object:
        variables = {"primaryPhone": account, "phoneNumber": contact}
        data = await self._call("Contact", variables, timeout_s=min(NAME_TIMEOUT_S, self._timeout_s))
        return data.get("contact")

    async def list_texts(self, account: E164, contact: E164) -> Sequence[Listed]:
        """List the newest texts between the account number and the contact. Safe to repeat. Raises CallFailed.

        Texts by a number of the account's pool are among them.
        """
        data = await self._call("Conversation", {"to": contact, "from": account})
        conversation = data.get("conversation")
        messages = conversation.get("messages") if isinstance(conversation, dict) else None
        if not isinstance(messages, list):
            raise unreadable_answer()
        return [_listed(message, contact) for message in messages]

    async def inbox(self, account: E164) -> Sequence[InboxLine]:
        """List the conversations with the newest texts; those of unreadable numbers are left out. Safe to repeat.

        Raises CallFailed.
        """
        inbox = (await self._call("Inbox", {"from": account})).get("inbox")
        items = inbox.get("items") if isinstance(inbox, dict) else None
        if not isinstance(items, list):
            raise unreadable_answer()
        return [line for item in items if (line := inbox_line_from_wire(item)) is not None]

    async def find_text(self, provider_id: str, legacy_id: str, contact: E164) -> Listed | None:
        """Look one text up by Volt's id, or by the carrier's where that is all we know. Safe to repeat.

        Raises CallFailed.
        """
        if provider_id:
            found = (await self._call("Message", {"id": provider_id})).get("message")
        else:
            found = (await self._call("LegacyMessage", {"id": legacy_id})).get("legacyMessage")
        return None if found is None else _listed(found, contact)

    async def account_of(self, account: E164, number: E164, contact: E164, legacy_id: str) -> E164:
        """Find whose number of our side this is: the account's where it is of its pool, else the number itself.

        Asked in two ways, because Volt lists no pools: which number it uses towards the contact, and which account a
        text belongs to. Safe to repeat. Raises CallFailed.
        """
        asked: CallFailed | None = None
        try:
            if mapped_from_wire(await self._contact(account, contact)) == number:
                return account
        except CallFailed as error:
            asked = error  # the other way may still know
        if legacy_id:
            found = await self._call("AccountOfMessage", {"id": legacy_id}, timeout_s=NAME_TIMEOUT_S)
            if home := account_from_wire(found.get("legacyMessage")):
                return home
        if asked is not None:
            raise asked
        return number

    async def webhooks(self) -> Sequence[Registered]:
        """List the registered webhooks of the organization. Safe to repeat. Raises CallFailed."""
        found = (await self._call("Webhooks")).get("webhooks")
        if not isinstance(found, list):
            raise unreadable_answer()
        return [_registered(webhook) for webhook in found if webhook is not None]

    async def register_webhook(self, url: str) -> Registered:
        """Register an address for all events of all numbers; Volt tries it at once and wants 200. Raises CallFailed.

        Repeating it may register the address twice: look at `webhooks` first.
        """
        return _registered((await self._call("RegisterWebhook", {"url": url})).get("registerWebhook"))

    async def delete_webhook(self, webhook_id: str) -> bool:
        """Remove a registration; False where there was none. Safe to repeat. Raises CallFailed."""
        return (await self._call("DeleteWebhook", {"id": webhook_id})).get("deleteWebhook") is not None

    async def probe(self) -> None:
        """Check that Volt answers and takes the token. Safe to repeat. Raises CallFailed."""
        await self.webhooks()

    async def _call(
        self, operation: str, variables: dict[str, Any] | None = None, *, timeout_s: float | None = None
    ) -> dict[str, Any]:
        """Make one request and give back its data. Raises CallFailed."""
        if self._session is None:
            raise NotNow("closed", "The bot is starting or stopping; nothing was sent. It is tried again by itself.")
        answer = Answer()
        whole_s = self._timeout_s if timeout_s is None else timeout_s
        limits = aiohttp.ClientTimeout(total=whole_s, connect=min(CONNECT_TIMEOUT_S, whole_s / 2))
        extra = {"trace_request_ctx": answer, "timeout": limits, "allow_redirects": False}
        try:
            data: object = await self._session.execute(_Request(operation, variables), extra_args=extra)
        except Exception as error:  # noqa: BLE001 - the table's default is "unknown", also for what it has never seen
            failed = failed_call(error, answer)
        else:
            if isinstance(data, dict):
                return data
            failed = unreadable_answer()
        # raised out here, so that it does not carry the library's error along: that one quotes answers, with numbers
        raise failed


async def _note_answer(
    _session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
) -> None:
    answer: Answer = context.trace_request_ctx
    answer.status = params.response.status
    answer.retry_after = params.response.headers.get("Retry-After", "")


def _listed(message: object, contact: E164) -> Listed:
    try:
        return listed_from_wire(message, contact)
    except Unreadable:
        raise unreadable_answer() from None


def _registered(webhook: object) -> Registered:
    try:
        return registered_from_wire(webhook)
    except Unreadable:
        raise unreadable_answer() from None
