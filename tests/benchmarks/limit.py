"""The limit: the least program that does on the wire and on the disk what the bot does for a text, and nothing else.

It checks the same signature, commits before it answers, before a call leaves and after it has ended, always many at
once, and makes the same calls: ten texts of a contact in a post at most, one post of a contact and 32 of all at a time.
It knows no conversations, no repeats, no limits of anybody, no doubt, and writes no log.
"""

import asyncio
import base64
import json
import queue
import sqlite3
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.benchmarks.requests import VOLT_PATH, contact, thread_ts
from tests.benchmarks.sink import POST
from tests.harness.world import CHANNEL

LIMIT = "the least program that does the same"

BATCH = 256
TEXTS_EACH = 10
IN_FLIGHT = 32

_TABLE = """CREATE TABLE text (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, contact TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL)"""
_KEEP = "INSERT INTO text (key, contact, body, state) VALUES (?, ?, ?, 'owed')"
_CLAIM = "UPDATE text SET state = 'sending' WHERE key = ?"
_SETTLE = "UPDATE text SET state = ? WHERE key = ?"
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "temp_store=MEMORY")

Unit = Callable[[sqlite3.Connection], object]


@dataclass(frozen=True)
class _Text:
    key: str
    contact: str
    body: str


class _Disk:
    """One thread writes; what waits is committed together, and only then does anybody go on."""

    def __init__(self, database: Path) -> None:
        self._waiting: queue.SimpleQueue[tuple[Unit, asyncio.Future[None]] | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._database = database
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    async def run(self, unit: Unit) -> None:
        """Return after the commit."""
        done = self._loop.create_future()
        self._waiting.put((unit, done))
        await done

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        connection = sqlite3.connect(self._database, isolation_level=None)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(_TABLE)
        connection.execute("CREATE UNIQUE INDEX text_key ON text (key)")
        while (first := self._waiting.get()) is not None:
            batch = [first]
            while len(batch) < BATCH and not self._waiting.empty():
                more = self._waiting.get()
                if more is None:
                    self._waiting.put(None)
                    break
                batch.append(more)
            connection.execute("BEGIN IMMEDIATE")
            for unit, _ in batch:
                unit(connection)
            connection.execute("COMMIT")
            self._loop.call_soon_threadsafe(_tell, [done for _, done in batch])
        connection.close()


def _tell(all_done: list["asyncio.Future[None]"]) -> None:
    for done in all_done:
        if not done.done():
            done.set_result(None)


class Limit:
    """Takes texts in and posts them, unless `posts` is false."""

    def __init__(self, database: Path, *, sink: str, webhook_key: str, posts: bool = True) -> None:
        self._disk = _Disk(database)
        self._url = f"{sink}/api/{POST}"
        key = serialization.load_pem_public_key(webhook_key.encode())
        assert isinstance(key, rsa.RSAPublicKey)
        self._key = key
        self._posts = posts
        self._owed: OrderedDict[str, deque[_Text]] = OrderedDict()  # of contacts with no call under way
        self._held: dict[str, deque[_Text]] = {}  # what came for a contact whose call is under way
        self._calls: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    async def start(self, backlog: int = 0) -> None:
        """Begin, with one text of so many contacts to post."""
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(connector=connector, headers={"Authorization": "Bearer x"})
        words = "Could you tell me whether my order has left, please?"
        texts = [_Text(uuid4().hex, contact(number), words) for number in range(backlog)]
        await self._disk.run(lambda connection: _keep(connection, texts))
        for text in texts:
            self._owe(text)
        self._pump = asyncio.create_task(self._run())

    async def close(self) -> None:
        """End once the calls under way have ended."""
        self._pump.cancel()
        await asyncio.gather(*self._calls)
        await self._session.close()
        self._disk.close()

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post(VOLT_PATH, self._take_in)

    async def _take_in(self, request: web.Request) -> web.Response:
        body = await request.read()
        signature = base64.b64decode(request.headers["X-Respond-Flow-Signature"], validate=True)
        self._key.verify(signature, body, padding.PKCS1v15(), hashes.SHA256())
        payload = json.loads(body)["payload"]
        text = _Text(uuid4().hex, payload["from_number"], payload["text"])
        await self._disk.run(lambda connection: _keep(connection, [text]))
        self._owe(text)
        return web.Response()

    def _owe(self, text: _Text) -> None:
        if not self._posts:
            return
        if text.contact in self._held:
            self._held[text.contact].append(text)
        else:
            self._owed.setdefault(text.contact, deque()).append(text)
            self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            groups: list[list[_Text]] = []
            while self._owed and len(self._calls) + len(groups) < IN_FLIGHT:
                name, texts = self._owed.popitem(last=False)
                groups.append([texts.popleft() for _ in range(min(TEXTS_EACH, len(texts)))])
                self._held[name] = texts
            if groups:
                await self._disk.run(lambda connection, groups=groups: _claim(connection, groups))  # type: ignore[misc]
            for group in groups:
                task = asyncio.create_task(self._post(group))
                self._calls.add(task)
                task.add_done_callback(self._ended)

    async def _post(self, group: list[_Text]) -> None:
        async with self._session.post(self._url, json=_message(group)) as answer:
            ts = (await answer.json())["ts"]
        await self._disk.run(lambda connection: _settle(connection, group, ts))
        rest = self._held.pop(group[0].contact)
        if rest:
            self._owed[group[0].contact] = rest

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._calls.discard(task)
        self._wake.set()


def _keep(connection: sqlite3.Connection, texts: list[_Text]) -> None:
    connection.executemany(_KEEP, [(text.key, text.contact, text.body) for text in texts])


def _claim(connection: sqlite3.Connection, groups: list[list[_Text]]) -> None:
    connection.executemany(_CLAIM, [(text.key,) for group in groups for text in group])


def _settle(connection: sqlite3.Connection, group: list[_Text], ts: str) -> None:
    connection.executemany(_SETTLE, [(ts, text.key) for text in group])


def _message(group: list[_Text]) -> dict[str, Any]:
    words = "\n".join(text.body for text in group)
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text.body} for text in group]}
    return {
        "channel": CHANNEL,
        "text": words,
        "blocks": [{"type": "rich_text", "elements": [section]}],
        "thread_ts": thread_ts(0),
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": "volt_text", "event_payload": {"keys": [text.key for text in group]}},
    }
