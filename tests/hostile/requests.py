"""One hostile request as bytes on a socket: what is sent, in which pieces, and how it ends.

Pure but for the bytes it is given. HTTP is written by hand, because no client library would write it so.
"""

import gzip
import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Header = tuple[bytes, bytes]

BOMB = gzip.compress(b"0" * 10_000_000, 9)
"""Ten megabytes in ten kilobytes."""


@dataclass(frozen=True)
class Request:
    """A request that is well-formed as HTTP, before anything is done to it."""

    method: bytes
    path: bytes
    headers: tuple[Header, ...]
    body: bytes

    def raw(self, *extra: Header, body: bytes | None = None, closes: bool = True, version: bytes = b"1.1") -> bytes:
        """Write it; `body` None writes its own with its length, else nothing about lengths is added."""
        headers = [(b"Host", b"bot.example.com"), *self.headers, *extra]
        if closes:
            headers.append((b"Connection", b"close"))
        if body is None:
            headers.append((b"Content-Length", b"%d" % len(self.body)))
        lines = [b"%s %s HTTP/%s" % (self.method, self.path, version), *(b"%s: %s" % pair for pair in headers)]
        return b"\r\n".join(lines) + b"\r\n\r\n" + (self.body if body is None else body)


@dataclass(frozen=True)
class RawRequest:
    """What is sent. `ending`: read, half (say that nothing more comes, then read), or abort (cut it)."""

    name: str
    parts: tuple[bytes, ...]
    ending: str = "read"
    is_answered: bool = False


Way = Callable[[random.Random, Request], RawRequest]


def plain(_source: random.Random, request: Request) -> RawRequest:
    """Send it as it is."""
    return RawRequest("plain", (request.raw(),), is_answered=True)


def chunked(source: random.Random, request: Request) -> RawRequest:
    """Send the body in chunks; some are broken, and some break off."""
    good = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in _cut(source, request.body, 4))
    te = (b"Transfer-Encoding", b"chunked")
    endings = (
        b"0\r\n\r\n",
        b"",
        b"zz\r\n",
        b"-5\r\nabc\r\n",
        b"ffffffffffffffff1\r\n",
        b"5;" + b"e" * 20_000 + b"\r\n",
    )
    tail = source.choice(endings)
    if tail.startswith(b"0"):
        return RawRequest("chunked", (request.raw(te, body=good + tail),), is_answered=len(request.body) < 100_000)
    return RawRequest("chunks broken", (request.raw(te, body=good + tail),), source.choice(("half", "abort")))


def lying_length(source: random.Random, request: Request) -> RawRequest:
    """Say another length than the body has."""
    lies = (
        b"0",
        b"-1",
        b"abc",
        b"1e3",
        b"+5",
        b"5, 6",
        b"9" * 30,
        "５".encode(),
        b"%d" % (len(request.body) + 50),
        b"3",
    )
    extra = [(b"Content-Length", source.choice(lies))]
    if source.random() < 0.3:
        extra.append((b"Content-Length", b"%d" % len(request.body)))
    if source.random() < 0.2:
        extra.append((b"Transfer-Encoding", source.choice((b"chunked", b"xchunked", b"gzip, chunked", b"chunked, x"))))
    return RawRequest("lying length", (request.raw(*extra, body=request.body),), source.choice(("half", "abort")))


def encoded(source: random.Random, request: Request) -> RawRequest:
    """Say that the body is compressed; it is, or it is not, or it is ten megabytes of nothing."""
    body = source.choice(
        (
            request.body,
            source.randbytes(200),
            gzip.compress(request.body),
            gzip.compress(request.body)[:-6],
            zlib.compress(request.body),
            BOMB,
            gzip.compress(BOMB),
            b"",
        )
    )
    kind = source.choice((b"gzip", b"deflate", b"br", b"zstd", b"identity", b"gzip, gzip", b"x" * 300, b"\xff"))
    whole = Request(request.method, request.path, request.headers, body)
    return RawRequest("encoded", (whole.raw((b"Content-Encoding", kind)),))


def slow(source: random.Random, request: Request) -> RawRequest:
    """Send it in pieces with pauses between."""
    return RawRequest("slow", _cut(source, request.raw(), 6), is_answered=len(request.body) < 100_000)


def broken_off(source: random.Random, request: Request) -> RawRequest:
    """Hang up somewhere."""
    raw = request.raw()
    return RawRequest("broken off", (raw[: source.randrange(1, len(raw))],), source.choice(("abort", "half")))


def half_open(_source: random.Random, request: Request) -> RawRequest:
    """Say at once that nothing more will come."""
    return RawRequest("half open", (request.raw(),), "half")


def pipelined(source: random.Random, request: Request) -> RawRequest:
    """Send several at once; sometimes with rubbish after them."""
    first = request.raw(closes=False) * source.choice((1, 2, 8))
    tail = source.choice((b"", b"\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET"))
    return RawRequest("pipelined", (first + request.raw() + tail,))


def odd_version(source: random.Random, request: Request) -> RawRequest:
    """Speak another HTTP."""
    version = source.choice((b"1.0", b"1.0", b"0.9", b"2.0", b"3", b"1.1 x", b"9.9", b"", b"1." + b"1" * 500))
    return RawRequest("odd version", (request.raw(version=version),), is_answered=version == b"1.0")


def odd_method(source: random.Random, request: Request) -> RawRequest:
    """Use another method, or none."""
    methods = (b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE", b"CONNECT", b"PROPFIND")
    method = source.choice((*methods, b"post", b"M" * 9_000, b"P\xd6ST", b"", b"GE T", b"\x00"))
    path = source.choice((request.path, request.path, request.path, b"*", b"bot.example.com:443", b""))
    whole = Request(method, path, request.headers, source.choice((b"", request.body)))
    return RawRequest("odd method", (whole.raw(),))


def odd_target(source: random.Random, request: Request) -> RawRequest:
    """Write the path in another way."""
    path = request.path
    targets = (
        path + b"/",
        b"/" + path,
        path + b"?" + b"&".join([b"a=1"] * 500),
        path + b"?type=event_callback&%ff=%zz&=&payload=%7B%7D#f",
        path + b"%00",
        path + b"%2F..%2F..",
        path + b";v=1",
        path.upper(),
        path.replace(b"/", b"%2f"),
        path.replace(b"/", b"/./"),
        path + b"\xff\xfe",
        path + "/ünï".encode(),
        path + b"?" + b"q" * source.choice((7_000, 9_000, 70_000)),
        b"http://evil.example.com" + path,
        b"http://[::1" + path,
        b"//evil.example.com" + path,
        b"http://user:pass@h:99999999" + path,
        b"\\..\\..",
        path + b" x",
        path + b"\x00",
    )
    return RawRequest(
        "odd target", (Request(request.method, source.choice(targets), request.headers, request.body).raw(),)
    )


def odd_headers(source: random.Random, request: Request) -> RawRequest:
    """Add headers that are huge, many, doubled, forbidden, or no headers at all."""
    drawn: Sequence[Sequence[Header]] = (
        [(b"X-Huge", b"h" * source.choice((7_000, 8_150, 9_000, 65_000, 300_000)))],
        [(b"H" * 9_000, b"x")],
        [(b"X-%d" % number, b"y") for number in range(source.choice((90, 300, 2_000)))],
        [(b"Host", b"other.example.com")],
        [(b"Content-Type", b"text/xml"), (b"Content-Type", b"application/json")],
        [(b"Content-Type", source.choice((b"", b";;;", b"a/b; charset=nope", b"multipart/form-data", b"\xff/\xff")))],
        [(b"Content-Type", b"application/json; charset=utf-16")],
        [(b"Expect", source.choice((b"100-continue", b"a miracle")))],
        [(b"Upgrade", source.choice((b"websocket", b"h2c", b"x"))), (b"Connection", b"Upgrade")],
        [(b"Cookie", b"a=" + b'"' * 500), (b"Cookie", b"\xff=\xff; ;;=")],
        [(b"X-Slack-Bolt-Lazy-Only", b"1"), (b"X-Slack-Bolt-Lazy-Function-Name", b"x")],
        [(b"X-Slack-Retry-Num", b"NaN"), (b"X-Slack-Retry-Reason", b"\xff")],
        [(b"X-Volt-Bot-Registration", source.choice((b"1:" + b"0" * 64, b"9" * 12 + b":" + b"f" * 64, b"\xff:")))],
        [(b"Range", b"bytes=0-,5-1,-9"), (b"If-Modified-Since", b"yesterday"), (b"If-None-Match", b"*")],
        [(b"Bad Name", b"x")],
        [(b"", b"x")],
        [(b"X-Nul", b"a\x00b")],
        [(b"X-Fold", b"a\r\n b"), (b"X-Bare", b"a\nb: c"), (b"X-Cr", b"a\rb")],
        [(b"Forwarded", b"for=\xff"), (b"X-Forwarded-Proto", b"javascript"), (b"X-HTTP-Method-Override", b"DELETE")],
    )
    return RawRequest("odd headers", (request.raw(*source.choice(drawn)),))


def no_http(source: random.Random, request: Request) -> RawRequest:
    """Send what is no HTTP."""
    raw = request.raw()
    lines = (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + source.randbytes(200),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"SSH-2.0-x\r\n",
        b"\r\n" * 500 + b"x\r\n\r\n",
        b"\x00" * 300,
        b"GET\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        b"A" * 70_000,
        source.randbytes(source.randrange(1, 2_000)),
        raw.replace(b"\r\n", b"\n"),
        raw.replace(b": ", b" "),
        raw.replace(b"\r\n", b"\r"),
        b" " + raw,
        raw[: len(raw) // 2] + source.randbytes(8) + raw[len(raw) // 2 :],
    )
    return RawRequest("no HTTP", (source.choice(lines),), source.choice(("half", "read")))


WAYS: dict[Way, int] = {
    plain: 40,
    chunked: 6,
    lying_length: 6,
    encoded: 6,
    slow: 3,
    broken_off: 6,
    half_open: 3,
    pipelined: 3,
    odd_version: 3,
    odd_method: 6,
    odd_target: 6,
    odd_headers: 8,
    no_http: 4,
}


def draw_raw(source: random.Random, request: Request) -> RawRequest:
    """Draw a way to send it."""
    way = source.choices(list(WAYS), list(WAYS.values()))[0]
    return way(source, request)


def _cut(source: random.Random, raw: bytes, most: int) -> tuple[bytes, ...]:
    places = sorted(source.randrange(len(raw) + 1) for _ in range(source.randrange(1, most)))
    bounds = [0, *places, len(raw)]
    pieces = (raw[start:end] for start, end in pairwise(bounds))
    return tuple(piece for piece in pieces if piece)
