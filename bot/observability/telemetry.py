"""Telemetry: the log lines and counts of what happens to texts and calls.

A text is named by its message key, the same in every line from its first event to its last receipt. Never shows a
number, a text or a secret.
"""

import time
from collections.abc import Callable
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.domain.destination import Destination, destination_of
from bot.domain.errors import CallFailed, DatabaseLost, Rejected, Retryable, StoreUnavailable, TooLate
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.workspaces import FROM_ENVIRONMENT, WorkspaceId
from bot.observability.metrics import Metrics, outcome_of
from bot.observability.reachability import Reachability
from bot.ports.observer import CallFinished, CallInfo, FleetEvent


class Telemetry:
    """Observer (bot.ports.observer) of one workspace, which logs and counts.

    `home` is the channel without which no new conversation can be shown. `fields` stand in each of its lines.
    """

    def __init__(self, home: str = "", metrics: Metrics | None = None, **fields: Any) -> None:
        self.home = home
        self.metrics = metrics or Metrics()
        self.reachability = Reachability()
        self._log = structlog.get_logger(__name__).bind(**fields)  # bound once: a text costs several lines

    def of_workspace(self, workspace: WorkspaceId) -> "Telemetry":
        """Make the telemetry of a workspace: it shares the metrics, and says in its lines which one it is."""
        if workspace == FROM_ENVIRONMENT:
            return Telemetry(metrics=self.metrics)
        return Telemetry(metrics=self.metrics, workspace=workspace)

    def on_call_finished(self, finished: CallFinished) -> None:
        """Take note of one ended call."""
        call, failure, kind = finished.call, finished.failure, finished.call.kind.value
        destination = destination_of(call.kind)
        outcome = outcome_of(failure)
        self.metrics.calls.labels(kind, outcome).inc()
        self.metrics.call_seconds.labels(kind).observe(finished.seconds)
        if kind == "fetch":  # a file lies on some server of the internet, whose failures say nothing about us
            code = failure.code if failure else ""
            self._log.info("call.done", kind=kind, **_names(call), code=code, seconds=round(finished.seconds, 3))
            return
        if isinstance(failure, TooLate):  # the fault was here, and says nothing about the other side
            self._log.warning("call.late", kind=kind, **_names(call), seconds=round(finished.seconds, 3))
            return
        if isinstance(failure, Retryable) and failure.only_channel and call.channel != self.home:
            self._on_channel_failure(call, failure)
            return
        if failure is not None:
            self.on_failure(destination, failure, kind=kind, **_names(call))
            return
        self.on_success(destination)
        if call.is_trial:
            self._log.info("channel.reachable", channel=call.channel)
        self._log.info("call.done", kind=kind, **_names(call), seconds=round(finished.seconds, 3))

    def _on_channel_failure(self, call: CallInfo, failure: Retryable) -> None:
        """Log that one channel needs a person; Slack works, because it answered."""
        self.on_success(Destination.SLACK)
        self._log.warning("channel.unreachable", channel=call.channel, code=failure.code, words=failure.user_message)

    def on_event(self, event: MessageEvent) -> None:
        """Take note of what happened to a text."""
        self.metrics.on_event(event)
        if event.what is MessageEventKind.SHOWN:
            return  # the call that showed it is logged, with its key
        fields = {"id": event.key, "detail": event.detail, "why": event.why}
        say = self._log.warning if event.what is MessageEventKind.SET_ASIDE else self._log.info
        say(f"text.{event.what.value}", **{name: value for name, value in fields.items() if value})

    def on_failure(self, destination: Destination, error: CallFailed, **where: Any) -> None:
        """Take note that a destination does not work; the rejection of one call says nothing about it."""
        outcome = outcome_of(error)
        if isinstance(error, Rejected):  # its message may quote the text
            self.reachability.note_heard(destination)
            say = self._log.info if error.is_gone else self._log.warning  # people delete messages: no fault
            say("call.failed", place=destination, code=error.code, outcome=outcome, **where)
            return
        self.reachability.note_failure(destination, error.user_message)
        self._log.warning(
            "call.failed", place=destination, code=error.code, outcome=outcome, words=error.user_message, **where
        )

    def on_unread(self, destination: Destination, error: CallFailed) -> None:
        """Take note that a record could not be read for what was missed; posting and sending may work all the same."""
        self._log.warning("record.not_read", place=destination, code=error.code)

    def on_success(self, destination: Destination) -> None:
        """Take note that a destination works."""
        self.reachability.note_success(destination)

    def on_fleet(self, event: FleetEvent) -> None:
        """Count what happened between the bots of one database."""
        self.metrics.fleet.on_event(event)

    def on_bug(self, error: Exception, call: CallInfo | None = None) -> None:
        """Take note of a bug, or of a store that took nothing."""
        if isinstance(error, DatabaseLost):
            return  # said once, where it was found
        if isinstance(error, StoreUnavailable):
            self._log.error("store.unavailable", reason=str(error))
            return
        self._log.error("bug", **(_names(call) if call else {}), exc_info=error)

    def timed(self, door: str) -> Callable[[Handler], Handler]:
        """Measure how long the handler of an endpoint takes; `door` is its label in the metrics."""
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
