"""What strangers can send: refused as promised, nothing posted or sent, no 5xx, and a log that keeps its mouth shut."""

from __future__ import annotations

import asyncio
import io
import json
import re
import sqlite3
import time
from typing import Any

import aiohttp
import pytest

from bot.providers.volt.key_rotation import OVERLAP_S
from bot.providers.volt.registration_window import REGISTRATION_HEADER, registration_proof
from bot.providers.volt.verification import LOG_MODE_S, LOG_MODE_SINCE
from bot.providers.volt.webhook import LONGEST_BODY_BYTES
from bot.sandbox.slack.delivery.delivery import sign
from bot.sandbox.volt.model import VoltMessage
from bot.sandbox.volt.wire import envelope, received
from tests.harness.in_process import Relay
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA, MARCO

SLACK, VOLT = "/slack/events", "/volt/webhooks"
WORDS = "purple elephants"
"""What the bodies here say; it must never be in the log."""


async def request_to(
    relay: Relay, path: str, raw: bytes, headers: dict[str, str] | None = None, method: str = "POST"
) -> tuple[int, str]:
    """Make one request to the bot."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, relay.url + path, data=io.BytesIO(raw), headers=headers) as answer,
    ):
        return answer.status, await answer.text(errors="replace")


async def unmoved(relay: Relay) -> None:
    """Check that nothing came of what was sent so far, and that the bot works on and kept its log clean."""
    await relay.volt.text(MARCO, "first of all")
    await relay.shows(MARCO, "first of all")
    assert relay.lines(DANA) in ([], ["Hello"])
    await relay.reply(relay.headers(MARCO)[0].ts, "answer")
    await relay.receives("answer", contact=MARCO)
    assert relay.phone() == []
    check_log(relay)


def check_log(relay: Relay) -> None:
    """Check that the log holds no traceback, no long line, no secret, no whole number and no text."""
    assert "listening" in relay.log
    assert "Traceback" not in relay.log
    assert max(len(line.encode()) for line in relay.log.splitlines()) < 2_048
    token_parts = relay.volt.token.split(".")
    for secret in (relay.slack.signing_secret, relay.slack.bot_token, *token_parts, WORDS, "first of all", "Hello"):
        assert secret not in relay.log
    assert not re.search(r"5555550\d{3}|555.{1,3}555.{1,3}0\d{3}", relay.log)


# --- Slack's door


def event(thread_ts: str, **changes: Any) -> bytes:
    """Write the body of a reply that would be texted if it were believed."""
    ts = f"{time.time():.6f}"
    reply = {"type": "message", "channel": CHANNEL, "user": AVA, "ts": ts, "thread_ts": thread_ts, "text": WORDS}
    whole = {"type": "event_callback", "event_id": f"Ev{ts}", "api_app_id": "A0SANDBOX", "event": reply}
    return json.dumps(whole | changes).encode()


def now() -> int:
    """Tell the Unix second."""
    return int(time.time())


SIGNATURE, TIMESTAMP = "X-Slack-Signature", "X-Slack-Request-Timestamp"

STAMPS = [
    ("soon", 400),
    ("1.5", 400),
    ("0x10", 400),
    ("1e9", 400),
    ("--1", 400),
    ("9" * 400, 400),
    ("٣", 400),
    ("", 401),
    ("-1", 401),
    ("0", 401),
]


@pytest.mark.parametrize(("stamp", "status"), STAMPS)
async def test_slack_timestamps(relay: Relay, stamp: str, status: int) -> None:
    """A timestamp that is no integer is answered 400, a missing or old one 401."""
    thread = await relay.open_thread()
    headers = sign(relay.slack.signing_secret, event(thread), now()) | {TIMESTAMP: stamp}
    assert (await request_to(relay, SLACK, event(thread), headers))[0] == status
    await unmoved(relay)


async def test_slack_unsigned_and_forged(relay: Relay) -> None:
    """Without a signature, with a part of one, with another secret's or another body's, a request is answered 401."""
    thread = await relay.open_thread()
    raw, secret = event(thread), relay.slack.signing_secret
    good = sign(secret, raw, now())
    forgeries = [
        {},
        {SIGNATURE: good[SIGNATURE]},
        {TIMESTAMP: good[TIMESTAMP]},
        good | {SIGNATURE: ""},
        good | {SIGNATURE: "v0="},
        good | {SIGNATURE: "v0=" + "0" * 64},
        good | {SIGNATURE: good[SIGNATURE].removeprefix("v0=")},
        good | {SIGNATURE: good[SIGNATURE].upper()},
        good | {SIGNATURE: "v0=ü"},
        good | {SIGNATURE: "x" * 4_000},
        sign("another secret", raw, now()),
        sign("", raw, now()),
        sign(secret, raw + b" ", now()),
        sign(secret, raw.replace(WORDS.encode(), b"other words"), now()),
        sign(secret, b"", now()),
        sign(secret, raw, now()) | {TIMESTAMP: str(now() - 1)},
        sign(secret, raw, now() - 301),
        sign(secret, raw, now() - 86_400),
        sign(secret, raw, now() + 400),
    ]
    assert [(await request_to(relay, SLACK, raw, headers))[0] for headers in forgeries] == [401] * len(forgeries)
    await unmoved(relay)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfe" + WORDS.encode(),
        b'{"type": "event_callback", "event": "\xc3\x28"}',
        b"",
        b'{"type": "event_callback", ',
        b"[1, 2, 3]",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"type": "event_callback"}',
        b'{"type": "event_callback", "event": null}',
        b'{"type": "event_callback", "event": 7}',
        b'{"type": "event_callback", "event": {"type": "message", "channel": 7}}',
        b'{"type": "block_actions", "actions": []}',
        b'{"type": "block_actions", "actions": [7]}',
        b'{"type": "view_submission", "view": 7}',
        b'{"type": "shortcut", "team": 7}',
        b'{"type": "shortcut", "callback_id": ["x"]}',
        b'{"type": "message_action"}',
        b'{"type": "block_suggestion", "action_id": 7}',
        b'{"type": "view_submission", "view": {"type": "modal", "callback_id": []}}',
        b"payload=%7Bnot+json",
        b"payload=",
        b"payload=%5B%5D",
        b"payload=null",
        b"{}",
        b'{"a": ' + b"9" * 5_000 + b"}",
    ],
    ids=lambda raw: raw[:16].decode("ascii", "replace"),
)
async def test_slack_unreadable(relay: Relay, raw: bytes) -> None:
    """What is signed but is not UTF-8, JSON, a form, an object, or of a shape that Slack sends is answered 400."""
    assert (await request_to(relay, SLACK, raw, sign(relay.slack.signing_secret, raw, now())))[0] == 400
    await unmoved(relay)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "event_callback", "event_id": 7, "event": {"type": "message", "ts": [], "thread_ts": {}}},
        {"type": "event_callback", "event": {"type": "message", "channel": CHANNEL, "ts": 1.5, "blocks": {}}},
        {"type": "event_callback", "event": {"type": "message", "subtype": ["x"], "channel": CHANNEL}},
        {"type": "event_callback", "event": {"type": "message", "subtype": "message_changed", "channel": CHANNEL}},
        {"type": "event_callback", "event": {"type": "message", "subtype": "message_deleted", "channel": CHANNEL}},
        {"type": "event_callback", "event": {"type": "a_new_event"}},
        {"type": "app_rate_limited", "minute_rate_limited": 1518467820},
    ],
    ids=str,
)
async def test_slack_events_of_odd_shapes(relay: Relay, body: dict[str, Any]) -> None:
    """A genuine event of any shape is answered 200 and does nothing."""
    assert await relay.slack.deliver(body) == 200
    await unmoved(relay)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "block_actions", "actions": [{"type": "button", "action_id": "nobody_knows"}]},
        {"type": "view_submission", "view": {"type": "modal", "callback_id": "nobody_knows"}},
        {"type": "shortcut", "callback_id": "nobody_knows"},
        {"type": "message_action", "callback_id": "nobody_knows"},
        {"type": "block_suggestion", "action_id": "nobody_knows", "value": "x"},
    ],
    ids=str,
)
async def test_slack_requests_of_other_versions(relay: Relay, body: dict[str, Any]) -> None:
    """A button, form, shortcut or menu that this version does not know is answered, and does nothing."""
    assert await relay.slack.deliver(body) == 200
    await unmoved(relay)


@pytest.mark.parametrize("body", [{"type": "nothing_known"}, {"command": "/other", "text": WORDS}], ids=str)
async def test_slack_requests_nobody_listens_to(relay: Relay, body: dict[str, Any]) -> None:
    """A genuine request that is none of ours is answered 404."""
    assert await relay.slack.deliver(body) == 404
    await unmoved(relay)


@pytest.mark.parametrize("raw", [b"purple elephants", b'"event_callback"', b"null", b"command=%2Fother"])
async def test_slack_forms_nobody_listens_to(relay: Relay, raw: bytes) -> None:
    """Signed words that read as a form of unknown fields are answered 404."""
    assert (await request_to(relay, SLACK, raw, sign(relay.slack.signing_secret, raw, now())))[0] == 404
    await unmoved(relay)


async def test_a_button_nobody_knows(relay: Relay) -> None:
    """A press of one of our buttons that names no text of ours is answered 200 and does nothing."""
    for value in ("0" * 32, "", None, 7):
        action = {"type": "button", "action_id": "send_again", "value": value}
        body = {"type": "block_actions", "user": {"id": AVA}, "actions": [action]}
        assert await relay.slack.deliver(body) == 200
    await unmoved(relay)


async def test_slack_checks_the_address(relay: Relay) -> None:
    """Slack's own checks are answered: the challenge is given back where it is signed, ssl_check gets 200."""
    raw = json.dumps({"type": "url_verification", "token": "t", "challenge": "3eZbrw1aB"}).encode()
    status, text = await request_to(relay, SLACK, raw, sign(relay.slack.signing_secret, raw, now()))
    assert (status, "3eZbrw1aB" in text) == (200, True)
    status, text = await request_to(relay, SLACK, raw)
    assert (status, "3eZbrw1aB" in text) == (401, False)
    assert await request_to(relay, SLACK, b"ssl_check=1&token=t") == (200, "")
    await unmoved(relay)


# --- Volt's door


def webhook(body: str = WORDS, **changes: Any) -> bytes:
    """Write a webhook that would be posted if it were believed."""
    message = VoltMessage(ACCOUNT, DANA, body, direction="inbound", status="received")
    return json.dumps(envelope(received(message) | changes)).encode()


async def test_volt_unsigned_and_forged(relay: Relay) -> None:
    """Without a signature, or with one that is not of this body, a webhook is answered 401."""
    raw = webhook()
    good = relay.volt._postman.sign(raw)
    assert (await relay.volt.post(raw, signature=None))[0] == 401
    forged = ["", "AAAA", "not base64 at all!", "0" * 512, "x" * 8_000, good[:-8], good[::-1], good.lower(), "ü"]
    for signature in (*forged, relay.volt._postman.sign(b""), relay.volt._postman.sign(webhook("other words"))):
        assert (await relay.volt.post(raw, signature=signature))[0] == 401
    assert (await relay.volt.post(raw + b" ", signature=good))[0] == 401
    assert (await relay.volt.post(raw.replace(b"purple", b"Purple"), signature=good))[0] == 401
    await unmoved(relay)


async def test_volt_stale_key(relay: Relay) -> None:
    """After Volt has changed its key, what the old one signed is taken for a week, and then answered 401."""
    on_its_way, late = webhook("on its way"), webhook("late")
    signed = {raw: relay.volt._postman.sign(raw) for raw in (on_its_way, late)}
    relay.volt.rotate_key()
    await relay.restart()
    await relay.volt.text(MARCO, "with the new key")
    await relay.shows(MARCO, "with the new key")
    assert (await relay.volt.post(on_its_way, signature=signed[on_its_way]))[0] == 200
    await relay.shows(DANA, "on its way")
    await relay.stop()
    with sqlite3.connect(relay.database) as database:
        database.execute(
            "UPDATE value SET value = json_set(value, '$.changed_at', json_extract(value, '$.changed_at') - ?)"
            " WHERE name = 'webhook key'",
            [OVERLAP_S],
        )
    database.close()
    await relay.start()
    assert (await relay.volt.post(late, signature=signed[late]))[0] == 401
    await relay.volt.text(MARCO, "still with the new key")
    await relay.shows(MARCO, "with the new key", "still with the new key")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b'{"type": "messaging", "id": "\xc3\x28"}',
        b"not json: " + WORDS.encode(),
        b"[]",
        b"null",
        b'"messaging"',
        b"7",
        b"NaN",
        b"[" * 100_000,
        b'{"type": "messaging", "payload": {"event_type": "message.received"}}',
        webhook(from_number=["Dana"]),
        webhook(to_number="5555550123"),
        webhook(text={"words": WORDS}),
    ],
    ids=lambda raw: raw[:16].decode("ascii", "replace"),
)
async def test_volt_unreadable(relay: Relay, raw: bytes) -> None:
    """What is signed but is not UTF-8, JSON, an object, or has no usable numbers is answered 400."""
    assert (await relay.volt.post(raw))[0] == 400
    await unmoved(relay)


async def test_too_long(relay: Relay) -> None:
    """A body beyond the limit is answered 413 on both doors, signed or not, announced or not."""

    async def in_pieces(raw: bytes) -> Any:
        for start in range(0, len(raw), 65_536):
            yield raw[start : start + 65_536]

    long, longer = b" " * (LONGEST_BODY_BYTES + 1), b" " * 2_000_000
    assert (await relay.volt.post(long))[0] == 413
    assert (await relay.volt.post(long, signature=None))[0] == 413
    assert (await request_to(relay, SLACK, longer, sign(relay.slack.signing_secret, longer, now())))[0] == 413
    async with aiohttp.ClientSession() as session:
        for path, raw in ((VOLT, long), (SLACK, longer)):
            async with session.post(relay.url + path, data=in_pieces(raw)) as answer:
                assert answer.status == 413
    await unmoved(relay)


@pytest.mark.parametrize("path", [SLACK, VOLT])
async def test_other_methods(relay: Relay, path: str) -> None:
    """Any method but POST is answered 405 on the doors."""
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        assert (await request_to(relay, path, b"", method=method))[0] == 405
    await unmoved(relay)


async def test_other_paths(relay: Relay) -> None:
    """Any other path is answered 404."""
    for path in ("/", "/slack", "/slack/events/", "/volt/webhooks/guess", "/../etc/passwd", "/%00", "/" + "x" * 4_000):
        assert (await request_to(relay, path, b"{}"))[0] == 404
    await unmoved(relay)


# --- the socket itself


def head(path: str, *lines: str) -> bytes:
    """Write the head of a request."""
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: bot", *lines, "", "")).encode()


NONSENSE = [
    b"\x00\xff\xfe" * 300 + b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200 + b"\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nX-Long: " + b"purple elephants" * 10_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nBad Header\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: \x00\r\n\r\n",
]
CLAIMS = f"{SIGNATURE}: v0=1", f"{TIMESTAMP}: 1", "X-Respond-Flow-Signature: AAAA"


def broken_requests(path: str) -> list[bytes]:
    """Write requests that are broken somewhere behind their first line, and end there."""
    return [
        head(path, "Content-Length: -1"),
        head(path, "Content-Length: 99999999999999999999"),
        head(path, "Content-Length: ten"),
        head(path, "Content-Length: 5", "Content-Length: 7") + b"12345",
        head(path, "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
        head(path, "Transfer-Encoding: chunked") + b"ZZZ\r\npurple elephants\r\n",
        head(path, "Transfer-Encoding: chunked") + b"5\r\npurple elephants\r\n0\r\n\r\n",
        head(path, "Transfer-Encoding: chunked", *CLAIMS) + b"\xff\xff\r\n\r\n",
        head(path, "Content-Encoding: gzip", "Content-Length: 5", *CLAIMS) + b"12345",
        head(path, "Content-Encoding: deflate", "Content-Length: 5") + b"12345",
        head(path, "Content-Type: text/plain; charset=purple", "Content-Length: 2", *CLAIMS) + b"{}",
        head(path, "Expect: 100-purple", "Content-Length: 2") + b"{}",
    ]


async def send_raw(relay: Relay, raw: bytes, *, is_answered: bool = True) -> bytes:
    """Send bytes, wait for the first line of the answer if there will be one, and break off."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(relay.url.rpartition(":")[2]))
    try:
        writer.write(raw)
        await writer.drain()
        async with asyncio.timeout(5):
            return await reader.readline() if is_answered else b""
    finally:
        writer.transport.abort()


async def test_nonsense_on_the_socket(relay: Relay) -> None:
    """What is no HTTP is answered 400, and the bot works on with a clean log."""
    for raw in NONSENSE:
        assert (await send_raw(relay, raw)).split()[1] == b"400"
    await unmoved(relay)


@pytest.mark.parametrize("path", [SLACK, VOLT])
async def test_broken_requests(relay: Relay, path: str) -> None:
    """Requests with broken lengths, chunks and encodings are answered below 500."""
    for raw in broken_requests(path):
        assert (await send_raw(relay, raw)).split()[1] in (b"400", b"401", b"417")
    await unmoved(relay)


@pytest.mark.parametrize("path", [SLACK, VOLT])
async def test_requests_that_break_off(relay: Relay, path: str) -> None:
    """Callers who hang up anywhere in a request leave nothing behind."""
    whole = head(path, "Content-Length: 500", *CLAIMS) + b"purple elephants"
    chunked = head(path, "Transfer-Encoding: chunked", *CLAIMS) + b"500\r\npurple elephants"
    for raw in (b"", b"\r\n\r\n", whole[:10], whole[:60], whole, chunked):
        await send_raw(relay, raw, is_answered=False)
    assert await relay.get("/healthz") == (200, "alive")
    await unmoved(relay)


# --- what operators and hosts see


async def ready(relay: Relay, wanted: int) -> str:
    """Ask until /readyz answers this status; return what it says."""
    async with asyncio.timeout(10):
        while (answer := await relay.get("/readyz"))[0] != wanted:
            pass
    return answer[1]


async def test_readiness(relay: Relay) -> None:
    """/readyz is 200 while work can be taken, 503 with the reason while Slack refuses the token, and 200 again."""
    thread = await relay.open_thread()
    assert await relay.get("/healthz") == (200, "alive")
    assert await relay.get("/readyz") == (200, "ready")
    relay.slack.bot_token = "xoxb-another"
    await relay.volt.text(DANA, "Anyone?")
    assert (await ready(relay, 503)).startswith("slack: Slack does not accept the bot's token. An admin has to")
    assert await relay.get("/healthz") == (200, "alive")
    relay.slack.bot_token = "xoxb-sandbox"
    await relay.reply(thread, "Yes <@U0BEN> is here")
    assert await ready(relay, 200) == "ready"


async def test_readiness_of_the_database(relay: Relay) -> None:
    """/readyz is 503 while the database cannot be written."""
    await relay.stop()
    relay.database.chmod(0o600)
    await relay.start()
    assert await relay.get("/readyz") == (200, "ready")
    assert relay.app is not None
    await relay.app.storage.close()
    status, reason = await relay.get("/readyz")
    assert status == 503
    assert reason.startswith("database: ")


async def test_readiness_while_volt_is_down(relay: Relay) -> None:
    """/readyz names Volt while it takes no texts, and is 200 again once it does."""
    thread = await relay.open_thread()
    relay.volt.rules.statuses = [(503, 0)]
    await relay.reply(thread, "It is ready")
    await relay.receives("It is ready")
    assert await ready(relay, 200) == "ready"
    relay.volt.rules.down = True
    await relay.reply(thread, "See you")
    assert (await ready(relay, 503)).startswith("volt: Volt is busy.")


# --- settings of Volt's door


async def test_path_secret(relay: Relay) -> None:
    """With a path secret the door is at that path alone, also for what is signed; the secret is not in the log."""
    await relay.restart(volt_webhook_path_secret="hidden-door-42")
    await relay.open_thread()
    for path in (VOLT, f"{VOLT}/", f"{VOLT}/hidden-door-4", f"{VOLT}/hidden-door-421", f"{VOLT}/hidden-door-42/x"):
        assert (await relay.volt.post(webhook(), path=path))[0] == 404
    assert (await relay.volt.post(webhook(), signature=None))[0] == 401
    await unmoved(relay)
    assert "hidden-door" not in relay.log


async def test_log_mode(relay: Relay) -> None:
    """With verify=log what does not verify is acted on and warned about; nonsense is refused as ever."""
    await relay.restart(volt_webhook_verify="log")
    assert (await relay.volt.post(webhook("unsigned"), signature=None))[0] == 200
    assert (await relay.volt.post(webhook("forged"), signature="AAAA"))[0] == 200
    await relay.slack.until(lambda: len(relay.texts()) == 2)
    assert sorted(relay.texts()) == ["forged", "unsigned"]
    assert relay.log.count("volt_webhook_not_verified") == 2
    assert (await relay.volt.post(b"not json", signature=None))[0] == 400
    assert (await relay.volt.post(b" " * (LONGEST_BODY_BYTES + 1), signature=None))[0] == 413
    check_log(relay)


async def _seen_earlier(relay: Relay, seconds: float) -> None:
    """Restart the bot as if verify=log had been seen so much earlier."""
    await relay.stop()
    with sqlite3.connect(relay.database) as database:
        database.execute("UPDATE value SET value = value - ? WHERE name = ?", [seconds, LOG_MODE_SINCE])
    database.close()
    await relay.start()


async def test_log_mode_ends_by_itself(relay: Relay) -> None:
    """24 hours after verify=log was first seen unsigned texts are refused; no restart begins that day anew.

    While it lasts /readyz and the metrics say so; another setting forgets when it began.
    """
    note = "VOLT_WEBHOOK_VERIFY=log: unsigned texts are acted on until "
    await relay.restart(volt_webhook_verify="log")
    assert (await relay.get("/readyz"))[0] == 200
    assert note in (await relay.get("/readyz"))[1]
    assert "volt_bot_webhooks_unverified 1.0" in (await relay.get("/metrics"))[1]
    await _seen_earlier(relay, LOG_MODE_S - 3_600)
    assert (await relay.volt.post(webhook("the last hour"), signature=None))[0] == 200
    await _seen_earlier(relay, 3_600)
    assert (await relay.volt.post(webhook("too late"), signature=None))[0] == 401
    assert (await relay.get("/readyz")) == (200, "ready")
    assert "volt_bot_webhooks_unverified 0.0" in (await relay.get("/metrics"))[1]
    await relay.restart(volt_webhook_verify="enforce")
    await relay.restart(volt_webhook_verify="log")
    assert (await relay.volt.post(webhook("another day"), signature=None))[0] == 200
    await relay.slack.until(lambda: len(relay.texts()) == 2)
    assert sorted(relay.texts()) == ["another day", "the last hour"]


async def test_registration_window(relay: Relay) -> None:
    """Who knows Volt's token can open a window in which the unsigned probe is answered 200, and is not acted on."""
    probe = b'{"type": "test"}'
    assert (await relay.volt.post(probe, signature=None))[0] == 401
    stale = registration_proof(relay.volt.token, time.time() - 3_600)
    for proof in ("", "1:" + "0" * 64, stale, registration_proof("guessed token", time.time())):
        await relay.volt.post(b"", signature=None, headers={REGISTRATION_HEADER: proof})
        assert (await relay.volt.post(probe, signature=None))[0] == 401
    proof = registration_proof(relay.volt.token, time.time())
    assert (await relay.volt.post(b"", signature=None, headers={REGISTRATION_HEADER: proof}))[::2] == (200, "open")
    for signature in (None, "AAAA"):
        assert (await relay.volt.post(probe, signature=signature))[0] == 200
        assert (await relay.volt.post(webhook(), signature=signature))[0] == 200
        assert (await relay.volt.post(b"", signature=signature))[0] == 200
    await unmoved(relay)


async def test_a_webhook_that_cannot_be_stored(relay: Relay) -> None:
    """While nothing can be stored Volt is answered 503 with Retry-After, and its next try is shown, once."""
    await relay.fill_disk()
    raw = webhook("long " * 1_800)
    status, headers, _ = await relay.volt.post(raw)
    assert (status, headers["Retry-After"].isdigit()) == (503, True)
    await relay.fill_disk(is_full=False)
    for _ in range(2):
        assert (await relay.volt.post(raw))[0] == 200
    await relay.volt.text(DANA, "after")
    await relay.shows(DANA, "after")
    assert " ".join(relay.texts()).count("long") == 1_800
    check_log(relay)


async def test_an_event_that_cannot_be_stored(relay: Relay) -> None:
    """While nothing can be stored Slack is answered 503 with Retry-After, and its next try is texted, once."""
    thread = await relay.open_thread()
    await relay.fill_disk()
    words = " ".join(f"word{number:04d}" for number in range(3_000))
    await relay.reply(thread, words)
    await relay.slack.until(lambda: 503 in {delivery.status for delivery in relay.slack.deliveries})
    await relay.fill_disk(is_full=False)
    await relay.agree()
    await relay.volt.until(relay.phone)
    await relay.reply(thread, "after")
    await relay.volt.until(lambda: relay.phone()[-1] == "after")
    assert " ".join(part.partition(") ")[2] for part in relay.phone()[:-1]) == words
