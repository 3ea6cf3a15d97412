"""Connection to Carium: one line's session, client, callbacks, statuses and channels, from start() to close()."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from bot.domain.contact_channels import CONTACT_CHANNELS
from bot.domain.errors import CallFailed
from bot.domain.message import Inbound, Receipt
from bot.ports.media import Fetcher
from bot.providers.courier.callbacks.address import CallbackSigner, CallbackTarget
from bot.providers.courier.callbacks.fields import RawCallback
from bot.providers.courier.callbacks.kept import KeptCallback, kept
from bot.providers.courier.callbacks.reading import Hint, read_callback
from bot.providers.courier.calls.call_pace import CallPace
from bot.providers.courier.calls.json_api import CourierCalls
from bot.providers.courier.calls.session import CourierSession, Login
from bot.providers.courier.channels.attachments import CourierAttachments
from bot.providers.courier.channels.book import Change, ChannelBook
from bot.providers.courier.channels.channels import CourierChannels
from bot.providers.courier.channels.stream import ChannelStream
from bot.providers.courier.client import CourierClient
from bot.providers.courier.credentials import LineIdentity
from bot.providers.courier.outcomes.status_watch import SentTexts, StatusWatch
from bot.providers.courier.profile import CALLS_PER_S
from bot.providers.session_shelf import SessionShelf


@dataclass(frozen=True)
class CourierAccess:
    """Access to Carium as it is configured. `uses_channels` is COURIER_CHANNELS.

    `calls_per_s` is what Carium takes, as far as it has said.
    """

    url: str
    line: LineIdentity = field(repr=False)
    uses_channels: bool = False
    calls_per_s: float = CALLS_PER_S


@dataclass(frozen=True)
class CourierSurroundings:
    """What a connection to Carium uses of the bot. `recall` returns what `remember` was given for a name.

    `alter` changes what is stored under a name, in one unit of work.
    `record` stores a callback and, where there is one, the text that came with it, in one unit of work; False where it
    is a repeat. `keep` stores a receipt. `report` is told of failures while channels are read, `wall` gives unix time.
    """

    signer: CallbackSigner
    shelf: SessionShelf | None
    fetcher: Fetcher
    texts: SentTexts
    record: Callable[[KeptCallback, Inbound | None], Awaitable[bool]]
    keep: Callable[[Inbound | Receipt], Awaitable[bool]]
    recall: Callable[[str], Awaitable[str | None]]
    alter: Callable[[str, Change], Awaitable[None]]
    report: Callable[[CallFailed], None]
    on_bug: Callable[[Exception], None]
    wall: Callable[[], float]


class CourierConnection:
    """Connection of one line. There is nothing to register at Carium, so there is no window to open."""

    open_window: Callable[[], Awaitable[None]] | None = None

    def __init__(self, access: CourierAccess, around: CourierSurroundings) -> None:
        own, number = access.line.credentials, access.line.number
        self.line = access.line
        self._around = around
        self._session = CourierSession(
            access.url,
            Login(own.username, own.password),
            shelf=around.shelf,
            wall=around.wall,
        )
        self._calls = CourierCalls(access.url, self._session, pace=CallPace(access.calls_per_s))
        channels = stream = None
        if access.uses_channels:
            recall, alter = partial(around.recall, CONTACT_CHANNELS), partial(around.alter, CONTACT_CHANNELS)
            book = ChannelBook(number, recall, alter)
            files = CourierAttachments(self._calls, access.url)
            channels = CourierChannels(self._calls, book, files, around.fetcher)
            stream = ChannelStream(self._calls, channels, access.line, report=around.report, wall=around.wall)
        self.provider = CourierClient(self._calls, access.line, around.signer, channels=channels, stream=stream)
        self.statuses = StatusWatch(self.provider, around.texts, around.keep, around.on_bug, wall=around.wall)

    async def start(self) -> None:
        """Open the session and watch over statuses; the caller watches the stream, where there is one."""
        await self._session.start()
        await self._calls.start()
        await self.statuses.start()

    async def close(self) -> None:
        """Close everything."""
        await self.statuses.close()
        await self._calls.close()
        await self._session.close()

    async def take(self, target: CallbackTarget, raw: RawCallback) -> str:
        """Store a callback of this line, and return its outcome: accepted, repeat, hint or unreadable.

        Raises StoreUnavailable.
        """
        now = datetime.fromtimestamp(self._around.wall(), UTC)
        meaning = read_callback(raw, target, now)
        callback = replace(kept(raw, target, meaning, now), account=self.line.account)
        event = self._as_event(meaning) if isinstance(meaning, Inbound) else None
        is_new = await self._around.record(callback, event)
        # whatever came, the address proves that the text has left
        self.statuses.note(meaning if isinstance(meaning, Hint) else Hint(target, None))
        if isinstance(meaning, Hint):
            return "hint"
        if event is None:
            return "unreadable"
        return "accepted" if is_new else "repeat"

    def _as_event(self, answer: Inbound) -> Inbound:
        """Give an answer the account of this line, and an id that tells nothing of its words."""
        known_by = f"courier:{self._around.signer.opaque(answer.content_id)}"
        return replace(answer, account=self.line.account, event_id=known_by, content_id=known_by)
