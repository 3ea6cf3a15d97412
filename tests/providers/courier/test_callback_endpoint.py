"""Callbacks over real HTTP: what is stored, what is not ours, and what a stranger or a bad body can do."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import StoreUnavailable
from bot.providers.courier.callbacks.address import TOKEN_LETTERS, CallbackKind, CallbackSigner, CallbackTarget
from bot.providers.courier.callbacks.endpoint import LONGEST_BODY_BYTES, CourierCallbacks, Take
from bot.providers.courier.connection import CourierConnection
from bot.providers.courier.profile import CALLBACK_PATH
from bot.sandbox import CourierStandIn
from bot.sandbox.courier.callbacks import SHAPES
from tests.providers.courier.stage import ACCOUNT, DANA, ELI, OURS, WORKSPACE, Bot, key


@dataclass
class Door:
    """A running endpoint in front of one connection."""

    bot: Bot
    connected: CourierConnection | None = None
    url: str = ""
    counted: list[str] = field(default_factory=list)
    is_connected: bool = True
    is_unclear: bool = False
    is_learnt: bool = False

    @property
    def connection(self) -> CourierConnection:
        assert self.connected is not None
        return self.connected

    def find(self, target: CallbackTarget) -> Take | None:
        is_known = (target.workspace, target.number) == (WORKSPACE, OURS) and self.is_connected
        return self.connection.take if is_known else None

    async def learn(self) -> None:
        if self.is_unclear:
            raise StoreUnavailable("no answer")
        self.is_connected = self.is_connected or self.is_learnt

    def address(self, kind: CallbackKind = CallbackKind.ANSWER, number: int = 1) -> str:
        return self.bot.signer.address(CallbackTarget(WORKSPACE, OURS, DANA, key(number), kind))

    async def call(self, url: str, method: str = "POST", **request: Any) -> int:
        async with aiohttp.ClientSession() as session, session.request(method, url, **request) as answer:
            return answer.status


@asynccontextmanager
async def opened(bot: Bot, *, body_timeout_s: float = 10.0) -> AsyncIterator[Door]:
    """Open an endpoint, whose own address is the bot's public one."""
    door = Door(bot)
    endpoint = CourierCallbacks(
        bot.signer, door.find, learn=door.learn, count=door.counted.append, body_timeout_s=body_timeout_s
    )
    app = web.Application()
    endpoint.add_routes(app)
    async with TestServer(app) as server:
        bot.public_url = door.url = str(server.make_url("/"))
        door.connected = await bot.connection()
        yield door


@pytest.fixture
async def door(bot: Bot) -> AsyncIterator[Door]:
    """Give a running endpoint."""
    async with opened(bot) as one:
        yield one


@pytest.mark.parametrize("shape", SHAPES)
async def test_an_answer_is_stored_in_every_shape(door: Door, bot: Bot, courier: CourierStandIn, shape: str) -> None:
    """What a phone answers comes in by the address that the text was given, once however often it is brought."""
    courier.rules.shape, courier.rules.repeat_callbacks = shape, 2
    await bot.sent(door.connection, "See you at 5?")
    called = await courier.answer(DANA, "Yes please ☂")
    assert called is not None
    assert called.statuses == (200,)
    assert bot.stored.texts == ["Yes please ☂"]
    [found] = bot.stored.inbound
    assert (found.account, found.contact, found.legacy_id) == (ACCOUNT, DANA, courier.received[0].sid)
    assert door.counted == ["accepted", "repeat", "repeat"]
    assert len(bot.stored.callbacks) == 3


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_status_is_a_hint_in_every_shape(door: Door, bot: Bot, courier: CourierStandIn, shape: str) -> None:
    """A status callback leads to a look at the text, and only what Carium says there is stored."""
    courier.rules.shape = shape
    await bot.sent(door.connection, "See you at 5?")
    await courier.move(courier.texts[0], "delivered")
    await courier.until(lambda: bot.stored.receipts)
    [found] = bot.stored.receipts
    assert (found.status, found.key, found.provider_id) == (DeliveryStatus.DELIVERED, key(1), courier.texts[0].id)
    assert (door.counted, bot.stored.inbound) == (["hint"], [])


async def test_an_id_tells_nothing_of_words(bot: Bot) -> None:
    """What an answer is known by, which the log shows, is made from its words by the bot's secret only."""
    async with opened(bot) as door:
        answer = {"From": DANA, "Body": "yes"}
        assert [await door.call(door.address(), data=answer) for _ in range(2)] == [200, 200]
        assert await door.call(door.address(), data=answer | {"MessageSid": "SM1"}) == 200
    ids = [one.event_id for one in bot.stored.inbound]
    assert len(ids) == 2
    assert all(re.fullmatch("courier:[0-9a-f]{32}", one) for one in ids)


async def test_a_status_callback_is_not_believed(door: Door, bot: Bot, courier: CourierStandIn) -> None:
    """Whoever says that a text has failed changes nothing: the text is read, and it was delivered."""
    await bot.sent(door.connection, "See you at 5?")
    courier.texts[0].status = "delivered"
    assert await door.call(door.address(CallbackKind.STATUS), json={"status": "failed", "error": "30003"}) == 200
    await courier.until(lambda: bot.stored.receipts)
    assert [one.status for one in bot.stored.receipts] == [DeliveryStatus.DELIVERED]


async def test_an_old_address_still_leads_to_its_conversation(door: Door, bot: Bot, courier: CourierStandIn) -> None:
    """An answer to a text of long ago, which no later text has replaced, comes in as any other."""
    for number in (1, 2):
        await bot.sent(door.connection, f"text {number}", number)
    courier.move_clock(days=400)
    await courier.answer(DANA, "Late", to=courier.texts[0])
    assert bot.stored.texts == ["Late"]


async def test_another_sender_is_kept_aside(door: Door, bot: Bot, courier: CourierStandIn) -> None:
    """Words that name another sender than who was texted get into no conversation, and are kept."""
    assert await door.call(door.address(), json={"message": "Hi", "sender": ELI}) == 200
    assert bot.stored.inbound == []
    [callback] = bot.stored.callbacks
    assert (callback.is_unreadable, callback.text, callback.account) == (True, "Hi", ACCOUNT)
    assert door.counted == ["unreadable"]


async def test_two_hundred_forged_addresses_are_not_found(door: Door, bot: Bot) -> None:
    """Tokens that are made up, altered, or made by another bot are answered with 404, and nothing is stored."""
    own = door.address().rpartition("/")[2]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    dice = random.Random(16)
    made_up = ["".join(dice.choices(letters, k=TOKEN_LETTERS)) for _ in range(66)]
    altered = [own[:place] + ("x" if own[place] != "x" else "y") + own[place + 1 :] for place in range(0, 134, 2)]
    target = CallbackTarget(WORKSPACE, OURS, DANA, key(1), CallbackKind.ANSWER)
    foreign = [CallbackSigner(door.url, f"secret {number}").address(target) for number in range(67)]
    tokens = [*made_up, *altered, *(address.rpartition("/")[2] for address in foreign)]
    assert len(tokens) == 200
    statuses = set()
    for number, token in enumerate(tokens):
        method = "GET" if number % 2 else "POST"
        body = {"json": {"message": "Hi", "sender": DANA}} if method == "POST" else {}
        statuses.add(await door.call(f"{door.url.rstrip('/')}{CALLBACK_PATH}{token}", method, **body))
    assert statuses == {404}
    assert (bot.stored.callbacks, bot.stored.inbound) == ([], [])
    assert door.counted == ["unknown"] * 200


async def test_a_line_that_is_connected_no_more_is_not_found(door: Door, bot: Bot) -> None:
    """The address of a text whose line, or whose workspace, is gone is answered with 404."""
    door.is_connected = False
    assert await door.call(door.address(), json={"message": "Hi"}) == 404
    door.is_connected = True
    target = CallbackTarget(WORKSPACE, OURS, DANA, key(1), CallbackKind.ANSWER)
    foreign = replace(target, number=ELI)
    assert await door.call(bot.signer.address(foreign), json={"message": "Hi"}) == 404
    assert door.counted == ["gone", "gone"]
    assert bot.stored.callbacks == []


BODIES: dict[str, dict[str, Any]] = {
    "empty": {},
    "broken JSON": {"data": b'{"message": ', "headers": {"Content-Type": "application/json"}},
    "a JSON list": {"json": [1, None, [[]]]},
    "a JSON text": {"json": "Yes"},
    "NUL": {"data": b"\x00" * 100},
    "no UTF-8": {"data": b"\xff\xfe\xfd", "headers": {"Content-Type": "text/plain; charset=utf-8"}},
    "an unknown charset": {"data": b"Yes", "headers": {"Content-Type": "text/plain; charset=klingon"}},
    "a broken form": {"data": b"%%%=&&==%ff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    "parts without a boundary": {"data": b"Yes", "headers": {"Content-Type": "multipart/form-data"}},
    "a page": {"data": b"<html>", "headers": {"Content-Type": "text/html"}},
    "no type": {"data": b"Yes", "headers": {"Content-Type": ""}},
    "a deep list": {"data": b"[" * 60_000, "headers": {"Content-Type": "application/json"}},
    "a long type": {"data": b"Yes", "headers": {"Content-Type": "a/" + "b" * 5_000}},
}


@pytest.mark.parametrize("shape", BODIES)
async def test_a_bad_body_at_a_good_address_is_kept(door: Door, bot: Bot, shape: str) -> None:
    """Whatever comes at an address of ours is stored and answered with 200, at both kinds of addresses."""
    for kind in CallbackKind:
        assert await door.call(door.address(kind), **BODIES[shape]) == 200
    assert len(bot.stored.callbacks) == 2
    assert bot.stored.inbound == []
    assert door.counted == ["unreadable", "hint"]


async def test_a_body_that_is_too_long_is_refused(door: Door, bot: Bot) -> None:
    """More than a callback can be is not read to its end."""
    assert await door.call(door.address(), data=b"a" * (LONGEST_BODY_BYTES + 1)) == 413
    assert (door.counted, bot.stored.callbacks) == (["too_large"], [])


async def test_a_body_that_does_not_arrive_is_given_up(bot: Bot) -> None:
    """A client that begins a body and falls silent is answered and cut off."""
    async with opened(bot, body_timeout_s=0.05) as door:
        path = door.address().partition("/courier")[2]
        host, port = door.url.removeprefix("http://").rstrip("/").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"POST /courier{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9\r\n\r\nab".encode())
        answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 408")
        assert door.counted == ["broken"]


async def test_other_methods_are_refused(door: Door, bot: Bot) -> None:
    """Only GET and POST bring something; a HEAD, with which links are tried, is none of them."""
    for method in ("HEAD", "PUT", "DELETE", "PATCH"):
        assert await door.call(door.address(), method) == 405
    assert bot.stored.callbacks == []


async def test_what_cannot_be_stored_comes_again(door: Door, bot: Bot, courier: CourierStandIn) -> None:
    """While the database takes nothing the answer is 503; the next try is stored, and nothing is shown twice."""
    await bot.sent(door.connection, "See you at 5?")
    bot.stored.is_full = True
    assert await door.call(door.address(), json={"message": "Yes"}) == 503
    bot.stored.is_full = False
    assert await door.call(door.address(), json={"message": "Yes"}) == 200
    assert await door.call(door.address(), json={"message": "Yes"}) == 200
    assert bot.stored.texts == ["Yes"]
    assert door.counted == ["unavailable", "accepted", "repeat"]


async def test_a_line_that_another_bot_connected_is_learnt(bot: Bot) -> None:
    """Before a line counts as gone, what others have changed is learnt; while that cannot be told, nothing is lost."""
    async with opened(bot) as door:
        door.is_connected = False
        assert await door.call(door.address(), json={"message": "Hi"}) == 404
        door.is_unclear = True
        assert await door.call(door.address(), json={"message": "Hi"}) == 503
        assert await door.call(f"{door.url.rstrip('/')}{CALLBACK_PATH}{'A' * TOKEN_LETTERS}") == 404
        door.is_unclear, door.is_learnt = False, True
        assert await door.call(door.address(), json={"message": "Hi"}) == 200
        assert door.counted == ["gone", "unavailable", "unknown", "accepted"]
        assert bot.stored.texts == ["Hi"]
