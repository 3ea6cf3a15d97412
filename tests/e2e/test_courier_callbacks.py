"""What comes at the addresses of callbacks: only what is ours counts, and nothing of that is lost."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

from bot.domain.database_address import address_in
from bot.domain.ids import MessageKey, UserId
from bot.domain.phone import E164
from bot.domain.workspaces import FROM_ENVIRONMENT, WorkspaceId
from bot.ports.operations import ErasureRequest
from bot.providers.courier.callbacks.address import CallbackKind, CallbackSigner, CallbackTarget
from bot.store.storage import open_operations
from tests.harness.carium import Carium
from tests.harness.stored_bytes import stored_bytes
from tests.harness.world import ACCOUNT, DANA, MARCO

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PLAIN = {"Content-Type": "text/plain"}

BODIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("json", {"json": {"message": "json", "sender": DANA, "sid": "SM1"}}),
    ("form", {"data": {"message": "form", "sender": DANA, "sid": "SM2"}}),
    ("twilio", {"data": {"Body": "twilio", "From": DANA, "MessageSid": "SM3", "NumMedia": "0"}}),
    ("json_api", {"json": {"data": {"attributes": {"message": "json_api", "sender": DANA, "sid": "SM4"}}}}),
    ("get", {"method": "GET", "params": {"message": "get", "sender": DANA, "sid": "SM5"}}),
    ("a list", {"json": [{"message": "a list", "sender": DANA}]}),
    ("deep", {"json": {"a": {"b": {"c": {"message": "deep", "sender": DANA}}}}}),
    ("no sender", {"json": {"message": "no sender"}}),
    ("json in a form", {"data": {"payload": json.dumps({"message": "json in a form", "sender": DANA})}}),
    ("json as text", {"data": json.dumps({"message": "json as text", "sender": DANA}), "headers": PLAIN}),
)
"""Bodies that can be read, by the words in them."""

UNREADABLE: tuple[dict[str, Any], ...] = (
    {"data": b""},
    {"data": b"{broken", "headers": {"Content-Type": "application/json"}},
    {"data": b"\xff\xfe\x00\xd8", "headers": {"Content-Type": "application/octet-stream"}},
    {"data": b"just words", "headers": PLAIN},
    {"json": {"message": "of another", "sender": MARCO}},
    {"json": {"answer": 42}},
    {"json": None},
    {"data": "[" * 5_000, "headers": {"Content-Type": "application/json"}},
    {"data": b"%%%=&&&=%zz", "headers": FORM},
    {"method": "GET"},
)
"""Bodies that cannot, or must not be taken for the contact's words."""


async def test_twenty_shapes(carium: Carium) -> None:
    """Each of twenty shapes of bodies is taken: shown in the thread, or kept aside and counted. None causes a 5xx."""
    await carium.send("Hi")
    [text] = carium.courier.texts
    for words, request in BODIES:
        assert await carium.call(text.callback_url, **request) == 200
        await carium.shows(DANA, words)
    for request in UNREADABLE:
        assert await carium.call(text.callback_url, **request) == 200
    await carium.hear(DANA, "last")
    assert carium.texts(DANA) == [*(words for words, _ in BODIES), "last"]
    assert await carium.outcomes() == {"accepted": len(BODIES) + 1, "unreadable": len(UNREADABLE)}
    assert len(carium.headers()) == 1


async def test_forged_and_foreign_addresses(carium: Carium) -> None:
    """Two hundred addresses that are not ours are answered 404 alike, whatever is made up of one, and show nothing."""
    await carium.send("Hi")
    [text] = carium.courier.texts
    base, _, token = text.callback_url.rpartition("/")
    forged = [f"{base}/{one}" for one in _forged(token)]
    others = [
        CallbackSigner(carium.url, "another bot's secret"),
        CallbackSigner(carium.url, carium.slack.signing_secret),
    ]
    foreign = [one.address(_target(number)) for number in range(40) for one in others]
    ours = CallbackSigner(carium.url, carium.slack.bot_token)
    gone = [
        ours.address(_target(number, WorkspaceId(7), ACCOUNT if number % 2 else E164("+15555550999")))
        for number in range(20)
    ]
    addresses = [*forged, *foreign, *gone]
    assert len(addresses) == 200
    body = {"message": "I am not Dana", "sender": DANA}
    found = await asyncio.gather(*(carium.call(address, json=body) for address in addresses))
    assert set(found) == {404}
    assert (await carium.call(addresses[0], method="GET"), await carium.call(addresses[0], method="PUT")) == (404, 405)
    await carium.hear(DANA, "It is me")
    assert carium.texts(DANA) == ["It is me"]
    assert (await carium.outcomes())["gone"] == len(gone)
    assert text.callback_url not in carium.log
    assert token not in carium.log


def _target(number: int, workspace: WorkspaceId = FROM_ENVIRONMENT, ours: E164 = ACCOUNT) -> CallbackTarget:
    return CallbackTarget(workspace, ours, DANA, MessageKey(f"{number:032x}"), CallbackKind.ANSWER)


def _forged(token: str) -> list[str]:
    """Make a hundred tokens that are not ours: altered, cut, longer, with letters changed, and made up."""
    altered = []
    for place in range(0, 140, 4):
        letter = "A" if token[place] != "A" else "B"
        altered.append(f"{token[:place]}{letter}{token[place + 1 :]}")
    cut = [token[: 140 - number] for number in range(1, 16)]
    longer = [f"{token}{'A' * number}" for number in range(1, 11)]
    made_up = [secrets.token_urlsafe(105) for _ in range(36)]
    return [*altered, *cut, *longer, *made_up, token.swapcase(), token[::-1], "%00" * 20, "..%2f..%2fhealthz"]


async def test_too_much(carium: Carium) -> None:
    """A body beyond the limit is refused, and nothing of it is kept."""
    await carium.send("Hi")
    [text] = carium.courier.texts
    assert await carium.call(text.callback_url, data=b"x" * 70_000) == 413
    await carium.hear(DANA, "Hello")
    assert carium.texts(DANA) == ["Hello"]


async def test_the_disk_is_full(carium: Carium) -> None:
    """While nothing can be stored a callback is answered 503, and shown once it comes again."""
    await carium.send("Hi")
    [text] = carium.courier.texts
    words = "long words " * 400
    await carium.fill_disk()
    assert await carium.call(text.callback_url, json={"message": words, "sender": DANA, "sid": "SM1"}) == 503
    await carium.fill_disk(is_full=False)
    assert await carium.call(text.callback_url, json={"message": words, "sender": DANA, "sid": "SM1"}) == 200
    assert await carium.call(text.callback_url, json={"message": words, "sender": DANA, "sid": "SM1"}) == 200
    await carium.hear(DANA, "Hello")
    assert len([one for one in carium.texts(DANA) if one.startswith("long words")]) == 1


async def test_an_erased_contact(carium: Carium) -> None:
    """Of a contact who is erased no channel and no callback is left in any byte of the database."""
    channel = carium.courier.add_channel(MARCO, "Marco", "Rossi")
    await carium.restart(courier_channels="on")
    await carium.courier.until(lambda: any(hop.label == "listCommunicationMessages" for hop in carium.courier.wire))
    carium.courier.write(channel, "zebrafish")
    await carium.shows(MARCO, "zebrafish", timeout_s=40)
    await carium.send("Hi")
    [text] = carium.courier.texts
    assert await carium.call(text.callback_url, json={"message": "okapi", "sender": MARCO}) == 200
    carium.courier.channels.clear()
    for contact in (MARCO, DANA):
        await _erase(carium, contact)
    stored = stored_bytes(carium.database)
    words = (b"zebrafish", b"okapi", channel.id.encode(), *(one.removeprefix("+").encode() for one in (MARCO, DANA)))
    assert [word for word in words if word in stored] == []


async def _erase(carium: Carium, contact: E164) -> None:
    """Have the running bot erase a contact, as the command line does."""
    operations = open_operations(address_in(f"sqlite:///{carium.database}"))
    asked = ErasureRequest(contact, (FROM_ENVIRONMENT,), UserId("root"))
    state = await asyncio.to_thread(operations.erase, asked)
    assert state.is_done
    assert state.is_bot_running
