"""Health checks: the routes /healthz, /readyz and /metrics, and the probes behind them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.domain.destination import Destination
from bot.domain.errors import CallFailed, DatabaseLost, Rejected
from bot.domain.webhook_trust import WebhookTrust
from bot.observability.metrics import Metrics
from bot.observability.telemetry import Telemetry
from bot.observability.visitors import bears, is_local
from bot.ports.operations import RunningBot

FOR_MONITORS = "Metrics are for whoever bears METRICS_TOKEN: Authorization: Bearer TOKEN."
ONLY_NEARBY = "Metrics are for this machine and private networks only, unless METRICS_TOKEN is set."

MOST_PROBING = 3
"""Workspaces by which a destination is asked at most: whether it answers at all is the question."""

WRITTEN_WITHIN_S = 4.0
"""Seconds in which the database has to take a write: whoever sends us requests asks every few."""

_MOMENT = "%Y-%m-%d %H:%M UTC"


@dataclass(frozen=True)
class Watched:
    """One workspace as /readyz sees it.

    `probes` asks each destination something harmless; it is used where nothing was heard of the destination lately.
    """

    telemetry: Telemetry
    probes: Mapping[Destination, Callable[[], Awaitable[object]]]

    def reaches(self, destination: Destination) -> bool:
        """Whether the destination was heard of lately, and nothing failed there since."""
        reachability = self.telemetry.reachability
        return not reachability.is_due(destination) and destination not in reachability.failing()

    async def probe(self, destination: Destination) -> None:
        """Probe a destination that was not heard of lately; no more often, however often we are asked."""
        reachability = self.telemetry.reachability
        if not reachability.is_due(destination):
            return
        reachability.note_heard(destination)
        try:
            await self.probes[destination]()
        except Rejected:
            self.telemetry.on_success(destination)  # it answers, and that was the question
        except CallFailed as error:
            self.telemetry.on_failure(destination, error, kind="probe")
        else:
            self.telemetry.on_success(destination)


class HealthChecks:
    """Health checks for monitors.

    `watched` gives the workspaces that run now. `write` writes to the database, `update_gauges` brings gauges up to
    date before a reading. `notes` gives what should be mended though the bot is ready, one line each. `token` is what
    /metrics asks for; where it is "", only visitors nearby are answered there. They alone, and whoever bears the
    token, read reasons and notes.
    """

    def __init__(
        self,
        metrics: Metrics,
        *,
        watched: Callable[[], Sequence[Watched]],
        write: Callable[[], Awaitable[None]],
        update_gauges: Callable[[Metrics], Awaitable[None]],
        notes: Callable[[], Awaitable[Sequence[str]]] | None = None,
        token: str = "",
    ) -> None:
        self._all_metrics = metrics
        self._watched = watched
        self._write = write
        self._update_gauges = update_gauges
        self._notes = notes
        self._token = token

    def add_routes(self, app: web.Application) -> None:
        """Mount the three routes."""
        app.router.add_get("/healthz", _alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)

    async def _ready(self, request: web.Request) -> web.Response:
        watched = self._watched()
        await asyncio.gather(
            *(one.probe(destination) for destination in Destination for one in _probing(watched, destination))
        )
        reasons = _failures(watched)
        try:
            async with asyncio.timeout(WRITTEN_WITHIN_S):
                await self._write()
        except DatabaseLost as lost:
            reasons.append(f"database: {lost}")
        except Exception as error:  # noqa: BLE001 - any reason at all means: not ready
            reasons.append(f"database: {type(error).__name__}")
        if not (is_local(request) or self._is_known(request)):
            return web.Response(status=503 if reasons else 200, text="not ready" if reasons else "ready")
        lines = reasons or ["ready", *(await self._notes() if self._notes else ())]
        return web.Response(status=503 if reasons else 200, text="\n".join(lines))

    def _is_known(self, request: web.Request) -> bool:
        return bool(self._token) and bears(request, self._token)

    async def _metrics(self, request: web.Request) -> web.Response:
        if self._token and not self._is_known(request):
            return web.Response(status=401, text=FOR_MONITORS, headers={"WWW-Authenticate": "Bearer"})
        if not self._token and not is_local(request):
            return web.Response(status=403, text=ONLY_NEARBY)
        await self._update_gauges(self._all_metrics)
        headers = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        return web.Response(body=self._all_metrics.text(), headers=headers)


def trust_notes(trust: WebhookTrust) -> list[str]:
    """Write what weakens the proof of webhooks, one line each."""
    notes = []
    if trust.unverified_until is not None:
        notes.append(f"VOLT_WEBHOOK_VERIFY=log: unsigned texts are acted on until {trust.unverified_until:{_MOMENT}}")
    if trust.two_keys_until is not None:
        notes.append(f"Volt's key has changed: the one before is accepted until {trust.two_keys_until:{_MOMENT}}")
    return notes


def fleet_notes(bots: Sequence[RunningBot]) -> list[str]:
    """Write who shares the database; nothing where nobody can."""
    return [f"bot {bot.name}: heard of {bot.silent_s:.0f} s ago" for bot in bots]


def _probing(watched: Sequence[Watched], destination: Destination) -> Sequence[Watched]:
    """Choose by which workspaces a destination is asked: by none where one reached it lately, else by a few."""
    asking = [one for one in watched if destination in one.probes]
    return [] if any(one.reaches(destination) for one in asking) else asking[:MOST_PROBING]


def _failures(watched: Sequence[Watched]) -> list[str]:
    """List what no workspace reaches: a token that one of them has lost is its own affair, and shown there."""
    failures: dict[Destination, str] = {}
    for one in watched:
        failures = one.telemetry.reachability.failing() | failures
    lost = [name for name in sorted(failures) if not any(one.reaches(name) for one in watched)]
    return [f"{name}: {failures[name]}" for name in lost]


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="alive")
