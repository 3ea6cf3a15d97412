"""A bot's line at the stand-in for courier, and what it needs for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.domain.errors import CallFailed, StoreUnavailable
from bot.domain.ids import MessageKey
from bot.domain.media import Media
from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164
from bot.domain.provider_messages import OutgoingText
from bot.domain.workspaces import Sealed, WorkspaceId
from bot.providers.courier.callbacks.address import CallbackSigner
from bot.providers.courier.callbacks.kept import KeptCallback
from bot.providers.courier.calls.call_pace import CallPace
from bot.providers.courier.calls.json_api import CourierCalls
from bot.providers.courier.calls.session import CourierSession, Login
from bot.providers.courier.channels.book import Change
from bot.providers.courier.connection import CourierAccess, CourierConnection, CourierSurroundings
from bot.providers.courier.credentials import CourierCredentials, LineIdentity
from bot.providers.courier.outcomes.status_watch import SentText
from bot.providers.session_shelf import SessionShelf
from bot.sandbox import CourierStandIn
from bot.store.sealing import FernetSealer, new_key

Labels = Callable[[], list[str]]

USERNAME, PASSWORD = "bridge@clinic.example", "correct horse"
OURS, DANA, ELI = E164("+15555550199"), E164("+15555550145"), E164("+15555550167")
ACCOUNT = E164(f"courier:{OURS}")
"""What our number is stored as, so that it is told apart from the same one at another provider."""
WORKSPACE = WorkspaceId(7)
PUBLIC_URL = "https://bot.example"
FAST = 1_000.0
"""Calls per second: the pace is tested by itself."""

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 32


def key(number: int) -> MessageKey:
    """Return the key of a text."""
    return MessageKey(f"{number:032x}")


def text(body: str, number: int = 1, contact: E164 = DANA, media: tuple[str, ...] = ()) -> OutgoingText:
    """Return a text that is about to leave."""
    return OutgoingText(key(number), ACCOUNT, contact, body, media)


@dataclass
class Shelf:
    """A place for texts by their names, which can be out of order, or nobody's; `log` tells what was stored when."""

    texts: dict[str, str] = field(default_factory=dict)
    is_full: bool = False
    is_gone: bool = False
    log: list[str] = field(default_factory=list)

    async def recall(self, name: str = "") -> str | None:
        return self.texts.get(name)

    async def remember(self, name: str, stored: str) -> None:
        if self.is_full:
            raise StoreUnavailable("no room")
        self.texts[name] = stored
        self.log.append(name)

    async def alter(self, name: str, change: Change) -> None:
        changed = change(self.texts.get(name))
        if changed is not None:
            await self.remember(name, changed)


class Files:
    """Fetcher of the files of our own texts."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def fetch(self, url: str) -> Media:
        self.asked.append(url)
        return Media("image/png", PNG)


@dataclass
class Stored:
    """What is stored of one line: its texts, and what was recorded of callbacks and receipts."""

    sent: dict[MessageKey, SentText] = field(default_factory=dict)
    callbacks: list[KeptCallback] = field(default_factory=list)
    inbound: list[Inbound] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    is_full: bool = False
    notify: Callable[[], None] = lambda: None

    async def record(self, callback: KeptCallback, event: Inbound | None) -> bool:
        if self.is_full:
            raise StoreUnavailable("no room")
        self.callbacks.append(callback)
        if event is None:
            return True
        is_new = event.content_id not in {one.content_id for one in self.inbound}
        if is_new:
            self.inbound.append(event)
        return is_new

    async def keep(self, event: Inbound | Receipt) -> bool:
        assert isinstance(event, Receipt)
        is_new = event.event_id not in {one.event_id for one in self.receipts}
        if is_new:
            self.receipts.append(event)
        self.notify()
        return is_new

    async def by_key(self, wanted: MessageKey) -> SentText | None:
        return self.sent.get(wanted)

    async def unconfirmed(self, since: datetime, until: datetime) -> Sequence[SentText]:
        return [one for one in self.sent.values() if since <= one.left_at <= until and one.provider_id]

    async def unknown(self) -> Sequence[SentText]:
        return [one for one in self.sent.values() if not one.provider_id and one.key not in self.settled]

    @property
    def settled(self) -> set[MessageKey | None]:
        return {one.key for one in self.receipts}

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.inbound]


@dataclass
class Bot:
    """What a bot needs for a line: a place to store, a key, and a clock that goes with the stand-in's."""

    courier: CourierStandIn
    public_url: str = PUBLIC_URL
    shelf: Shelf = field(default_factory=Shelf)
    stored: Stored = field(default_factory=Stored)
    files: Files = field(default_factory=Files)
    sealer: FernetSealer = field(default_factory=lambda: FernetSealer([new_key()]))
    failed: list[CallFailed] = field(default_factory=list)
    bugs: list[Exception] = field(default_factory=list)
    opened: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stored.notify = self.courier.changed.notify_all

    def wall(self) -> float:
        return (datetime.now(UTC) + self.courier.clock.ahead).timestamp()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.wall(), UTC)

    @property
    def credentials(self) -> CourierCredentials:
        here = self.courier
        return CourierCredentials(USERNAME, PASSWORD, here.organization_id, here.account_id, here.number_id)

    @property
    def line(self) -> LineIdentity:
        return LineIdentity(WORKSPACE, ACCOUNT, OURS, self.credentials)

    @property
    def place(self) -> SessionShelf:
        """Where the session of this line lies."""

        async def recall() -> Sealed | None:
            found = await self.shelf.recall("session")
            return None if found is None else Sealed(found)

        async def remember(stored: Sealed) -> bool:
            await self.shelf.remember("session", stored)
            return not self.shelf.is_gone

        return SessionShelf(self.sealer, recall, remember)

    @property
    def signer(self) -> CallbackSigner:
        return CallbackSigner(self.public_url, "a secret of the bot")

    async def session(self, **changed: Any) -> CourierSession:
        """Start a session, of this bot or of one that shares its storage."""
        login = Login(USERNAME, changed.pop("password", PASSWORD))

        given: dict[str, Any] = {"shelf": self.place, "wall": self.wall}
        one = CourierSession(changed.pop("url", self.courier.url), login, **(given | changed))
        await one.start()
        self.opened.append(one)
        return one

    async def calls(self, **changed: Any) -> CourierCalls:
        """Start calls by a session of their own."""
        session = changed.pop("session", None) or await self.session()
        one = CourierCalls(changed.pop("url", self.courier.url), session, **({"pace": CallPace(FAST)} | changed))
        await one.start()
        self.opened.append(one)
        return one

    async def connection(
        self, *, uses_channels: bool = False, credentials: CourierCredentials | None = None
    ) -> CourierConnection:
        """Start a whole connection."""
        line = replace(self.line, credentials=credentials or self.credentials)
        around = CourierSurroundings(
            self.signer,
            self.place,
            self.files,
            self.stored,
            self.stored.record,
            self.stored.keep,
            self.shelf.recall,
            self.shelf.alter,
            self.failed.append,
            self.bugs.append,
            self.wall,
        )
        one = CourierConnection(CourierAccess(self.courier.url, line, uses_channels, FAST), around)
        await one.start()
        self.opened.append(one)
        return one

    async def sent(self, connection: CourierConnection, body: str, number: int = 1, contact: E164 = DANA) -> SentText:
        """Send a text, and store what came of it."""
        left_at = self.now()
        accepted = await connection.provider.send(text(body, number, contact))
        stored = SentText(key(number), accepted.provider_id, ACCOUNT, contact, body, left_at)
        self.stored.sent[stored.key] = stored
        return stored
