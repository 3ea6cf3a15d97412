"""/readyz of many workspaces: each destination is asked by a few of them, and one that reaches it is enough."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.domain.destination import Destination
from bot.domain.errors import Retryable
from bot.observability.health import MOST_PROBING, HealthChecks, Watched, fleet_notes
from bot.observability.metrics import Metrics
from bot.observability.telemetry import Telemetry
from bot.ports.operations import RunningBot

MANY = 40


class Workspaces:
    """Forty workspaces; `is_down` tells in which of them Slack does not answer."""

    def __init__(self, is_down: Callable[[int], bool]) -> None:
        self.asked: list[int] = []
        self._is_down = is_down
        self.watched = [Watched(Telemetry(), {Destination.SLACK: self._probe(number)}) for number in range(MANY)]

    def _probe(self, number: int) -> Callable[[], Awaitable[object]]:
        async def ask() -> None:
            self.asked.append(number)
            if self._is_down(number):
                raise Retryable("unreachable", "Slack cannot be reached.")

        return ask

    async def ready(self) -> int:
        """Ask whether the bot is ready."""
        site = web.Application()
        HealthChecks(Metrics(), watched=lambda: self.watched, write=_nothing, update_gauges=_nothing).add_routes(site)
        async with (
            TestServer(site) as server,
            ClientSession() as session,
            session.get(server.make_url("/readyz")) as answer,
        ):
            return answer.status


async def _nothing(*_: object) -> None: ...


def test_bots_that_share_the_database() -> None:
    """/readyz names each bot and when it was heard of; on a file there is nobody to name."""
    bots = [RunningBot("web-1:7", 0.4), RunningBot("web-2:7", 12.6)]
    assert fleet_notes(bots) == ["bot web-1:7: heard of 0 s ago", "bot web-2:7: heard of 13 s ago"]
    assert fleet_notes([]) == []


async def test_a_destination_is_asked_by_a_few() -> None:
    """However many workspaces there are, few ask, and none while one has heard of the destination lately."""
    workspaces = Workspaces(lambda _: False)
    assert await workspaces.ready() == 200
    assert await workspaces.ready() == 200
    assert workspaces.asked == list(range(MOST_PROBING))


async def test_a_destination_that_nobody_reaches() -> None:
    """Where all that ask fail, the bot is not ready, though the others have not asked."""
    assert await Workspaces(lambda _: True).ready() == 503


async def test_a_workspace_with_a_trouble_of_its_own() -> None:
    """One that does not reach the destination says nothing about the bot, as long as another does."""
    assert await Workspaces(lambda number: number == 0).ready() == 200
