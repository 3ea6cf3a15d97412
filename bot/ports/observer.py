"""Observer port: what the parts of the bot report to whoever watches it run."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.domain.destination import Destination
from bot.domain.errors import CallFailed
from bot.domain.ids import ChannelId, ConversationId, MessageKey
from bot.domain.message_events import MessageEvent
from bot.domain.outbox import EntryKind


@dataclass(frozen=True)
class CallInfo:
    """Call of an outbox entry, as the log names it.

    `texts` are those it is about; where it is about none, the conversation names it. `channel` is where it is
    seen in Slack; `is_trial`: it tries a channel that is in trouble.
    """

    kind: EntryKind
    texts: tuple[MessageKey, ...]
    conversation_id: ConversationId
    channel: ChannelId | None = None
    is_trial: bool = False


@dataclass(frozen=True)
class CallFinished:
    """Ended call, for the log and the metrics. `failure` is None where it did what it should."""

    call: CallInfo
    failure: CallFailed | None
    seconds: float


class FleetEventKind(StrEnum):
    """What happened between this bot, the other bots on its database, and their server."""

    RAN_AGAIN = "ran_again"  # a batch of units, in the same thread; `why` is a FleetReason
    DOUBT_ENDED = "doubt_ended"  # the answer of a COMMIT was lost, and now it is known what became of it
    SEAT_LOST = "seat_lost"  # this bot's seat is not its own any more
    TOOK_OVER = "took_over"  # this bot has ended the seat of another; `count` of its calls were under way


class FleetReason(StrEnum):
    """Why it happened, or how it ended: a closed list, for a label."""

    NONE = ""
    UNIT_RAISED = "unit_raised"
    IN_THE_WAY = "in_the_way"
    CONNECTION_LOST = "connection_lost"
    KEPT = "kept"
    NOT_KEPT = "not_kept"
    SILENT = "silent"  # it was not heard of, so others have ended its seat
    UNDONE = "undone"  # a failover has undone it: what was acknowledged last is gone


@dataclass(frozen=True)
class FleetEvent:
    """Event of a bot that shares its database; whoever tells of it writes the log line."""

    what: FleetEventKind
    why: FleetReason = FleetReason.NONE
    count: int = 0


class Observer(Protocol):
    """Observer of the bot: log, counters, readiness. No method waits, and none raises."""

    def on_event(self, event: MessageEvent) -> None:
        """Take note of what happened to a text, once that is on the disk."""

    def on_call_finished(self, finished: CallFinished) -> None:
        """Take note of one ended call."""

    def on_bug(self, error: Exception, call: CallInfo | None = None) -> None:
        """Take note of a bug, or of a store that took nothing, and of the call that it happened in."""

    def on_unread(self, destination: Destination, error: CallFailed) -> None:
        """Take note that a record could not be read for what was missed; posting and sending may work all the same."""

    def on_fleet(self, event: FleetEvent) -> None:
        """Take note of what happened between the bots of one database; from any thread."""

    def on_failure(self, destination: Destination, error: CallFailed) -> None:
        """Take note that a destination does not work; the rejection of one call says nothing about it."""

    def on_success(self, destination: Destination) -> None:
        """Take note that a destination works."""
