"""Fetching pictures over real HTTP, from the one origin that is exempt, and everything that is refused on the way."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web
from aiohttp.typedefs import Handler
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.errors import CallFailed, Rejected, Retryable
from bot.providers.media_fetcher import MediaFetcher

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
LARGEST = 20_000


class Origin:
    """A server whose one page is set by the test; notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.page: Handler = picture
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer with the page of the moment."""
        self.asked.append(request)
        return await self.page(request)


async def picture(_request: web.Request) -> web.Response:
    """Answer with a picture."""
    return web.Response(body=PNG, content_type="image/png")


def answering(
    body: bytes = PNG, *, said: str = "image/png", status: int = 200, headers: dict[str, str] | None = None
) -> Handler:
    """Make a page that answers so."""

    async def page(_request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers={"Content-Type": said} | (headers or {}))

    return page


@asynccontextmanager
async def serve() -> AsyncIterator[Origin]:
    """Serve on a free port."""
    made, app = Origin(), web.Application()
    app.router.add_get("/{tail:.*}", made.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await runner.cleanup()


@pytest.fixture
async def volt() -> AsyncIterator[Origin]:
    """Give the origin that is exempt."""
    async with serve() as made:
        yield made


@pytest.fixture
async def fetcher(volt: Origin) -> AsyncIterator[MediaFetcher]:
    """Give a fetcher with small limits."""
    made = MediaFetcher(f"{volt.url}/graphql", timeout_s=2.0, largest=LARGEST)
    await made.start()
    yield made
    await made.close()


async def failure(fetcher: MediaFetcher, url: str) -> CallFailed:
    """Return how fetching failed."""
    with pytest.raises(CallFailed) as caught:
        await fetcher.fetch(url)
    return caught.value


async def test_a_picture(volt: Origin, fetcher: MediaFetcher) -> None:
    """A picture is fetched whole, with the address as it is, and without any credentials."""
    media = await fetcher.fetch(f"{volt.url}/a.png?sig=a%2Fb+c")
    assert (media.type, media.data) == ("image/png", PNG)
    (request,) = volt.asked
    assert request.raw_path == "/a.png?sig=a%2Fb+c"
    assert {"Authorization", "Cookie", "Referer"}.isdisjoint(request.headers)


async def test_cookies_are_not_kept(volt: Origin, fetcher: MediaFetcher) -> None:
    """A cookie set by one answer does not go along with the next request."""
    volt.page = answering(headers={"Set-Cookie": "id=1; Path=/"})
    for _ in range(2):
        await fetcher.fetch(f"{volt.url}/a.png")
    assert all("Cookie" not in request.headers for request in volt.asked)


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (answering(b"<!DOCTYPE html><p>", said="text/html"), "page"),
        (answering(b"<html>", said="image/png"), "page"),
        (answering(b"MZ\x90\x00", said="image/png"), "type"),
        (answering(b"MZ\x90\x00", said="application/octet-stream"), "type"),
        (answering(PNG, said="video/mp4"), "type"),
        (answering(b"", said="image/png"), "type"),
        (answering(b'{"error": "no"}', said="application/json"), "type"),
        (answering(PNG + bytes(LARGEST)), "too_large"),
        (answering(status=404), "gone"),
        (answering(status=403), "gone"),
        (answering(status=204), "gone"),
        (answering(PNG, headers={"Content-Encoding": "gzip"}), None),
    ],
)
async def test_what_is_refused(volt: Origin, fetcher: MediaFetcher, page: Handler, code: str | None) -> None:
    """Pages, unknown types, types that are not as said, too many bytes and bad answers are refused for good."""
    volt.page = page
    if code is None:
        assert (await fetcher.fetch(f"{volt.url}/a")).data == PNG  # taken as it came: nothing is unpacked
        return
    failed = await failure(fetcher, f"{volt.url}/a")
    assert (type(failed), failed.code) == (Rejected, code)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_trouble_that_passes(volt: Origin, fetcher: MediaFetcher, status: int) -> None:
    """Trouble at the other side may be over the next time."""
    volt.page = answering(status=status)
    assert isinstance(await failure(fetcher, f"{volt.url}/a"), Retryable)


async def test_a_stream_without_end(volt: Origin, fetcher: MediaFetcher) -> None:
    """What never ends is given up as soon as it is too large."""
    sent = 0

    async def page(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Type": "image/png"})
        await response.prepare(request)
        await response.write(PNG)
        while True:
            await response.write(bytes(2**16))
            sent += 2**16

    volt.page = page
    failed = await failure(fetcher, f"{volt.url}/a")
    assert failed.code == "too_large"
    assert sent < 100 * 2**20


async def test_a_wrong_start_ends_it_early(volt: Origin, fetcher: MediaFetcher) -> None:
    """What is no picture by its first bytes is not read to its end."""

    async def page(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "image/png"})
        await response.prepare(request)
        await response.write(bytes(2_000))
        await asyncio.Event().wait()
        return response

    volt.page = page
    failed = await failure(fetcher, f"{volt.url}/a")
    assert failed.code == "type"


async def test_no_answer_in_time(volt: Origin, fetcher: MediaFetcher) -> None:
    """A place that takes the request and says nothing is given up after a while, for now."""

    async def page(_request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    volt.page = page
    failed = await failure(fetcher, f"{volt.url}/a")
    assert (type(failed), failed.code) == (Retryable, "timeout")


async def test_redirects(volt: Origin, fetcher: MediaFetcher) -> None:
    """Three redirects are followed, and not a fourth."""

    async def page(request: web.Request) -> web.StreamResponse:
        left = int(request.path.strip("/"))
        return await picture(request) if left == 0 else web.Response(status=302, headers={"Location": f"/{left - 1}"})

    volt.page = page
    assert (await fetcher.fetch(f"{volt.url}/3")).data == PNG
    failed = await failure(fetcher, f"{volt.url}/4")
    assert (type(failed), failed.code) == (Rejected, "redirects")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0.0.0.0"])
async def test_a_redirect_inside(volt: Origin, fetcher: MediaFetcher, host: str) -> None:
    """A redirect is checked like a first address: to our own machine's other ports it is not followed."""
    async with serve() as other:
        port = other.url.rpartition(":")[2]
        volt.page = answering(status=307, headers={"Location": f"http://{host}:{port}/a.png"})
        failed = await failure(fetcher, f"{volt.url}/a")
        assert (type(failed), failed.code) == (Rejected, "internal")
        assert other.asked == []


INSIDE = (
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001"),
    *("127.0.0.1.", "127.255.255.254", "0", "0.0.0.0", "localhost", "localhost.", "LOCALHOST", "a.localhost"),
    *("10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "2852039166", "0xa9fea9fe", "169.254.43518"),
    *("metadata.google.internal", "printer.local", "printer", "nas.home.arpa", "host.localdomain", "router.lan"),
    *("192.0.0.1", "192.0.0.192", "192.88.99.1", "168.63.129.16", "2822734096", "100.64.0.1", "100.100.100.200"),
    *("198.18.0.1", "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("[::1]", "[::]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:a83f:8110]", "[0:0:0:0:0:ffff:7f00:1]"),
    *("[64:ff9b::7f00:1]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2002:a83f:8110::1]", "[2001::1]"),
    *("[fe80::1]", "[fe80::1%25eth0]", "[fc00::1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[100::1]"),
    *("[2606:4700::5efe:127.0.0.1]", "[3fff::1]", "[5f00::1]", "127%2e0%2e0%2e1", "①②⑦.⓪.⓪.①", "127。0。0。1"),
)
"""Spellings of addresses that are not on the public internet."""

_CONNECTED: list[object] = []


def _note_connection(event: str, values: tuple[object, ...]) -> None:
    """Note where Python's own sockets are about to connect, or what they look up."""
    if event == "socket.connect":
        _CONNECTED.append(values[1])
    elif event == "socket.getaddrinfo":
        _CONNECTED.append(values[0])


sys.addaudithook(_note_connection)  # the interpreter tells: nothing of the fetcher is replaced


@pytest.mark.parametrize("host", INSIDE)
async def test_every_spelling_of_an_address_inside(volt: Origin, fetcher: MediaFetcher, host: str) -> None:
    """An address inside is refused in every spelling, first or behind a redirect; nothing is looked up or connected."""
    _CONNECTED.clear()
    for url in (f"http://{host}/a.png", f"https://{host}:8443/a.png"):
        assert (await failure(fetcher, url)).code in ("internal", "unreadable")
    assert _CONNECTED == []
    volt.page = answering(status=302, headers={"Location": quote(f"http://{host}/a.png", safe="/:[]%")})
    assert (await failure(fetcher, f"{volt.url}/a")).code in ("internal", "unreadable")
    assert [("127.0.0.1", int(volt.url.rpartition(":")[2]))] == _CONNECTED


@pytest.mark.parametrize("location", ["ftp://example.com/a", "file:///etc/passwd", "http://u:p@127.0.0.1/a", "http://"])
async def test_a_redirect_to_nowhere(volt: Origin, fetcher: MediaFetcher, location: str) -> None:
    """A redirect to what is no web address is refused."""
    volt.page = answering(status=302, headers={"Location": location})
    assert isinstance(await failure(fetcher, f"{volt.url}/a"), Rejected)


async def test_the_exception_is_one_origin(volt: Origin, fetcher: MediaFetcher) -> None:
    """Not the host but scheme, host and port together are exempt."""
    port = volt.url.rpartition(":")[2]
    for url in (f"https://127.0.0.1:{port}/a", f"http://localhost:{port}/a", "http://127.0.0.1/a"):
        assert (await failure(fetcher, url)).code == "internal"
    assert volt.asked == []


async def test_a_name_that_leads_inside(fetcher: MediaFetcher) -> None:
    """The address that a name leads to is checked, and no socket is opened for one that is inside."""
    session = (
        fetcher._public_session
    )  # no name but localhost may be looked up in a test, and that one is refused before
    assert session is not None
    for host in ("localhost", "127.0.0.1"):
        with pytest.raises(aiohttp.ClientConnectorError) as caught:
            await session.get(f"http://{host}:9/a.png")
        assert str(caught.value.os_error) == "not on the public internet"


@given(st.text(max_size=80))
@example(".A")  # right behind the host it made a public name of it, which no test may look up
def test_any_address(text: str) -> None:
    """Whatever stands in place of an address, fetching ends in an error that the bridge knows, or in a picture."""

    async def run() -> None:
        made = MediaFetcher("http://127.0.0.1:9/graphql", timeout_s=1.0)
        await made.start()
        try:
            for url in (text, f"http://127.0.0.1:9/{text}", f"http://localhost/{text}"):
                assert isinstance(await failure(made, url), CallFailed)
        finally:
            await made.close()

    asyncio.run(run())
