"""The bridge on a clock of its own: a real database, Slack and Volt as stand-ins over HTTP, and no loops.

Only time is made, and calls leave when told to; so what takes minutes in life takes none here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.bridge.attachments.outgoing import AttachmentLinks
from bot.bridge.messages.inbound import record_inbound
from bot.bridge.messages.outbound import record_reply
from bot.bridge.outbox.executor import Executor
from bot.bridge.outbox.failures import record_claim_error
from bot.bridge.outbox.preparation import Preparation
from bot.bridge.outbox.slots import ClaimPass, choose
from bot.bridge.outbox.turns import FairQueue
from bot.bridge.rate_limit import LookupLimiter, RateLimiter
from bot.bridge.reconcile.reconciler import Reconciler
from bot.bridge.requests import Attempt
from bot.domain.ids import MessageKey, MessageTs, UserId
from bot.domain.message import Inbound
from bot.domain.phone import E164
from bot.domain.text_limits import TextLimits
from bot.domain.thread_events import Reply
from bot.domain.timestamps import Micros, add_seconds
from bot.pictures.fitter import ProcessFitter
from bot.ports.messaging import Provider, Providers
from bot.ports.storage import Transaction
from bot.providers.by_account import ProvidersByAccount
from bot.providers.media_fetcher import MediaFetcher
from bot.providers.volt.client import VoltClient
from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.slack.state.model import Message as Post
from bot.sandbox.volt.model import VoltMessage
from bot.slack.api.client import SlackClient
from bot.slack.render.lines import Lines
from bot.slack.render.renderer import Renderer
from bot.store.group_commit import GroupCommit
from bot.store.postgres.storage import PostgresStorage
from bot.store.sql.store import SqlStore
from tests.harness.database import make_database
from tests.harness.engines import new_engine
from tests.harness.observed import Observed
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA

T = TypeVar("T")


def undoable(undo_window_s: float, unit: Callable[[Transaction], T]) -> Callable[[Transaction], T]:
    """Let new replies of a unit of work be undone for so long; the harness itself lets them leave at once."""

    def run(tx: Transaction) -> T:
        tx.undo_window_s = undo_window_s
        return unit(tx)

    return run


class Harness:
    """The bridge with everything around it but its loops and its doors."""

    def __init__(
        self,
        folder: Path,
        slack: SlackStandIn,
        volt: VoltStandIn,
        session: aiohttp.ClientSession,
        on_postgres: str | None = None,
        provider: Provider | None = None,
    ) -> None:
        self.now = Micros(time.time_ns() // 1_000)
        self.slack, self.volt = slack, volt
        self.database = folder / "bot.db"
        self._new_engine = partial(new_engine, self.database, on_postgres)
        self.engine = GroupCommit(self._new_engine())
        self.observer = Observed()
        self.crashes, self.troubles = self.observer.bugs, self.observer.unread
        web = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        self.provider = VoltClient(volt.graphql_url, volt.token)
        self.by_number: dict[E164, Provider] = {}
        main = provider or self.provider
        self.providers: Providers = ProvidersByAccount(self.by_number, main, others=main)
        profile = self.providers.main.profile
        self.limits = TextLimits(profiles={profile.code: profile})
        self.store = SqlStore(self.engine, lambda: self.now, self.observer, limits=self.limits)
        self.workspace = SlackClient(web, Renderer("US", lines=Lines(self.providers)), ProcessFitter())
        self.fetcher = MediaFetcher(volt.graphql_url)
        self.pictures = AttachmentLinks(self.fetcher)
        preparation = Preparation(self.workspace, lambda: self.now, self.pictures)
        limiter = RateLimiter(1_000)
        self.caller = Executor(
            self.store, self.workspace, self.providers, limiter, lambda: self.now, self.pictures, preparation
        )
        self.turns = FairQueue()
        self.reconciler = self.new_reconciler()

    async def start(self) -> None:
        """Open what is to be opened, on an empty database."""
        make_database(self.database)
        await self.store.start()
        await self.provider.start()
        await self.fetcher.start()

    async def close(self) -> None:
        """Close it."""
        await self.fetcher.close()
        await self.provider.close()
        await self.store.close()

    def reopen(self) -> None:
        """Make what a bot makes that starts anew, on the same database; it is still to be started."""
        self.engine = GroupCommit(self._new_engine())
        self.store = self.caller.store = SqlStore(self.engine, lambda: self.now, self.observer, limits=self.limits)
        self.reconciler = self.new_reconciler()

    def stand_on(self, storage: PostgresStorage) -> None:
        """Use a whole storage, with what it does by itself; whoever gives it starts and closes it."""
        self.store = self.caller.store = storage.store
        self.reconciler = self.new_reconciler()

    def new_reconciler(self) -> Reconciler:
        """Make one that remembers no look, as after a restart."""
        return Reconciler(
            self.store,
            self.workspace,
            self.providers,
            lambda: self.now,
            self.observer,
            LookupLimiter(lambda: self.now),
        )

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now = add_seconds(self.now, seconds)

    async def pay(self) -> None:
        """Make every call that is due now, and those that become due by it."""
        while claimed := await self.claim():
            for attempt in claimed:
                await self.caller.perform(attempt)

    async def claim(self) -> list[Attempt]:
        """Claim what is due now."""
        choice = await self.store.run(self._due)
        self.turns.keep(choice.turns)
        self.crashes += [failed.error for failed in choice.errors]
        return choice.claimed

    def _due(self, tx: Transaction) -> ClaimPass:
        choice = choose(tx, self.caller.limiter, self.turns, [])
        for failed in choice.errors:
            record_claim_error(tx, failed.entry)
        return choice

    async def run_sql(self, statement: str) -> None:
        """Do to the database what our code would never do."""
        await self.engine.run(lambda connection: connection.execute(statement).rowcount)

    async def look(self, seconds: float = 0) -> int:
        """Let time pass, look into what is unknown and due, and pay what follows."""
        self.wait(seconds)
        looked = await self.reconciler.look()
        await self.pay()
        return looked

    async def hear(self, text: str) -> None:
        """Take in a text of Dana's."""
        await self.hear_from(DANA, text)

    async def hear_from(self, contact: E164, text: str) -> None:
        """Take in a text, and show it."""
        await self.take_in(contact, text)
        await self.pay()
        self.wait(1)

    async def take_in(self, contact: E164, text: str) -> None:
        """Take in a text that waits to be shown."""
        at = datetime.fromtimestamp(self.now / 1_000_000, UTC)
        kept = VoltMessage(ACCOUNT, contact, text, direction="inbound", status="received")
        inbound = Inbound(f"e{self.now}", kept.legacy_id, ACCOUNT, contact, text, (), at, kept.legacy_id)
        self.volt.keep(kept)
        await self.store.run(lambda tx: record_inbound(tx, inbound, channel=CHANNEL))

    async def answer(self, text: str, thread: str = "") -> None:
        """Take in a reply of an agent, by default under the first header, and let it leave."""
        thread = MessageTs(thread or self.posts()[0].ts)
        ts = MessageTs(await self.slack.say(AVA, CHANNEL, text, thread_ts=thread))
        reply = Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (text,))
        await self.store.run(lambda tx: record_reply(tx, reply))
        await self.pay()
        self.wait(1)

    async def press(self, unit: Any, line: Post, user: UserId) -> bool:
        """Press a button of a line; True where that changed something."""
        value = next(str(e["value"]) for b in line.blocks if b["type"] == "actions" for e in b["elements"])
        key, *version = value.split(":")  # a button that decides about words says which
        pressed = await self.store.run(lambda tx: unit(tx, MessageKey(key), *version, user))
        await self.pay()
        return bool(pressed)

    def posts(self) -> list[Post]:
        """Return the bot's posts: the header, then what stands under it."""
        return [one for one in self.slack.channels[CHANNEL].messages if one.bot_id and not one.deleted]

    def lines(self) -> list[str]:
        """Return what people read under the header."""
        return [seen(one) for one in self.posts()[1:]]

    def phone(self) -> list[str]:
        """Return what went out."""
        return [one.body for one in self.volt.outbound(DANA)]
