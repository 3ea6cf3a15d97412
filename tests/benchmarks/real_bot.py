"""The real App for a benchmark: its settings, conversations it starts with, and, for a peer, a commit per request.

Nothing of the bot is replaced but, where asked, the group commit. The pace of posts may be set beyond what a setting
allows, because Slack's limit is not what is measured.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar, cast
from uuid import uuid4

from bot.app import App
from bot.bridge.inbox.processor import store_events
from bot.bridge.messages.inbound import record_inbound
from bot.clock import Clock
from bot.config import Config, load
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.message import Inbound, Receipt
from bot.domain.outbox import RateLimitHold, post_limit
from bot.domain.phone import E164
from bot.domain.timestamps import Micros, add_seconds
from bot.observability import logs
from bot.ports.storage import Transaction
from bot.store.group_commit import Engine, GroupCommit, UnitOfWork
from bot.store.sql.store import SqlStore
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.engine import SqliteEngine
from bot.store.sqlite.storage import SqliteStorage
from tests.benchmarks.requests import SIGNING_SECRET, contact, thread_ts
from tests.harness.world import ACCOUNT, CHANNEL

T = TypeVar("T")

SEEDED_AT_ONCE = 1_000

LINED_UP_AT_ONCE = 100
HELD_S = 3_600

NO_LIMIT = 1e6
"""Posts per second that nothing here reaches."""


class CommitEach(GroupCommit):
    """What an engine is without the group commit: each unit of work its own transaction, on a thread of its own."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._writer = ThreadPoolExecutor(1)

    async def start(self) -> None:
        """Open the database."""
        await asyncio.get_running_loop().run_in_executor(self._writer, self._engine.open)

    async def run(self, unit: UnitOfWork[T]) -> T:
        """Run one unit of work and commit it."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._commit, unit)

    def _commit(self, unit: UnitOfWork[T]) -> T:
        ((result, failure),) = self._engine.run([unit])
        if failure is not None:
            raise failure
        return cast("T", result)

    async def close(self) -> None:
        """Close the database."""
        await asyncio.get_running_loop().run_in_executor(self._writer, self._engine.close)
        self._writer.shutdown()


class OneByOne(App):
    """The bot without any grouping: each event is kept in a unit of work of its own."""

    async def _record(self, event: Inbound | Receipt) -> bool:
        return not await self.storage.store.run(partial(store_events, events=[event]))


@asynccontextmanager
async def serve_bot(
    *,
    sink: str,
    webhook_key: str,
    rate: float,
    seeded: int = 0,
    backlog: int = 0,
    commits_each: bool = False,
    database_url: str = "",
) -> AsyncIterator[App]:
    """Run the App on a new database in the current folder, or on the one that is named.

    `seeded` conversations have their thread already, and `backlog` texts each that wait to be shown.
    """
    database = Path.cwd() / "bot.db"
    config = _config(sink, webhook_key, rate, database_url or f"sqlite:///{database}")
    logs.configure(config.log_level, config.log_format, config.secrets())
    if seeded:
        await _seed(database, seeded, backlog)
    app = OneByOne(config) if commits_each else App(config)
    if commits_each:
        undo_window_s = config.undo_seconds
        app.storage = SqliteStorage(
            database, app.clock.now, app.telemetry, undo_window_s=undo_window_s, writer=CommitEach
        )
    await app.start()
    yield app
    await app.close()


def _config(sink: str, webhook_key: str, rate: float, database_url: str) -> Config:
    config = load(
        _env_file=None,
        slack_signing_secret=SIGNING_SECRET,
        slack_bot_token="xoxb-benchmark",
        slack_channel=CHANNEL,
        slack_api_url=f"{sink}/api/",
        volt_api_token="benchmark",
        volt_account_number=ACCOUNT,
        volt_api_url=f"{sink}/graphql",
        volt_webhook_key=webhook_key,
        database_url=database_url,
        undo_seconds=30,
        agent_texts_per_hour=1_000_000,  # counted as ever, and never reached
        port=0,
    )
    return config.model_copy(update={"slack_post_rate": rate})


async def _seed(database: Path, seeded: int, backlog: int) -> None:
    store = SqlStore(GroupCommit(SqliteEngine(lambda: open_for_writing(database))), Clock().now)
    await store.start()
    for first in range(0, seeded, SEEDED_AT_ONCE):
        numbers = range(first, min(first + SEEDED_AT_ONCE, seeded))
        await store.run(lambda tx, numbers=numbers: _open(tx, numbers, backlog))  # type: ignore[misc]
    await store.close()


def _open(tx: Transaction, numbers: range, backlog: int) -> None:
    for number in numbers:
        open_conversation(tx, number)
        for _ in range(backlog):
            record_inbound(tx, text_of(number), channel=ChannelId(CHANNEL))


async def line_up(app: App, texts: int) -> None:
    """Store a text of each of so many new conversations, all held until they are released together."""
    until = add_seconds(app.clock.now(), HELD_S)
    await app.storage.store.run(
        lambda tx: tx.outbox.hold(RateLimitHold(post_limit(ChannelId(CHANNEL)), until, Micros(0)))
    )
    for first in range(0, texts, LINED_UP_AT_ONCE):
        numbers = range(first, min(first + LINED_UP_AT_ONCE, texts))
        await app.storage.store.run(partial(_open, numbers=numbers, backlog=1))


async def release(app: App) -> None:
    """Let what is held leave now."""
    await app.storage.store.run(lambda tx: tx.outbox.release_destinations())


def open_conversation(tx: Transaction, number: int) -> None:
    """Give a contact a conversation that has its thread."""
    conversation = tx.conversations.add(E164(ACCOUNT), E164(contact(number)), ChannelId(CHANNEL))
    tx.conversations.set_thread(conversation.id, MessageTs(thread_ts(number)))


def text_of(number: int) -> Inbound:
    """Make one new text of a contact."""
    key, words = uuid4().hex, "Could you tell me whether my order has left, please?"
    return Inbound(key, f"text {key}", E164(ACCOUNT), E164(contact(number)), words, (), datetime.now(UTC))
