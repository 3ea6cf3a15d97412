"""Change reader: what is new or has changed since a moment, read from Glific's record until there is no more.

It fills every gap of the stream. Pages are asked for by the time of the last row, with the rows of that time again, for
a row that changes between two pages moves to the end and would push another one out of an offset's sight. Only rows
that share one moment and fill a whole page are gone through by offset. Nothing is dropped but what was seen already.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from bot.domain.errors import MalformedPayload
from bot.providers.glific.calls.directory import PAGE_SIZE, GlificDirectory
from bot.providers.glific.calls.remembered import Remembered
from bot.providers.glific.wire.json_fields import read_moment
from bot.providers.glific.wire.messages import GlificMessage, message_from_wire
from bot.providers.json_values import read_object

OVERLAP = timedelta(minutes=1)
"""How far a reading goes back behind the last one: rows may become visible late, and a fault of Glific's database shows
as an empty answer."""

STEP = PAGE_SIZE // 2
"""Rows by which an offset grows: pages overlap, because a row that changes moves the ones behind it forward."""

REMEMBERED = 5000
"""Events that are recognized when they come again; older ones are recognized where they are stored."""


class SeenEvents:
    """Events that came already, the latest of them."""

    def __init__(self) -> None:
        self._seen = Remembered[bool](REMEMBERED)

    def is_new(self, event_id: str) -> bool:
        """Note an event, and tell whether it had not come yet."""
        is_new = self._seen.get(event_id) is None
        self._seen.note(event_id, value=True)
        return is_new

    def forget(self, event_id: str) -> None:
        """Let an event be new when it comes again."""
        self._seen.forget(event_id)


class ChangeReader:
    """Reader of changes; `seen` is shared with the stream. What cannot be read goes to `on_malformed`."""

    def __init__(
        self, client: GlificDirectory, seen: SeenEvents, on_malformed: Callable[[object], Awaitable[None]]
    ) -> None:
        self._client = client
        self._seen = seen
        self._on_malformed = on_malformed

    async def since(self, moment: datetime) -> AsyncIterator[GlificMessage]:
        """Yield what changed since a moment, the earliest change first. Raises CallFailed."""
        start, offset = moment - OVERLAP, 0
        while True:
            rows = await self._client.changed_since(start, offset)
            for row in rows:
                if (message := await self.read(row)) is not None:
                    yield message
            if len(rows) < PAGE_SIZE:
                return
            start, offset = _next_page(rows, start, offset)

    async def read(self, row: object) -> GlificMessage | None:
        """Read one row or event; None where it came already, is a test contact's, or cannot be read."""
        try:
            message = message_from_wire(row)
        except MalformedPayload:
            await self._on_malformed(row)
            return None
        is_test = message.contact is not None and message.contact.is_simulator
        return message if self._seen.is_new(message.event_id) and not is_test else None

    def take(self, message: GlificMessage) -> bool:
        """Take a message, unless it came already."""
        return self._seen.is_new(message.event_id)

    def forget(self, message: GlificMessage | None) -> None:
        """Let a message be new when it is read again."""
        if message is not None:
            self._seen.forget(message.event_id)


def _next_page(rows: Sequence[object], start: datetime, offset: int) -> tuple[datetime, int]:
    """Say where the next page starts: at the last moment of this one, or further on within the same moment."""
    moments = (read_moment(read_object(row).get("updatedAt")) for row in rows)
    last = max((at for at in moments if at is not None), default=start)
    return (last, 0) if last > start else (start, offset + STEP)
