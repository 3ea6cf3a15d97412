import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.domain.errors import StoreUnavailable
from bot.providers.volt.key_rotation import OVERLAP_S, fingerprint
from bot.providers.volt.public_keys import FETCH_EVERY_S, LONGEST_KEY_BYTES, KeyUnavailable, PublicKeys

OLD = rsa.generate_private_key(public_exponent=65537, key_size=2048)
THIRD = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NEW = rsa.generate_private_key(public_exponent=65537, key_size=2048)
BODY = b'{"type": "messaging"}'
FORM = "hex pkcs1v15-sha256"


def openssh(key: rsa.RSAPrivateKey) -> str:
    """Write the public half as the vendor's file name suggests it is written."""
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def pem(key: rsa.RSAPrivateKey) -> bytes:
    """Write the public half as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def signed(key: rsa.RSAPrivateKey) -> str:
    """Sign the body."""
    return key.sign(BODY, padding.PKCS1v15(), hashes.SHA256()).hex()


@dataclass
class KeyHost:
    """A web server that serves one key, or what a test wants instead."""

    text: str = ""
    status: int = 200
    fetches: int = 0
    url: str = ""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, _request: web.Request) -> web.Response:
        self.fetches += 1
        self.asked.set()
        await self.gate.wait()
        return web.Response(text=self.text, status=self.status)

    async def redirect(self, _request: web.Request) -> web.Response:
        raise web.HTTPFound(self.url)


@dataclass
class Memory:
    """What the assembly remembers for the key source, and whether its store works."""

    text: str | None = None
    is_broken: bool = False

    async def recall(self) -> str | None:
        if self.is_broken:
            raise StoreUnavailable("disk full")
        return self.text

    async def remember(self, text: str) -> None:
        if self.is_broken:
            raise StoreUnavailable("disk full")
        self.text = text


@dataclass
class Clock:
    """The time, as seconds of both kinds."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def opened(host: KeyHost) -> AsyncIterator[aiohttp.ClientSession]:
    """Serve the host's key on a free port."""
    host.gate.set()
    app = web.Application()
    app.router.add_get("/id_rsa.pub", host.answer)
    app.router.add_get("/moved", host.redirect)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        host.url = str(server.make_url("/id_rsa.pub"))
        yield session


@pytest.fixture
async def host() -> KeyHost:
    """Give a host of the old key."""
    return KeyHost(openssh(OLD))


@pytest.fixture
def memory() -> Memory:
    """Give an empty memory."""
    return Memory()


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands."""
    return Clock()


@pytest.fixture
async def session(host: KeyHost) -> AsyncIterator[aiohttp.ClientSession]:
    """Give a session, with the host running."""
    async with opened(host) as session:
        yield session


@pytest.fixture
async def start(
    host: KeyHost, memory: Memory, clock: Clock, session: aiohttp.ClientSession
) -> AsyncIterator[Callable[..., Awaitable[PublicKeys]]]:
    """Give a function that starts a key source, by default with the host's address."""
    made: list[PublicKeys] = []

    async def start_source(setting: str = "") -> PublicKeys:
        recall, remember = memory.recall, memory.remember
        made.append(PublicKeys(setting or host.url, session, recall=recall, remember=remember, clock=clock, wall=clock))
        await made[-1].start()
        return made[-1]

    yield start_source
    for source in made:
        await source.close()


Start = Callable[..., Awaitable[PublicKeys]]


async def test_text_is_a_key(start: Start, host: KeyHost) -> None:
    """A key given as text verifies, and is never looked for elsewhere."""
    keys = await start(openssh(OLD))
    assert await keys.verified(BODY, signed(OLD)) == FORM
    assert await keys.verified(BODY, signed(NEW)) is None
    assert host.fetches == 0
    assert keys.is_available
    assert not keys.is_fetched


async def test_file_is_a_key(start: Start, tmp_path: Path) -> None:
    """A key given as the path of its file verifies."""
    path = tmp_path / "id_rsa.pub"
    path.write_text(openssh(OLD))
    keys = await start(str(path))
    assert await keys.verified(BODY, signed(OLD)) == FORM


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no key", "cannot be read"),
        (b"A" * (LONGEST_KEY_BYTES + 1), "too long"),
        (f"{openssh(OLD)} old\n{openssh(NEW)} new\n".encode(), "more than one key"),
        (pem(OLD) + pem(NEW), "more than one key"),
    ],
)
async def test_file_without_a_key_is_a_fault(start: Start, tmp_path: Path, content: bytes, words: str) -> None:
    """A file that holds no key stops the start with a sentence."""
    path = tmp_path / "id_rsa.pub"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=words):
        await start(str(path))


@pytest.mark.parametrize("setting", ["/nowhere/id_rsa.pub", "nonsense", "x" * 5000, "two\nlines", "nul\0byte"])
async def test_what_is_neither_is_a_fault(start: Start, setting: str) -> None:
    """A setting that is no key, file or address stops the start, naming the setting."""
    with pytest.raises(ValueError, match="VOLT_WEBHOOK_KEY"):
        await start(setting)


async def test_address_is_fetched_once(start: Start, host: KeyHost) -> None:
    """A key at an address is fetched at start and kept."""
    keys = await start()
    for _ in range(3):
        assert await keys.verified(BODY, signed(OLD)) == FORM
    assert host.fetches == 1


async def test_fetched_key_outlives_a_restart(start: Start, host: KeyHost, memory: Memory) -> None:
    """After a restart the remembered key serves although its host is down."""
    await start()
    host.status = 500
    keys = await start()
    assert await keys.verified(BODY, signed(OLD)) == FORM
    assert host.fetches == 1


async def test_key_remembered_for_another_address_is_not_used(start: Start, host: KeyHost, memory: Memory) -> None:
    """Once the address is changed, what came from the old one is forgotten."""
    await start()
    assert memory.text is not None
    memory.text = memory.text.replace(host.url, "https://former.example/key")
    host.text = openssh(NEW)
    keys = await start()
    assert await keys.verified(BODY, signed(OLD)) is None
    assert await keys.verified(BODY, signed(NEW)) == FORM


@pytest.mark.parametrize("text", ["", "\n", "garbage", "https://x\nnot a key", "{}", "{", '{"keys": [1]}'])
async def test_garbage_in_memory_is_ignored(start: Start, memory: Memory, text: str) -> None:
    """A damaged memory is no obstacle: the key is fetched."""
    memory.text = text
    assert (await start()).is_available


async def test_memory_of_an_earlier_version(start: Start, host: KeyHost, memory: Memory) -> None:
    """A key that was remembered alone, behind its address, still serves."""
    memory.text = f"{host.url}\n{openssh(OLD)}"
    keys = await start()
    assert await keys.verified(BODY, signed(OLD)) == FORM
    assert host.fetches == 0


async def test_store_out_of_order_is_no_obstacle(start: Start, memory: Memory) -> None:
    """A key that cannot be recalled or remembered still verifies."""
    memory.is_broken = True
    keys = await start()
    assert await keys.verified(BODY, signed(OLD)) == FORM


@pytest.mark.parametrize("damage", ["status", "html", "long", "empty"])
async def test_no_key_at_all_is_unavailable(start: Start, host: KeyHost, clock: Clock, damage: str) -> None:
    """Until a key could be had nothing is verified, and the caller learns when to come back."""
    good = host.text
    host.status = 503 if damage == "status" else 200
    host.text = {"html": "<html>", "long": good + "\n" * LONGEST_KEY_BYTES, "empty": ""}.get(damage, good)
    keys = await start()
    clock.now += 20
    with pytest.raises(KeyUnavailable) as caught:
        await keys.verified(BODY, signed(OLD))
    assert caught.value.retry_after_s == FETCH_EVERY_S - 20
    assert host.fetches == 1
    host.status, host.text = 200, good
    clock.now += 40
    assert await keys.verified(BODY, signed(OLD)) == FORM
    assert host.fetches == 2


async def test_unreachable_host_is_unavailable(start: Start, unused_tcp_port: int) -> None:
    """A host that refuses the connection is no crash."""
    keys = await start(f"http://127.0.0.1:{unused_tcp_port}/key")
    with pytest.raises(KeyUnavailable):
        await keys.verified(BODY, signed(OLD))


async def test_new_key_is_taken_when_it_verifies(start: Start, host: KeyHost, clock: Clock, memory: Memory) -> None:
    """After the vendor changed keys the first genuine request brings the new one, which is then remembered."""
    keys = await start()
    before = memory.text
    host.text = openssh(NEW)
    clock.now += FETCH_EVERY_S
    assert await keys.verified(BODY, signed(NEW)) == FORM
    assert memory.text != before


async def swapped(start: Start, host: KeyHost, clock: Clock, setting: str = "") -> PublicKeys:
    """Start with the old key, then let the address serve the new one, and let a minute pass."""
    keys = await start(setting)
    host.text = openssh(NEW)
    clock.now += FETCH_EVERY_S
    return keys


async def test_a_change_is_said_and_the_old_key_kept_for_a_week(start: Start, host: KeyHost, clock: Clock) -> None:
    """A new key is accepted beside the old one, over a restart too, and a warning tells both; then the old one ends."""
    keys = await swapped(start, host, clock)
    with structlog.testing.capture_logs() as logs:
        assert await keys.verified(BODY, signed(NEW)) == FORM
    (said,) = [one for one in logs if one["event"] == "volt_key_changed"]
    assert (said["log_level"], said["now"]) == ("warning", fingerprint(NEW.public_key()))
    assert said["before"] == fingerprint(OLD.public_key())
    for restarted in (keys, await start()):
        assert await restarted.verified(BODY, signed(OLD)) == FORM
        assert restarted.change is not None
        assert restarted.change.ends_at == clock.now + OVERLAP_S
    clock.now += OVERLAP_S
    assert await keys.verified(BODY, signed(OLD)) is None
    assert await keys.verified(BODY, signed(NEW)) == FORM
    assert keys.change is None


async def test_an_address_that_changes_again_and_again(start: Start, host: KeyHost, clock: Clock) -> None:
    """Whatever keys an address serves within a week, the one from before all that still verifies."""
    keys = await swapped(start, host, clock)
    assert await keys.verified(BODY, signed(NEW)) == FORM
    host.text = openssh(THIRD)
    clock.now += FETCH_EVERY_S
    assert await keys.verified(BODY, signed(THIRD)) == FORM
    assert await keys.verified(BODY, signed(OLD)) == FORM
    assert await keys.verified(BODY, signed(NEW)) is None


async def test_a_key_that_was_served_for_a_moment(start: Start, host: KeyHost, clock: Clock) -> None:
    """A wrong key that nothing was signed with yet counts no more once the address serves the good one again."""
    keys = await swapped(start, host, clock)
    assert await keys.verified(BODY, "00" * 256) is None
    host.text = openssh(OLD)
    clock.now += FETCH_EVERY_S
    assert await keys.verified(BODY, "00" * 256) is None
    assert await keys.verified(BODY, signed(NEW)) is None
    assert await keys.verified(BODY, signed(OLD)) == FORM


async def test_a_wrong_key_that_was_in_use_for_a_while(start: Start, host: KeyHost, clock: Clock) -> None:
    """The good key that an address serves again verifies for good, not only for the week after the change."""
    keys = await swapped(start, host, clock)
    assert await keys.verified(BODY, signed(NEW)) == FORM
    host.text = openssh(OLD)
    clock.now += OVERLAP_S
    for source in (keys, await start()):
        assert await source.verified(BODY, signed(OLD)) == FORM
        clock.now += FETCH_EVERY_S


async def test_a_pinned_key(start: Start, host: KeyHost, clock: Clock, memory: Memory) -> None:
    """Behind an address a fingerprint admits one key: what another one signs shall come again, and is not acted on."""
    pinned = f"{host.url} {fingerprint(OLD.public_key()).upper().replace('SHA', 'sha')}"
    keys = await swapped(start, host, clock, pinned)
    with pytest.raises(KeyUnavailable):
        await keys.verified(BODY, signed(NEW))
    assert keys.is_refused
    assert await keys.verified(BODY, signed(OLD)) == FORM
    assert await keys.verified(BODY, "00" * 256) is None
    both = await start(f"{host.url} {fingerprint(OLD.public_key())} {fingerprint(NEW.public_key())}")
    clock.now += FETCH_EVERY_S
    assert await both.verified(BODY, signed(NEW)) == FORM
    only_new = await start(f"{host.url} {fingerprint(NEW.public_key())}")
    assert await only_new.verified(BODY, signed(OLD)) is None
    assert only_new.change is None
    with pytest.raises(ValueError, match="64 hex digits"):
        await start(f"{host.url} sha256:abc")


async def test_two_keys_at_the_address(start: Start, host: KeyHost, clock: Clock) -> None:
    """An address that serves two keys serves none: the one in use goes on, and where there is none all is put off."""
    keys = await start()
    clock.now += FETCH_EVERY_S
    host.text = f"{openssh(NEW)}\n{openssh(OLD)}"
    assert await keys.verified(BODY, signed(NEW)) is None
    assert await keys.verified(BODY, signed(OLD)) == FORM
    other = await start(host.url + "?none")
    with pytest.raises(KeyUnavailable):
        await other.verified(BODY, signed(OLD))


async def test_strangers_fetch_once_a_minute(start: Start, host: KeyHost, clock: Clock) -> None:
    """However many forged requests come, the key's host is asked once a minute."""
    keys = await start()
    for second in range(180):
        clock.now = 1000.0 + second
        assert await keys.verified(BODY, "00" * 256) is None
    assert host.fetches == 3


async def test_requests_that_fail_together_share_a_fetch(start: Start, host: KeyHost, clock: Clock) -> None:
    """Concurrent requests wait for one fetch, and all profit from it, even if one of them goes away."""
    keys = await start()
    host.text = openssh(NEW)
    clock.now += FETCH_EVERY_S
    host.gate.clear()
    host.asked.clear()
    waiting = [asyncio.create_task(keys.verified(BODY, signed(NEW))) for _ in range(20)]
    await host.asked.wait()
    waiting[0].cancel()
    host.gate.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1:] == [FORM] * 19
    assert host.fetches == 2


async def test_stranger_cannot_drop_a_good_key(start: Start, host: KeyHost, clock: Clock) -> None:
    """A wrong key at the address, fetched because of a forged request, does not replace the one that works."""
    keys = await start()
    host.text = openssh(NEW)
    clock.now += FETCH_EVERY_S
    assert await keys.verified(BODY, "00" * 256) is None
    assert host.fetches == 2
    assert await keys.verified(BODY, signed(OLD)) == FORM


async def test_stranger_cannot_keep_a_new_key_out(start: Start, host: KeyHost, clock: Clock) -> None:
    """A forged request that uses up the minute's fetch brings the new key for those who come after."""
    keys = await start()
    host.text = openssh(NEW)
    clock.now += FETCH_EVERY_S
    assert await keys.verified(BODY, "00" * 256) is None
    assert await keys.verified(BODY, signed(NEW)) == FORM
    assert host.fetches == 2


async def test_host_going_down_leaves_the_key(start: Start, host: KeyHost, clock: Clock) -> None:
    """A failed fetch changes nothing."""
    keys = await start()
    host.text = "<html>maintenance</html>"
    clock.now += FETCH_EVERY_S
    assert await keys.verified(BODY, "00" * 256) is None
    assert await keys.verified(BODY, signed(OLD)) == FORM


async def test_redirects_are_followed(start: Start, host: KeyHost) -> None:
    """A key that moved on the same kind of address is found."""
    keys = await start(host.url.replace("/id_rsa.pub", "/moved"))
    assert await keys.verified(BODY, signed(OLD)) == FORM


async def test_close_ends_a_fetch(start: Start, host: KeyHost, clock: Clock) -> None:
    """Closing does not wait for a host that hangs."""
    keys = await start()
    clock.now += FETCH_EVERY_S
    host.gate.clear()
    host.asked.clear()
    waiting = asyncio.create_task(keys.verified(BODY, signed(NEW)))
    await host.asked.wait()
    await keys.close()
    assert await waiting is None
    host.gate.set()
