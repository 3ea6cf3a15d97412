"""A bot's session and calls at the stand-in for Glific, and what it needs for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.domain.errors import StoreUnavailable
from bot.domain.phone import E164
from bot.domain.workspaces import Sealed
from bot.providers.glific.calls.graphql import GlificGraphql
from bot.providers.glific.calls.session import GlificSession, Login, SessionShelf
from bot.sandbox import GlificStandIn
from bot.store.sealing import FernetSealer, new_key

Labels = Callable[[], list[str]]

PHONE, PASSWORD = "919876500001", "correct horse"
DANA = "15555550145"
OURS = E164("+917834811114")


async def drop(_row: object) -> None:
    """Keep nothing aside."""


@dataclass
class Shelf:
    """A place for one session, which can be out of order, or gone; `log` tells what happened in which order.

    `is_lost`: it takes what it is given, and its answer is lost.
    """

    text: Sealed | None = None
    is_full: bool = False
    is_gone: bool = False
    is_lost: bool = False
    log: list[str] = field(default_factory=list)

    async def recall(self) -> Sealed | None:
        return self.text

    async def remember(self, text: Sealed) -> bool:
        if self.is_full:
            raise StoreUnavailable("no room")
        if self.is_gone:
            return False
        self.text = text
        self.log.append("stored")
        if self.is_lost:
            raise StoreUnavailable("no answer")
        return True


@dataclass
class Bot:
    """What a bot needs for its session: a place to store it, a key, and a clock that goes with the stand-in's."""

    glific: GlificStandIn
    shelf: Shelf = field(default_factory=Shelf)
    sealer: FernetSealer = field(default_factory=lambda: FernetSealer([new_key()]))
    opened: list[Any] = field(default_factory=list)

    def wall(self) -> float:
        return (datetime.now(UTC) + self.glific.clock.ahead).timestamp()

    async def session(self, **changed: Any) -> GlificSession:
        """Start a session, of this bot or of one that shares its storage."""
        login = Login(changed.pop("phone", PHONE), changed.pop("password", PASSWORD))
        sealer, recall = changed.pop("sealer", self.sealer), changed.pop("recall", self.shelf.recall)
        shelf = SessionShelf(sealer, recall, self.shelf.remember) if sealer is not None else None
        given: dict[str, Any] = {"shelf": shelf, "wall": self.wall} | changed
        one = GlificSession(given.pop("url", self.glific.url), login, **given)
        await one.start()
        self.opened.append(one)
        return one

    async def calls(self, session: GlificSession, **changed: Any) -> GlificGraphql:
        """Start calls by a session."""
        one = GlificGraphql(changed.pop("url", self.glific.url), session, **changed)
        await one.start()
        self.opened.append(one)
        return one
