import asyncio
import inspect
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import gql.transport.exceptions
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable
from bot.domain.ids import MessageKey
from bot.domain.phone import E164
from bot.domain.provider_messages import Accepted, OutgoingText
from bot.domain.retry_policy import MAX_RETRY_AFTER_S
from bot.ports.messaging import Provider
from bot.providers.volt.client import VoltClient
from bot.providers.volt.error_codes import FAILURES, THROTTLES
from bot.providers.volt.error_mapping import MAY_HAVE_LEFT, NEVER_LEFT, HttpTrace, failed_call
from tests.harness.world import ACCOUNT
from tests.harness.world import DANA as CONTACT

TOKEN = "made-up-token-3f9a"
TEXT = "the words of an agent"
OUTGOING = OutgoingText(MessageKey("0123456789abcdef0123456789abcdef"), ACCOUNT, CONTACT, TEXT)
ACCEPTED = {"createMessage": {"id": "rf_1", "legacyId": "uuid-1", "status": "sending", "errorCode": None}}

Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Volt:
    """A server in Volt's place that keeps what it got and answers as a test wants."""

    respond: Respond
    bodies: list[Any] = field(default_factory=list)
    headers: list[Any] = field(default_factory=list)
    peers: set[Any] = field(default_factory=set)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.json())
        self.headers.append(request.headers)
        assert request.transport is not None
        self.peers.add(request.transport.get_extra_info("peername"))
        return await self.respond(request)


def data(content: Any, **envelope: Any) -> Respond:
    """Answer 200 with this data."""
    return reply(200, json.dumps({"data": content, **envelope}))


def errors(*faults: Any, status: int = 200, content: Any = None, **headers: str) -> Respond:
    """Answer with GraphQL errors."""
    wrapped = [fault if isinstance(fault, dict) else {"message": fault} for fault in faults]
    return reply(status, json.dumps({"errors": wrapped, "data": content}), **headers)


def reply(status: int, text: str, **headers: str) -> Respond:
    """Answer with a status and a body."""

    async def respond(_request: web.Request) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, headers=named)

    return respond


async def drop(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def drop_half_way(request: web.Request) -> web.StreamResponse:
    """Close the connection in the middle of an answer."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"data": {"createMessage"')
    assert request.transport is not None
    request.transport.abort()
    return response


async def hang(_request: web.Request) -> web.StreamResponse:
    """Never answer."""
    await asyncio.Event().wait()
    raise AssertionError


@pytest.fixture
async def volt() -> AsyncIterator[Volt]:
    """Give a running server that accepts texts."""
    volt = Volt(data(ACCEPTED))
    app = web.Application()
    app.router.add_post("/graphql", volt.answer)
    async with TestServer(app) as server:
        volt.url = str(server.make_url("/graphql"))
        yield volt


@pytest.fixture
async def client(volt: Volt) -> AsyncIterator[VoltClient]:
    """Give a started client of the server."""
    client = VoltClient(volt.url, TOKEN, timeout_s=5)
    await client.start()
    yield client
    await client.close()


async def failure_of(call: Awaitable[object]) -> CallFailed:
    """Await a call that fails, and check that its words may be shown and logged."""
    with pytest.raises(CallFailed) as caught:
        await call
    error = caught.value
    shown = f"{error!r} {error} {error.code} {error.user_message} {error.__cause__!r} {error.__context__!r}"
    for secret in (TOKEN, CONTACT, CONTACT[1:], ACCOUNT, TEXT):
        assert secret not in shown
    assert error.user_message.endswith((".", '"'))
    return error


async def test_send_makes_one_request(volt: Volt, client: VoltClient) -> None:
    """A text is one createMessage with our key as passthrough, and the answer's ids come back."""
    accepted = await client.send(OUTGOING)
    assert accepted == Accepted("rf_1", "uuid-1", DeliveryStatus.SENT)
    (body,) = volt.bodies
    assert body["operationName"] == "CreateMessage"
    assert body["variables"] == {"to": CONTACT, "from": ACCOUNT, "body": TEXT, "passthrough": OUTGOING.key}
    assert body["query"].count("mutation") == 1
    assert "query " not in body["query"]
    assert volt.headers[0]["Authorization"] == f"Bearer {TOKEN}"
    assert volt.headers[0]["Content-Type"] == "application/json"


async def test_pictures_alone_are_sent_with_an_empty_body(volt: Volt, client: VoltClient) -> None:
    """Media go along as addresses; the body is required by Volt and may be empty."""
    await client.send(OutgoingText(OUTGOING.key, ACCOUNT, CONTACT, "", ("https://bot.example/media/a",)))
    assert volt.bodies[0]["variables"]["body"] == ""
    assert volt.bodies[0]["variables"]["media"] == ["https://bot.example/media/a"]


async def test_client_is_a_provider(client: VoltClient) -> None:
    """The client is what the bridge asks for."""
    provider: Provider = client
    assert provider.profile.limits.longest_text == 1600


async def test_calls_share_a_session(volt: Volt, client: VoltClient) -> None:
    """One connection serves call after call."""
    for _ in range(5):
        await client.send(OUTGOING)
    assert len(volt.peers) == 1


@pytest.mark.parametrize(
    ("respond", "kind", "code"),
    [
        (reply(500, "<html>"), OutcomeUnknown, "http_500"),
        (reply(502, "<html>"), OutcomeUnknown, "http_502"),
        (reply(504, ""), OutcomeUnknown, "http_504"),
        (reply(520, ""), OutcomeUnknown, "http_520"),
        (errors("boom", status=500), OutcomeUnknown, "http_500"),
        (errors({"message": "x", "extensions": {"code": "503"}}, status=500), OutcomeUnknown, "http_500"),
        (reply(200, "<html>"), OutcomeUnknown, "unreadable_answer"),
        (reply(200, ""), OutcomeUnknown, "unreadable_answer"),
        (reply(200, "null"), OutcomeUnknown, "unreadable_answer"),
        (reply(200, "[]"), OutcomeUnknown, "unreadable_answer"),
        (reply(200, "7"), OutcomeUnknown, "unreadable_answer"),
        (reply(200, '["data"]'), OutcomeUnknown, "unreadable_answer"),
        (reply(200, '{"data": null}'), OutcomeUnknown, "unreadable_answer"),
        (reply(200, '{"data": []}'), OutcomeUnknown, "unreadable_answer"),
        (reply(200, "{}"), OutcomeUnknown, "unreadable_answer"),
        (reply(200, "[" * 100_000), OutcomeUnknown, "unreadable_answer"),
        (reply(204, ""), OutcomeUnknown, "unreadable_answer"),
        (data({}), OutcomeUnknown, "unreadable_answer"),
        (data({"createMessage": None}), OutcomeUnknown, "unreadable_answer"),
        (data({"createMessage": {"id": None}}), OutcomeUnknown, "unreadable_answer"),
        (drop, OutcomeUnknown, "no_answer"),
        (drop_half_way, OutcomeUnknown, "unreadable_answer"),
        (reply(429, "slow down"), Retryable, "http_429"),
        (errors("slow down", status=429), Retryable, "http_429"),
        (reply(503, "<html>"), Retryable, "http_503"),
        (errors("maintenance", status=503), Retryable, "http_503"),
        (reply(408, ""), Retryable, "http_408"),
        (reply(401, ""), Retryable, "invalid_token"),
        (reply(403, "<html>"), Retryable, "invalid_token"),
        (errors("no", status=401), Retryable, "invalid_token"),
        (errors("Unauthorized"), Retryable, "invalid_token"),
        (errors("Invalid token", status=400), Retryable, "invalid_token"),
        (errors("jwt expired", status=500), Retryable, "invalid_token"),
        (errors({"message": "x", "extensions": {"code": "UNAUTHENTICATED"}}), Retryable, "invalid_token"),
        (reply(404, "<html>"), Retryable, "http_404"),
        (reply(405, ""), Retryable, "http_405"),
        (reply(307, "", Location="/graphql"), Retryable, "http_307"),
        (reply(302, "", Location="https://elsewhere.example/"), Retryable, "http_302"),
        (reply(413, ""), Rejected, "http_413"),
        (reply(400, "no"), Rejected, "http_400"),
        (errors("number is not in your organization"), Rejected, "graphql"),
        (errors("bad input", status=400), Rejected, "graphql"),
        (errors({"message": None}), Rejected, "graphql"),
        (reply(200, '{"errors": ["text"]}'), Rejected, "graphql"),
        (errors('Cannot query field "x" on type "Message".', status=400), Rejected, "unknown_field"),
        (errors("field 'x' not found in type: 'Message'"), Rejected, "unknown_field"),
        (errors("Field 'x' doesn't exist on type 'Message'"), Rejected, "unknown_field"),
        (errors("Validation error (FieldUndefined@[message/x])"), Rejected, "unknown_field"),
        (errors("contact not found"), Rejected, "not_found"),
        (errors("That list does not exist."), Rejected, "not_found"),
        (errors("Cannot return null for non-nullable field Query.list."), Rejected, "not_found"),
        (errors("Cannot return null for non-nullable field Mutation.x."), OutcomeUnknown, "graphql_internal"),
        (errors("contact not found", status=500), OutcomeUnknown, "http_500"),
        (errors("Internal server error"), OutcomeUnknown, "graphql_internal"),
        (errors("socket hang up"), OutcomeUnknown, "graphql_internal"),
        (errors("Request failed with status code 503"), OutcomeUnknown, "graphql_internal"),
        (errors({"message": "x", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}), OutcomeUnknown, "graphql_internal"),
        (errors("Cannot return null", content=None), OutcomeUnknown, "graphql_internal"),
        (errors({"message": "503", "path": ["createMessage", "legacyId"]}), OutcomeUnknown, "graphql_partial"),
        (errors("odd", content=ACCEPTED), OutcomeUnknown, "graphql_partial"),
        (data({"createMessage": {"id": "1", "status": "failed", "errorCode": "503"}}), Rejected, "503"),
        (data({"createMessage": {"id": "1", "status": "failed", "errorCode": None}}), Rejected, "failed"),
    ],
)
async def test_what_a_failed_send_means(
    volt: Volt, client: VoltClient, respond: Respond, kind: type[CallFailed], code: str
) -> None:
    """Each answer is certain refusal, certain delay, or unknown, and asked for exactly once."""
    volt.respond = respond
    error = await failure_of(client.send(OUTGOING))
    assert (type(error), error.code) == (kind, code)
    assert len(volt.bodies) == 1
    assert isinstance(error, Retryable) is (kind is Retryable)
    if isinstance(error, Retryable):
        needs_person = code in {"invalid_token", "http_404", "http_405", "http_302", "http_307"}
        assert error.scope is (FailureScope.DESTINATION if needs_person else FailureScope.RATE_LIMIT)


SPELLINGS: list[Callable[[str], dict[str, Any]]] = [
    lambda code: {"message": code},
    lambda code: {"message": f"{code}: no"},
    lambda code: {"message": f"Sending failed, error code {code}"},
    lambda code: {"message": f"errorCode={code}"},
    lambda code: {"message": "no", "extensions": {"code": code}},
    lambda code: {"message": "no", "extensions": {"errorCode": int(code)}},
]


@pytest.mark.parametrize("spelling", range(len(SPELLINGS)))
@pytest.mark.parametrize("code", FAILURES)
async def test_volts_own_codes(volt: Volt, client: VoltClient, code: str, spelling: int) -> None:
    """A GraphQL error that names one of Volt's codes has the table's words; the throttles are only a delay."""
    volt.respond = errors(SPELLINGS[spelling](code), Retry_After="7")
    error = await failure_of(client.send(OUTGOING))
    assert error.code == code
    assert error.user_message == FAILURES[code][1]
    if code in THROTTLES:
        assert isinstance(error, Retryable)
        assert error.retry_after_s == 7
        assert error.scope is THROTTLES[code]
    else:
        assert isinstance(error, Rejected)
        assert error.allows_manual_retry is (FAILURES[code][0].value == "T")


@pytest.mark.parametrize(
    "message",
    [
        "+15035550145 is not reachable",
        "503 Service Unavailable",
        "HTTP code 503",
        "no account 503",
        "code 7029",
        "code 999",
        "error code 503.5",
    ],
)
async def test_numbers_that_are_no_codes(volt: Volt, client: VoltClient, message: str) -> None:
    """Digits that only look like a code are not read as one."""
    volt.respond = errors(message)
    assert (await failure_of(client.send(OUTGOING))).code == "graphql"


async def test_code_that_repeats_the_http_status_is_none(volt: Volt, client: VoltClient) -> None:
    """401 as HTTP status and as extension is a token, not Volt's "invalid message body"."""
    volt.respond = errors({"message": "no", "extensions": {"code": 401}}, status=401)
    assert (await failure_of(client.send(OUTGOING))).code == "invalid_token"


async def test_volts_words_are_quoted_safely(volt: Volt, client: VoltClient) -> None:
    """Words of Volt's are quoted, shortened, with numbers masked."""
    volt.respond = errors(f"{CONTACT} is a   landline\n" + "x" * 5000)
    words = (await failure_of(client.send(OUTGOING))).user_message
    assert "…0145 is a landline xxx" in words
    assert len(words) < 300


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("12", 12),
        (" 12 ", 12),
        ("999999999999", MAX_RETRY_AFTER_S),
        ("soon", None),
        ("-1", None),
        ("1.5e400", None),
        ("", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after(volt: Volt, client: VoltClient, header: str, seconds: float | None, status: int) -> None:
    """Retry-After is read as seconds or a date, within reason; anything else is nothing."""
    volt.respond = reply(status, "", Retry_After=header)
    error = await failure_of(client.send(OUTGOING))
    assert isinstance(error, Retryable)
    assert error.retry_after_s == seconds


async def test_retry_after_as_a_date_to_come(volt: Volt, client: VoltClient) -> None:
    """A date in the future is the seconds until then."""
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    volt.respond = reply(429, "", Retry_After=at)
    error = await failure_of(client.send(OUTGOING))
    assert isinstance(error, Retryable)
    assert error.retry_after_s is not None
    assert 80 < error.retry_after_s <= 90


@given(header=st.text())
def test_retry_after_never_raises(header: str) -> None:
    """Whatever the header says, the answer is seconds within reason or nothing."""
    seconds = HttpTrace(429, header).retry_after_s()
    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER_S


async def test_each_call_has_its_own_status(volt: Volt, client: VoltClient) -> None:
    """Concurrent calls never see each other's status or Retry-After."""

    async def respond(request: web.Request) -> web.Response:
        number = (await request.json())["variables"]["body"]
        return web.Response(
            status=429 if int(number) % 2 else 503, headers={"Retry-After": number}, text='{"errors": []}'
        )

    volt.respond = respond
    texts = [OutgoingText(OUTGOING.key, ACCOUNT, CONTACT, str(number)) for number in range(200)]
    results = await asyncio.gather(*(client.send(text) for text in texts), return_exceptions=True)
    for number, error in enumerate(results):
        assert isinstance(error, Retryable)
        assert (error.code, error.retry_after_s) == ("http_429" if number % 2 else "http_503", number)


async def test_refused_connection_is_certain(unused_tcp_port: int) -> None:
    """Nobody listening means nothing was sent."""
    client = VoltClient(f"http://127.0.0.1:{unused_tcp_port}/graphql", TOKEN)
    await client.start()
    error = await failure_of(client.send(OUTGOING))
    await client.close()
    assert (type(error), error.code) == (Retryable, "unreachable")


async def test_failed_tls_is_certain(volt: Volt) -> None:
    """A server that does not speak TLS never got the text."""
    client = VoltClient(volt.url.replace("http:", "https:"), TOKEN)
    await client.start()
    error = await failure_of(client.send(OUTGOING))
    await client.close()
    assert (type(error), error.code) == (Retryable, "unreachable")
    assert volt.bodies == []


async def test_connect_timeout_is_certain() -> None:
    """A host that does not take the connection in time never got the text."""
    # a listener whose queue is full answers no further connection
    listener = await asyncio.to_thread(_full_listener)
    port = listener[0].getsockname()[1]
    client = VoltClient(f"http://127.0.0.1:{port}/graphql", TOKEN, timeout_s=0.4)
    await client.start()
    error = await failure_of(client.send(OUTGOING))
    await client.close()
    for opened in listener:
        opened.close()
    assert (type(error), error.code) == (Retryable, "unreachable")


def _full_listener() -> list[Any]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    filling = []
    for _ in range(4):
        caller = socket.socket()
        caller.setblocking(False)
        caller.connect_ex(listener.getsockname())
        filling.append(caller)
    return [listener, *filling]


async def test_read_timeout_is_unknown(volt: Volt) -> None:
    """A server that took the text and does not answer leaves it unknown."""
    volt.respond = hang
    client = VoltClient(volt.url, TOKEN, timeout_s=0.3)
    await client.start()
    error = await failure_of(client.send(OUTGOING))
    await client.close()
    assert (type(error), error.code) == (OutcomeUnknown, "timeout")
    assert len(volt.bodies) == 1


async def test_dropped_kept_connection_is_not_tried_again(volt: Volt, client: VoltClient) -> None:
    """A connection that worked before and is dropped under a text leaves it unknown, after one request."""
    await client.send(OUTGOING)
    volt.respond = drop
    error = await failure_of(client.send(OUTGOING))
    assert isinstance(error, OutcomeUnknown)
    assert len(volt.bodies) == 2
    assert len(volt.peers) == 1


async def test_client_that_is_not_open_is_certain(volt: Volt) -> None:
    """Before start and after close nothing is sent."""
    client = VoltClient(volt.url, TOKEN)
    assert isinstance(await failure_of(client.send(OUTGOING)), Retryable)
    await client.start()
    await client.close()
    assert isinstance(await failure_of(client.send(OUTGOING)), Retryable)
    await client.close()
    assert volt.bodies == []


async def test_token_words_name_the_setting(volt: Volt, client: VoltClient) -> None:
    """A refused token tells who has to do what."""
    volt.respond = reply(401, "")
    assert "VOLT_API_TOKEN" in (await failure_of(client.send(OUTGOING))).user_message


def exceptions_of(module: Any) -> set[type[BaseException]]:
    """List the exception classes a module defines."""
    return {
        found
        for found in vars(module).values()
        if inspect.isclass(found) and issubclass(found, BaseException) and found.__module__ == module.__name__
    }


@pytest.mark.parametrize("module", [gql.transport.exceptions, aiohttp.client_exceptions])
def test_the_table_knows_every_class(module: Any) -> None:
    """Each exception class of gql's transports and aiohttp's client is in the table, once."""
    known = exceptions_of(module)
    assert len(known) >= 6
    assert known <= NEVER_LEFT | MAY_HAVE_LEFT
    assert not NEVER_LEFT & MAY_HAVE_LEFT


@pytest.mark.parametrize("error", [RuntimeError("?"), AssertionError(), OSError(), KeyError(), RecursionError()])
def test_what_the_table_does_not_know_is_unknown(error: Exception) -> None:
    """Certainty is claimed only for what is known to be certain."""
    assert isinstance(failed_call(error, HttpTrace()), OutcomeUnknown)


async def test_contact_name(volt: Volt, client: VoltClient) -> None:
    """The name is looked up by account and contact; an unknown contact has none."""
    volt.respond = data({"contact": {"name": "Dana Whitfield", "blocked": False, "mappedNumber": None}})
    assert await client.contact_name(ACCOUNT, CONTACT) == "Dana Whitfield"
    assert volt.bodies[0]["variables"] == {"primaryPhone": ACCOUNT, "phoneNumber": CONTACT}
    volt.respond = data({"contact": None})
    assert await client.contact_name(ACCOUNT, CONTACT) == ""


async def test_contact_name_has_little_patience(volt: Volt, client: VoltClient) -> None:
    """A name that does not come within two seconds is not waited for."""
    volt.respond = hang
    before = asyncio.get_running_loop().time()
    assert isinstance(await failure_of(client.contact_name(ACCOUNT, CONTACT)), OutcomeUnknown)
    assert asyncio.get_running_loop().time() - before < 3


def row(**changes: Any) -> dict[str, Any]:
    """Make a message as Volt lists it."""
    return {
        "id": "rf_1",
        "legacyId": "uuid-1",
        "toNumber": CONTACT,
        "fromNumber": ACCOUNT,
        "status": "delivered",
        "body": "Hi",
        "sentAt": "2026-11-21 08:00:00",
        **changes,
    }


async def test_list_texts(volt: Volt, client: VoltClient) -> None:
    """Texts of both directions are listed, with their status and time."""
    inbound = row(id="rf_2", toNumber=ACCOUNT, fromNumber=CONTACT, status="webhook_delivered")
    volt.respond = data({"conversation": {"messages": [row(), inbound, row(id="rf_3", sentAt="")]}})
    listed = await client.list_texts(ACCOUNT, CONTACT)
    assert [(text.provider_id, text.is_outbound) for text in listed] == [
        ("rf_1", True),
        ("rf_2", False),
        ("rf_3", True),
    ]
    assert listed[0].status is DeliveryStatus.DELIVERED
    assert [text.at for text in listed] == [*[datetime(2026, 11, 21, 8, tzinfo=UTC)] * 2, None]
    assert volt.bodies[0]["variables"] == {"to": CONTACT, "from": ACCOUNT}


async def test_account_of_pool_number(volt: Volt, client: VoltClient) -> None:
    """A number that Volt maps to the contact, whose text is ours, or whose inbox we may read, is ours; no other is."""
    pool, elsewhere = E164("+15555550177"), E164("+15555550188")
    volt.respond = data({"contact": {"name": "Dana", "mappedNumber": pool}})
    assert await client.account_of(ACCOUNT, pool, CONTACT, "uuid-1") == ACCOUNT
    volt.respond = data({"contact": None, "legacyMessage": {"account": {"primaryPhone": ACCOUNT}}})
    assert await client.account_of(ACCOUNT, pool, CONTACT, "uuid-1") == ACCOUNT
    volt.respond = data({"contact": None, "legacyMessage": None, "inbox": {"account": {"primaryPhone": elsewhere}}})
    assert await client.account_of(ACCOUNT, elsewhere, CONTACT, "") == elsewhere
    volt.respond = data({"contact": None, "legacyMessage": {"account": {"primaryPhone": elsewhere}}, "inbox": None})
    assert await client.account_of(ACCOUNT, elsewhere, CONTACT, "uuid-1") is None


async def test_webhooks(volt: Volt, client: VoltClient) -> None:
    """Registrations are listed, made and removed."""
    volt.respond = data({"webhooks": [{"id": "1", "url": "https://a.example/x", "primaryPhone": None}, None]})
    assert [hook.url for hook in await client.webhooks()] == ["https://a.example/x"]
    await client.probe()
    volt.respond = data({"registerWebhook": {"id": "2", "url": "https://b.example/x", "primaryPhone": ACCOUNT}})
    made = await client.register_webhook("https://b.example/x")
    assert (made.id, made.primary_phone) == ("2", ACCOUNT)
    volt.respond = data({"deleteWebhook": {"id": "2"}})
    assert await client.delete_webhook("2")
    volt.respond = data({"deleteWebhook": None})
    assert not await client.delete_webhook("2")
    assert [body.get("variables") for body in volt.bodies] == [
        None,
        None,
        {"url": "https://b.example/x"},
        {"id": "2"},
        {"id": "2"},
    ]


READS: list[Callable[[VoltClient], Awaitable[object]]] = [
    lambda client: client.contact_name(ACCOUNT, CONTACT),
    lambda client: client.list_texts(ACCOUNT, CONTACT),
    lambda client: client.webhooks(),
    lambda client: client.register_webhook("https://a.example"),
    lambda client: client.probe(),
]
MESS = {"contact": 7, "conversation": 7, "webhooks": 7, "registerWebhook": 7}


@pytest.mark.parametrize("respond", [drop, reply(500, ""), reply(200, "<html>"), errors("no"), reply(401, "")])
@pytest.mark.parametrize("read", range(len(READS)))
async def test_failed_reads_are_call_failures(volt: Volt, client: VoltClient, read: int, respond: Respond) -> None:
    """Whatever goes wrong while reading is a CallFailed."""
    volt.respond = respond
    await failure_of(READS[read](client))


@pytest.mark.parametrize("read", range(1, len(READS)))
async def test_misshapen_reads_are_call_failures(volt: Volt, client: VoltClient, read: int) -> None:
    """An answer of another shape is a CallFailed, never a crash."""
    volt.respond = data(MESS)
    await failure_of(READS[read](client))
    volt.respond = data({"conversation": {"messages": [None]}, "webhooks": ["x"]})
    if read in {1, 4, 6}:
        await failure_of(READS[read](client))


async def test_failed_registration_says_why(volt: Volt, client: VoltClient) -> None:
    """Volt's one known error text reaches the admin."""
    volt.respond = errors("webhook failed to respond successfully")
    assert (
        "webhook failed to respond successfully"
        in (await failure_of(client.register_webhook("https://a"))).user_message
    )


async def test_nothing_of_a_call_is_logged(volt: Volt, client: VoltClient, caplog: pytest.LogCaptureFixture) -> None:
    """Even at the most talkative level no log holds a token, a number or a text."""
    caplog.set_level("DEBUG")
    await client.send(OUTGOING)
    volt.respond = errors(f"{CONTACT} no: {TEXT}")
    with pytest.raises(Rejected):
        await client.send(OUTGOING)
    for secret in (TOKEN, CONTACT, ACCOUNT, TEXT):
        assert secret not in caplog.text
