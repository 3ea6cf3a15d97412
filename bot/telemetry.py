"""What operators see of a running bot: log lines and counts, /healthz, /readyz, /metrics.

A text is named by its message key, the same in every line from the door to its last receipt. Keeps the last trouble of
each place until something goes right there again, or nothing has gone wrong for a minute. Never shows a number, a text
or a secret.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.domain.errors import CallFailed, DatabaseLost, Rejected, Retryable, StoreUnavailable
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.metrics import Metrics
from bot.ports.observer import CallFinished, CallInfo

PROBE_S = 15.0
"""How long the last word from a place is good for, before /readyz asks it something."""

RECENT_S = 60.0
"""A trouble that nothing has confirmed for this long is over: what is owed is tried again more often than that."""


class Telemetry:
    """The Observer (bot.ports) for operators.

    `writes` tries the database, `gauge` brings gauges up to date before a reading.
    `home` is the channel without which no new conversation can be shown.
    `probes` asks each place something harmless; it is used where nothing else was heard of the place lately.
    """

    def __init__(
        self,
        writes: Callable[[], Awaitable[None]],
        gauge: Callable[[Metrics], Awaitable[None]],
        probes: Mapping[str, Callable[[], Awaitable[object]]],
        home: str = "",
    ) -> None:
        self._home = home
        self.metrics = Metrics()
        self._log = structlog.get_logger(__name__).bind()  # bound once: a text costs several lines
        self._writes = writes
        self._gauge = gauge
        self._probes = probes
        self._heard_at: dict[str, float] = {}
        self._troubles: dict[str, tuple[float, str]] = {}

    def add_routes(self, app: web.Application) -> None:
        """Mount the three routes."""
        app.router.add_get("/healthz", _alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._measured)

    def on_call_finished(self, finished: CallFinished) -> None:
        """Take note of one ended call."""
        call, failure, kind = finished.call, finished.failure, finished.call.kind.value
        place = "volt" if kind == "send" else "slack"
        outcome = type(failure).__name__ if failure else "done"
        self.metrics.calls.labels(kind, outcome).inc()
        self.metrics.call_seconds.labels(kind).observe(finished.seconds)
        if kind == "fetch":  # where a picture lies is no place of ours: its trouble says nothing about us
            code = failure.code if failure else ""
            self._log.info("call.done", kind=kind, **_names(call), code=code, seconds=round(finished.seconds, 3))
            return
        if isinstance(failure, Retryable) and failure.only_channel and call.channel != self._home:
            self._on_channel_failure(call, failure)
            return
        if failure is not None:
            self.on_failure(place, failure, kind=kind, **_names(call))
            return
        self.on_success(place)
        if call.is_trial:
            self._log.info("channel.reachable", channel=call.channel)
        self._log.info("call.done", kind=kind, **_names(call), seconds=round(finished.seconds, 3))

    def _on_channel_failure(self, call: CallInfo, failure: Retryable) -> None:
        """One channel needs a person, and the place works: it answered."""
        self.on_success("slack")
        self._log.warning("channel.unreachable", channel=call.channel, code=failure.code, words=failure.user_message)

    def on_event(self, event: MessageEvent) -> None:
        """Take note of what happened to a text."""
        self.metrics.on_event(event)
        if event.what is MessageEventKind.SHOWN:
            return  # the call that showed it is logged, with its key
        fields = {"id": event.key, "detail": event.detail, "why": event.why}
        say = self._log.warning if event.what is MessageEventKind.SET_ASIDE else self._log.info
        say(f"text.{event.what.value}", **{name: value for name, value in fields.items() if value})

    def on_failure(self, place: str, error: CallFailed, **where: Any) -> None:
        """Take note that a place does not work; a refusal of one call says nothing about the place."""
        outcome = type(error).__name__
        self._heard_at[place] = time.monotonic()
        if isinstance(error, Rejected):  # its words may quote the text
            say = self._log.info if error.is_gone else self._log.warning  # people delete messages: no fault
            say("call.failed", place=place, code=error.code, outcome=outcome, **where)
            return
        self._troubles[place] = (time.monotonic(), error.user_message)
        self._log.warning(
            "call.failed", place=place, code=error.code, outcome=outcome, words=error.user_message, **where
        )

    def on_unread(self, place: str, error: CallFailed) -> None:
        """Take note that a record could not be read for what was missed; posting and sending may work all the same."""
        self._log.warning("record.not_read", place=place, code=error.code)

    def on_success(self, place: str) -> None:
        """Take note that a place works."""
        self._heard_at[place] = time.monotonic()
        self._troubles.pop(place, None)

    def on_bug(self, error: Exception, call: CallInfo | None = None) -> None:
        """Take note of a bug, or of a store that took nothing."""
        if isinstance(error, DatabaseLost):
            return  # said once, where it was found
        if isinstance(error, StoreUnavailable):
            self._log.error("store.unavailable", reason=str(error))
            return
        self._log.error("bug", **(_names(call) if call else {}), exc_info=error)

    async def _probe(self, place: str) -> None:
        """Ask a place that was not heard of lately; at most that often, whoever asks us."""
        if self._heard_at.get(place, 0.0) > time.monotonic() - PROBE_S:
            return
        self._heard_at[place] = time.monotonic()
        try:
            await self._probes[place]()
        except Rejected:
            self.on_success(place)  # it answers, and that was the question
        except CallFailed as error:
            self.on_failure(place, error, kind="probe")
        else:
            self.on_success(place)

    async def _ready(self, _request: web.Request) -> web.Response:
        await asyncio.gather(*(self._probe(place) for place in self._probes))
        recent = time.monotonic() - RECENT_S
        reasons = [f"{place}: {words}" for place, (at, words) in sorted(self._troubles.items()) if at > recent]
        try:
            await self._writes()
        except DatabaseLost as lost:
            reasons.append(f"database: {lost}")
        except Exception as error:  # noqa: BLE001 - any reason at all means: not ready
            reasons.append(f"database: {type(error).__name__}")
        return web.Response(status=503 if reasons else 200, text="\n".join(reasons) or "ready")

    async def _measured(self, _request: web.Request) -> web.Response:
        await self._gauge(self.metrics)
        kind = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        return web.Response(body=self.metrics.text(), headers=kind)

    def timed(self, door: str) -> Callable[[Handler], Handler]:
        """Measure how long a door's handler takes."""
        observe = self.metrics.request_seconds.labels(door).observe

        def around(handler: Handler) -> Handler:
            async def handle(request: web.Request) -> web.StreamResponse:
                begun = time.perf_counter()
                try:
                    return await handler(request)
                finally:
                    observe(time.perf_counter() - begun)

            return handle

        return around


def _names(call: CallInfo) -> dict[str, Any]:
    """Name the texts of a call, or the conversation where it is about none."""
    if call.texts:
        return {"id": ",".join(call.texts)}
    return {"conversation": call.conversation_id}


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="alive")
