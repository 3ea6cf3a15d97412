"""Health checks: the routes /healthz, /readyz and /metrics, and the probes behind them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.domain.destination import Destination
from bot.domain.errors import CallFailed, DatabaseLost, Rejected
from bot.observability.metrics import Metrics
from bot.observability.telemetry import Telemetry


class HealthChecks:
    """Health checks for monitors.

    `probes` asks each destination something harmless; it is used where nothing was heard of the destination lately.
    `write` writes to the database, `update_gauges` brings gauges up to date before a reading.
    """

    def __init__(
        self,
        telemetry: Telemetry,
        *,
        probes: Mapping[Destination, Callable[[], Awaitable[object]]],
        write: Callable[[], Awaitable[None]],
        update_gauges: Callable[[Metrics], Awaitable[None]],
    ) -> None:
        self._telemetry = telemetry
        self._probes = probes
        self._write = write
        self._update_gauges = update_gauges

    def add_routes(self, app: web.Application) -> None:
        """Mount the three routes."""
        app.router.add_get("/healthz", _alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)

    async def _ready(self, _request: web.Request) -> web.Response:
        await asyncio.gather(*(self._probe(destination) for destination in self._probes))
        reasons = self._telemetry.reachability.failures()
        try:
            await self._write()
        except DatabaseLost as lost:
            reasons.append(f"database: {lost}")
        except Exception as error:  # noqa: BLE001 - any reason at all means: not ready
            reasons.append(f"database: {type(error).__name__}")
        return web.Response(status=503 if reasons else 200, text="\n".join(reasons) or "ready")

    async def _probe(self, destination: Destination) -> None:
        """Probe a destination that was not heard of lately; no more often, however often we are asked."""
        reachability = self._telemetry.reachability
        if not reachability.is_due(destination):
            return
        reachability.note_heard(destination)
        try:
            await self._probes[destination]()
        except Rejected:
            self._telemetry.on_success(destination)  # it answers, and that was the question
        except CallFailed as error:
            self._telemetry.on_failure(destination, error, kind="probe")
        else:
            self._telemetry.on_success(destination)

    async def _metrics(self, _request: web.Request) -> web.Response:
        await self._update_gauges(self._telemetry.metrics)
        headers = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        return web.Response(body=self._telemetry.metrics.text(), headers=headers)


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="alive")
