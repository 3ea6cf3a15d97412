import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.errors import StoreUnavailable
from bot.domain.message import Inbound, Receipt
from bot.domain.workspaces import WEBHOOK_PATH
from bot.providers.volt.pool_numbers import ForeignNumber
from bot.providers.volt.public_keys import PublicKeys
from bot.providers.volt.registration_window import (
    AFTER_PROBE_S,
    REGISTRATION_HEADER,
    REGISTRATION_WINDOW_S,
    RegistrationWindow,
    registration_proof,
)
from bot.providers.volt.signature import key_text
from bot.providers.volt.webhook import (
    LONGEST_BODY_BYTES,
    PASSTHROUGH_HEADER,
    SIGNATURE_HEADER,
    VoltWebhook,
    VoltWebhookRoutes,
)
from tests.harness.kept import Kept

PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SAMPLES = Path(__file__).parents[2] / "samples" / "volt"
RECEIVED = (SAMPLES / "message_received.json").read_bytes()
FINALIZED = (SAMPLES / "message_finalized_failed.json").read_bytes()
PROBE = b'{"type":"test"}'
SECRET = "registration-secret"
KEY = "0123456789abcdef0123456789abcdef"


def signed(body: bytes) -> dict[str, str]:
    """Make the header Volt signs with."""
    return {SIGNATURE_HEADER: PRIVATE.sign(body, padding.PKCS1v15(), hashes.SHA256()).hex()}


FORGED = signed(b"another body")


@dataclass
class Recorder:
    """What is behind the door: who records, who counts, and the time."""

    recorded: list[Inbound | Receipt] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    error: Exception | None = None
    now: float = 1_795_000_000.0

    async def record(self, event: Inbound | Receipt) -> bool:
        if self.error is not None:
            raise self.error
        is_new = event.event_id not in {known.event_id for known in self.recorded}
        self.recorded.append(event)
        return is_new

    def clock(self) -> float:
        return self.now


@dataclass
class Answer:
    status: int
    text: str
    headers: Any


@dataclass
class Sender:
    """The way to the door."""

    server: TestServer
    session: aiohttp.ClientSession
    door: VoltWebhook
    path: str = WEBHOOK_PATH

    async def post(self, body: Any, headers: dict[str, str] | None = None, path: str = "") -> Answer:
        url = self.server.make_url(path or self.path)
        async with self.session.post(url, data=body, headers=headers) as response:
            return Answer(response.status, await response.text(), response.headers)

    async def event(self, body: bytes, **more: str) -> Answer:
        """Post a body that is truly signed."""
        return await self.post(body, {**signed(body), **more})


async def remembered() -> str | None:
    """Recall nothing."""
    return None


async def remember(_text: str) -> None:
    """Keep nothing: these keys are given as text, or cannot be had."""


@pytest.fixture
def recorder() -> Recorder:
    """Give an empty recorder."""
    return Recorder()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Give a client."""
    async with aiohttp.ClientSession() as session:
        yield session


async def opened(
    recorder: Recorder, session: aiohttp.ClientSession, key: str = "", *, secret: str = SECRET, **changes: Any
) -> Sender:
    """Open a door on a free port; `kept` is what it shares with others, nothing if not given."""
    kept: Kept = changes.pop("kept", None) or Kept()
    setting = key or key_text(PRIVATE.public_key())
    keys = PublicKeys(setting, session, recall=remembered, remember=remember)
    await keys.start()
    window = RegistrationWindow(secret, recall=kept.recall, remember=kept.remember, clock=recorder.clock)
    how: dict[str, Any] = {"is_enforced": lambda: True, "path_secret": None, "registration": window} | changes
    door = VoltWebhook(keys, recorder.record, **how)
    door.count = recorder.outcomes.append
    door.clock = recorder.clock
    app = web.Application()
    VoltWebhookRoutes(lambda: [door]).add_routes(app)
    server = TestServer(app)
    await server.start_server()
    return Sender(server, session, door)


@pytest.fixture
async def sender(recorder: Recorder, session: aiohttp.ClientSession) -> AsyncIterator[Sender]:
    """Give a door that enforces signatures."""
    sender = await opened(recorder, session)
    yield sender
    await sender.server.close()


@pytest.fixture
async def log_street(recorder: Recorder, session: aiohttp.ClientSession) -> AsyncIterator[Sender]:
    """Give a door in log mode."""
    sender = await opened(recorder, session, is_enforced=lambda: False)
    yield sender
    await sender.server.close()


@pytest.fixture
async def keyless_sender(
    recorder: Recorder, session: aiohttp.ClientSession, unused_tcp_port: int
) -> AsyncIterator[Sender]:
    """Give a door whose key cannot be fetched."""
    sender = await opened(recorder, session, f"http://127.0.0.1:{unused_tcp_port}/key")
    yield sender
    await sender.server.close()


async def test_signed_text_is_recorded(sender: Sender, recorder: Recorder) -> None:
    """A signed text is recorded and answered 200."""
    assert (await sender.event(RECEIVED)).status == 200
    (event,) = recorder.recorded
    assert isinstance(event, Inbound)
    assert event.text == "Replying to message from handset"
    assert recorder.outcomes == ["accepted"]


async def test_signed_receipt_carries_our_key(sender: Sender, recorder: Recorder) -> None:
    """A receipt is recorded with the key that Volt carried back."""
    assert (await sender.event(FINALIZED, **{PASSTHROUGH_HEADER: KEY})).status == 200
    (event,) = recorder.recorded
    assert isinstance(event, Receipt)
    assert event.key == KEY


async def test_repeat_is_answered_alike(sender: Sender, recorder: Recorder) -> None:
    """A redelivery is 200 too, and counted as a repeat."""
    await sender.event(RECEIVED)
    assert (await sender.event(RECEIVED)).status == 200
    assert recorder.outcomes == ["accepted", "repeat"]


async def test_foreign_numbers_are_answered(sender: Sender, recorder: Recorder) -> None:
    """A signed event about a number that is not of this connection is 200, so that it does not come again."""
    recorder.error = ForeignNumber()
    answer = await sender.event(RECEIVED)
    assert (answer.status, answer.text) == (200, "foreign")
    assert recorder.outcomes == ["foreign"]


@pytest.mark.parametrize("body", [PROBE, b"{}", b'{"type": "call", "payload": {}}'])
async def test_other_kinds_are_answered(sender: Sender, recorder: Recorder, body: bytes) -> None:
    """What is not acted on is 200, so that it does not come again."""
    assert (await sender.event(body)).status == 200
    assert (recorder.recorded, recorder.outcomes) == ([], ["ignored"])


async def test_missing_time_is_that_of_arrival(sender: Sender, recorder: Recorder) -> None:
    """An event without any time is dated by the door's clock."""
    envelope = json.loads(RECEIVED)
    envelope["time"] = envelope["payload"]["received_at"] = envelope["payload"]["occurred_at"] = None
    await sender.event(json.dumps(envelope).encode())
    assert isinstance(recorder.recorded[0], Inbound)
    assert recorder.recorded[0].at.timestamp() == recorder.now


@pytest.mark.parametrize("body", [RECEIVED, PROBE, b"", b"\xff", b"["])
@pytest.mark.parametrize(
    ("headers", "outcome"),
    [({}, "unsigned"), ({SIGNATURE_HEADER: ""}, "unsigned"), (FORGED, "forged"), ({SIGNATURE_HEADER: "é"}, "forged")],
)
async def test_what_does_not_verify_is_401(
    sender: Sender, recorder: Recorder, body: bytes, headers: dict[str, str], outcome: str
) -> None:
    """Unsigned and wrongly signed bodies are 401 before anybody looks inside."""
    assert (await sender.post(body, headers)).status == 401
    assert (recorder.recorded, recorder.outcomes) == ([], [outcome])


async def test_one_byte_more_is_forged(sender: Sender, recorder: Recorder) -> None:
    """The signature covers the raw bytes: white space that JSON ignores breaks it."""
    assert (await sender.post(RECEIVED + b" ", signed(RECEIVED))).status == 401
    assert recorder.outcomes == ["forged"]


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"[" * 100_000, RECEIVED.replace(b"+15555550123", b"anonymous")])
async def test_unreadable_is_400(sender: Sender, recorder: Recorder, body: bytes) -> None:
    """A signed body that makes no sense is 400."""
    assert (await sender.event(body)).status == 400
    assert (recorder.recorded, recorder.outcomes) == ([], ["unreadable"])


async def test_long_body_is_413(sender: Sender, recorder: Recorder) -> None:
    """A body longer than 256 KiB is refused, even well signed; one of exactly that length is read."""
    fits = b" " * (LONGEST_BODY_BYTES - len(PROBE)) + PROBE
    assert (await sender.event(fits)).status == 200
    assert (await sender.event(b" " + fits)).status == 413
    assert recorder.outcomes == ["ignored", "too_large"]


async def test_long_chunked_body_is_413(sender: Sender, recorder: Recorder) -> None:
    """A body without a length is read up to the limit and no further."""
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(64):
            sent += 8192
            yield b"x" * 8192

    assert (await sender.post(chunks(), signed(b""))).status == 413
    assert recorder.outcomes == ["too_large"]
    assert sent > LONGEST_BODY_BYTES


async def test_chunked_body_within_the_limit_is_read(sender: Sender, recorder: Recorder) -> None:
    """A genuine event may come in chunks."""

    async def chunks() -> AsyncIterator[bytes]:
        yield RECEIVED[:100]
        yield RECEIVED[100:]

    assert (await sender.post(chunks(), signed(RECEIVED))).status == 200
    assert recorder.outcomes == ["accepted"]


async def raw_exchange(sender: Sender, head: bytes, body: bytes) -> bytes:
    """Say something that is hardly HTTP, the body after the server asked for it, and read until the server hangs up."""
    assert sender.server.port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", sender.server.port)
    start = f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: bot\r\n{SIGNATURE_HEADER}: x\r\nExpect: 100-continue\r\n".encode()
    writer.write(start + b"Connection: close\r\n" + head + b"\r\n\r\n")
    invitation = await reader.readline()
    answer = b""
    if b" 100 " in invitation:
        await reader.readline()
        writer.write(body)
        writer.write_eof()
        answer = await reader.read()
    writer.close()
    return answer or invitation


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"Transfer-Encoding: chunked", b"ZZZ\r\nnonsense\r\n0\r\n\r\n"),
        (b"Transfer-Encoding: chunked", b"5\r\nhello\r\nZZZ\r\n"),
        (b"Content-Encoding: gzip\r\nContent-Length: 9", b"not gzip!"),
        (b"Content-Encoding: deflate\r\nTransfer-Encoding: chunked", b"5\r\nhello\r\n0\r\n\r\n"),
        (b"Content-Length: 1000", b"short"),
    ],
)
async def test_broken_bodies_cause_no_5xx(
    sender: Sender, recorder: Recorder, head: bytes, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """A body that breaks off or is wrongly encoded is a 4xx or no answer, and never a traceback."""
    caplog.set_level(logging.ERROR)
    answer = await raw_exchange(sender, head, body)
    assert answer.split(b" ", 2)[1] in {b"100", b"400", b"401"}
    assert "Traceback" not in caplog.text
    assert recorder.recorded == []


async def test_slow_body_is_408(sender: Sender, recorder: Recorder) -> None:
    """Who does not send the body in time is refused, and the connection ended."""
    sender.door.body_timeout_s = 0.05

    async def chunks() -> AsyncIterator[bytes]:
        yield RECEIVED[:100]
        await asyncio.Event().wait()

    assert (await sender.post(chunks(), signed(RECEIVED))).status == 408
    assert (recorder.recorded, recorder.outcomes) == ([], ["unreadable"])


@pytest.mark.parametrize("head", [b"Content-Length: -5", b"Content-Length: 99999999999999999999", b"No colon"])
async def test_broken_heads_cause_no_5xx(sender: Sender, recorder: Recorder, head: bytes) -> None:
    """What is not HTTP is refused before it comes to the door."""
    answer = await raw_exchange(sender, head, b"")
    assert answer.split(b" ", 2)[1] == b"400"
    assert recorder.outcomes == []


async def test_store_out_of_order_is_503(sender: Sender, recorder: Recorder) -> None:
    """What cannot be stored is 503 with the time to come back."""
    recorder.error = StoreUnavailable("disk full", retry_after_s=9)
    answer = await sender.event(RECEIVED)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "9")
    assert "disk" not in answer.text
    assert recorder.outcomes == ["unavailable"]


async def test_fault_of_ours_is_503(sender: Sender, recorder: Recorder) -> None:
    """A fault nobody foresaw leaves the event with Volt, and its words, which may hold a text, unsaid."""
    recorder.error = RuntimeError("Replying to message from handset")
    with structlog.testing.capture_logs() as logs:
        answer = await sender.event(RECEIVED)
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Replying" not in str(logs) + answer.text
    assert "RuntimeError in record" in logs[-1]["reason"]


async def test_missing_key_is_503_for_signed_requests(keyless_sender: Sender, recorder: Recorder) -> None:
    """While no key can be had signed requests shall come again, unsigned ones need not."""
    answer = await keyless_sender.event(RECEIVED)
    assert answer.status == 503
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert (await keyless_sender.post(RECEIVED)).status == 401
    assert recorder.outcomes == ["unavailable", "unsigned"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_405(sender: Sender, method: str) -> None:
    """The door is for POST."""
    async with sender.session.request(method, sender.server.make_url(WEBHOOK_PATH)) as response:
        assert response.status == 405
        assert response.headers["Allow"] == "POST"


async def test_path_secret(recorder: Recorder, session: aiohttp.ClientSession) -> None:
    """Where a secret is set only its own path is there; any other is a 404, signed or not."""
    sender = await opened(recorder, session, path_secret="s3cret-pfad")
    for path in (
        WEBHOOK_PATH,
        f"{WEBHOOK_PATH}/",
        f"{WEBHOOK_PATH}/wrong",
        f"{WEBHOOK_PATH}/s3cret",
        f"{WEBHOOK_PATH}/s3cret-pfad/x",
        f"{WEBHOOK_PATH}/%ff",
        f"{WEBHOOK_PATH}/é",
    ):
        sender.path = path
        assert (await sender.event(RECEIVED)).status == 404
    assert recorder.recorded == []
    sender.path = f"{WEBHOOK_PATH}/s3cret-pfad"
    assert (await sender.event(RECEIVED)).status == 200
    await sender.server.close()


async def test_no_path_secret(sender: Sender) -> None:
    """Where no secret is set there is no longer path."""
    sender.path = f"{WEBHOOK_PATH}/anything"
    assert (await sender.event(RECEIVED)).status == 404


async def test_log_mode_acts_and_warns(log_street: Sender, recorder: Recorder) -> None:
    """In log mode a text that does not verify is recorded, with a warning that says why."""
    with structlog.testing.capture_logs() as logs:
        assert (await log_street.post(RECEIVED)).status == 200
        assert (await log_street.post(RECEIVED, FORGED)).status == 200
    assert recorder.outcomes == ["accepted", "repeat"]
    reasons = [entry["reason"] for entry in logs if entry["log_level"] == "warning"]
    assert reasons == ["no signature", "signature does not match"]


@pytest.mark.parametrize("word", ["STOP", "stop.", "UNSUBSCRIBE", "START"])
async def test_log_mode_acts_on_no_unsigned_consent(log_street: Sender, recorder: Recorder, word: str) -> None:
    """In log mode too an unsigned receipt, and an unsigned word that ends or begins consent, are refused."""
    consent = RECEIVED.replace(b"Replying to message from handset", word.encode())
    for body, headers in ((FINALIZED, {}), (FINALIZED, FORGED), (consent, {}), (consent, FORGED)):
        assert (await log_street.post(body, headers)).status == 401
    assert recorder.recorded == []
    assert (await log_street.event(FINALIZED)).status == (await log_street.event(consent)).status == 200
    assert len(recorder.recorded) == 2


async def test_log_mode_still_refuses_nonsense(log_street: Sender) -> None:
    """In log mode an unreadable body is 400."""
    assert (await log_street.post(b"nonsense")).status == 400


async def test_log_mode_needs_no_key(recorder: Recorder, session: aiohttp.ClientSession, unused_tcp_port: int) -> None:
    """In log mode an event is recorded though there is no key to verify it with."""
    sender = await opened(recorder, session, f"http://127.0.0.1:{unused_tcp_port}/key", is_enforced=lambda: False)
    assert (await sender.event(RECEIVED)).status == 200
    assert len(recorder.recorded) == 1
    await sender.server.close()


@pytest.mark.parametrize("headers", [{}, FORGED, {SIGNATURE_HEADER: "?"}])
@pytest.mark.parametrize("body", [PROBE, b"", b"nonsense", RECEIVED])
async def test_probe_of_a_registration(
    sender: Sender, recorder: Recorder, body: bytes, headers: dict[str, str]
) -> None:
    """During a registration what cannot be verified is 200 and not acted on; a minute later it is 401 again."""
    await sender.door.registration.open()
    assert (await sender.post(body, headers)).status == 200
    recorder.now += REGISTRATION_WINDOW_S
    assert (await sender.post(body, headers)).status == 401
    assert recorder.recorded == []
    assert recorder.outcomes[0] == "ignored"


async def test_genuine_events_during_a_registration(sender: Sender, recorder: Recorder) -> None:
    """During a registration genuine events are acted on, refused and stored as ever."""
    await sender.door.registration.open()
    assert (await sender.event(RECEIVED)).status == 200
    assert len(recorder.recorded) == 1
    assert (await sender.event(b"nonsense")).status == 400
    recorder.error = StoreUnavailable("disk full")
    assert (await sender.event(FINALIZED)).status == 503


async def test_no_text_is_lost_during_a_registration(keyless_sender: Sender) -> None:
    """During a registration too a signed event that no key is there for shall come again."""
    await keyless_sender.door.registration.open()
    assert (await keyless_sender.event(RECEIVED)).status == 503
    assert (await keyless_sender.post(PROBE)).status == 200


async def test_no_receipt_is_lost_in_log_mode(
    recorder: Recorder, session: aiohttp.ClientSession, unused_tcp_port: int
) -> None:
    """In log mode a signed receipt that no key is there for shall come again, also during a registration."""
    sender = await opened(recorder, session, f"http://127.0.0.1:{unused_tcp_port}/key", is_enforced=lambda: False)
    assert (await sender.event(FINALIZED)).status == 503
    await sender.door.registration.open()
    assert (await sender.event(FINALIZED)).status == 503
    assert recorder.recorded == []
    await sender.server.close()


async def test_probe_in_log_mode(log_street: Sender, recorder: Recorder) -> None:
    """In log mode a probe that makes no sense is 200 during a registration, and events are acted on."""
    await log_street.door.registration.open()
    assert (await log_street.post(b"")).status == 200
    assert recorder.recorded == []
    assert (await log_street.post(RECEIVED)).status == 200
    assert len(recorder.recorded) == 1


async def test_proof_opens_the_window(sender: Sender, recorder: Recorder) -> None:
    """The registering program opens the window over HTTP; its own request is not acted on."""
    proof = registration_proof(SECRET, recorder.now)
    assert (await sender.post(RECEIVED, {REGISTRATION_HEADER: proof})).status == 200
    assert (await sender.post(PROBE)).status == 200
    assert recorder.recorded == []


async def test_another_bot_gets_the_probe(recorder: Recorder, session: aiohttp.ClientSession) -> None:
    """Whichever bot a probe comes to answers it, whoever of them opened the window; and it closes soon for all."""
    kept = Kept()
    one, other = [await opened(recorder, session, kept=kept) for _ in range(2)]
    assert (await other.post(PROBE)).status == 401
    await one.door.registration.open()
    assert (await other.post(PROBE)).status == 200
    recorder.now += AFTER_PROBE_S
    assert (await one.post(PROBE)).status == 401
    for sender in (one, other):
        await sender.server.close()


async def test_strangers_are_asked_for_together() -> None:
    """However many ask at once, what is stored is read once for the first of them and once for all others."""
    kept = Kept()
    window = RegistrationWindow("", recall=kept.recall, remember=kept.remember)
    assert await asyncio.gather(*(window.is_open() for _ in range(100))) == [False] * 100
    assert kept.reads == 2
    await window.open()
    assert await window.is_open()


@pytest.mark.parametrize(
    "proof",
    [
        "",
        "x",
        ":",
        "1:2",
        registration_proof("wrong", 1_795_000_000.0),
        registration_proof(SECRET, 1_795_000_000.0 - 61),
        registration_proof(SECRET, 1_795_000_000.0 + 61),
        registration_proof(SECRET, 1_795_000_000.0).upper(),
        registration_proof(SECRET, 1_795_000_000.0)[:-1],
        "1795000001" + registration_proof(SECRET, 1_795_000_000.0)[10:],
        "٣" * 10 + registration_proof(SECRET, 1_795_000_000.0)[10:],
        "9" * 5000,
    ],
)
async def test_false_proofs_open_nothing(sender: Sender, proof: str) -> None:
    """A proof with another secret, stale, from the future or misshapen is as if it were not there."""
    assert (await sender.post(PROBE, {REGISTRATION_HEADER: proof})).status == 401
    assert (await sender.post(PROBE)).status == 401


async def test_empty_secret_proves_nothing(recorder: Recorder, session: aiohttp.ClientSession) -> None:
    """Where no registration secret is set nobody can make a proof."""
    sender = await opened(recorder, session, secret="")
    proof = registration_proof("", recorder.now)
    assert (await sender.post(PROBE, {REGISTRATION_HEADER: proof})).status == 401
    await sender.server.close()


async def test_no_body_is_logged_or_answered(sender: Sender, recorder: Recorder) -> None:
    """Each refusal is one short line with its reason; neither it nor the answer holds anything of the body."""
    with structlog.testing.capture_logs() as logs:
        for body in (RECEIVED, RECEIVED.replace(b"+15555550123", b"+1555-SECRET"), b"Replying" * 40_000):
            for headers in ({}, FORGED, signed(body)):
                answer = await sender.post(body, headers)
                assert len(answer.text) < 100
                assert not {"Replying", "SECRET"} & set(answer.text.split())
    refusals = [entry for entry in logs if entry["event"] == "volt_webhook_refused"]
    assert len(refusals) == 8
    assert all(entry["reason"] for entry in refusals)
    assert all(len(str(entry)) < 300 for entry in logs)
    assert "Replying" not in str(logs)
    assert "55555" not in str(logs)
    assert "SECRET" not in str(logs)


async def test_form_of_a_signature_is_logged_once(sender: Sender) -> None:
    """Which form Volt signs in is noted when it is first seen."""
    with structlog.testing.capture_logs() as logs:
        await sender.event(PROBE)
        await sender.event(RECEIVED)
    assert [entry["form"] for entry in logs if "form" in entry] == ["hex pkcs1v15-sha256"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=400) | st.sampled_from([RECEIVED, FINALIZED]),
    header=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=400),
    is_signed=st.booleans(),
)
async def test_no_request_of_a_stranger_is_a_5xx(sender: Sender, body: bytes, header: str, is_signed: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    """Whatever is posted, the answer is 200, 400 or 401."""
    headers = {PASSTHROUGH_HEADER: header, REGISTRATION_HEADER: header, SIGNATURE_HEADER: header}
    answer = await sender.post(body, headers | (signed(body) if is_signed else {}))
    assert answer.status in ({200, 400} if is_signed else {401})


async def test_what_is_not_signed_is_refused_before_its_body(sender: Sender) -> None:
    """The head alone is enough to refuse a request without a signature: its body is not waited for."""
    reader, writer = await asyncio.open_connection(sender.server.host, sender.server.port)
    writer.write(f"POST {sender.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{".encode())
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
    writer.transport.abort()
