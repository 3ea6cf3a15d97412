"""Recovery at the start: what a crash interrupted is unknown, and waiting times follow a clock that was set.

Both concern the whole database, whatever workspace the unit of work is about. Where other bots may be at work on it,
only calls of bots that have ended are touched, and no time is: all go by the clock of the server.
"""

import json

from bot.domain.outbox import REPEATABLE, EntryKind
from bot.domain.retry_policy import MAX_FIRST_WAIT_S, MAX_WAIT_S, at_work_s
from bot.domain.timestamps import Micros, add_seconds
from bot.domain.workspaces import WHOLE_DATABASE, WorkspaceId
from bot.store.sql.session import Session

COPIED = "copied"
"""Name of the value that a backup carries: a database made of it knows that it is not the first."""

CLOCK_SET = "clock set"
"""The value that tells when the clock was last set."""


def resume(session: Session) -> int:
    """After a crash: what was in flight is unknown, never "not sent"; returns how many calls that were."""
    _touch(session, "remove_proved_sends")  # a receipt was faster than the crash
    repeatable = json.dumps([kind.value for kind in REPEATABLE])
    if session.connection.is_shared:
        at_work = {kind.value: add_seconds(0, seconds) for kind in EntryKind if (seconds := at_work_s(kind))}
        taken = _touch(session, "take_over_calls", repeatable=repeatable, at_work=json.dumps(at_work))
        session.do("resume_messages")
        return taken
    _follow_clock(session)
    interrupted = session.all("resume_in_flight", repeatable=repeatable)
    session.do("look_at_unknown")
    session.do("resume_messages")
    _touch(session, "open_lanes")
    return len(interrupted)


def _touch(session: Session, query: str, **values: str) -> int:
    """Let the lanes that a statement names be brought up to date, each in its own workspace; returns how often."""
    session.concerns_all = True
    found = session.all(query, **values)
    session.touched_anywhere.update((row["workspace"], row["lane"]) for row in found)
    return len(found)


def _follow_clock(session: Session) -> None:
    """The clock may have been set back meanwhile: what waits goes on waiting as long as it was to."""
    newest = session.existing("newest_time")["at"]
    if newest > session.now:
        shift_times(session, Micros(session.now - newest), session.now)
    first, longest = add_seconds(0, MAX_FIRST_WAIT_S), add_seconds(0, MAX_WAIT_S)
    session.do("clamp_entries", first=first, longest=longest)
    session.do("clamp_rate_limits", longest=longest)
    session.do("clamp_inbox_events", longest=longest)
    session.do("note_start")


def shift_times(session: Session, by: Micros, at: Micros) -> None:
    """Move waiting times along with the clock; `at` is the moment by the clock of before."""
    for query in ("shift_entries", "shift_messages", "shift_rate_limits", "shift_inbox_events"):
        session.do(query, by=by)
    session.do("set_value", workspace=WHOLE_DATABASE, name=CLOCK_SET, value=str(max(at, at + by)))
    session.known_messages.clear()
    _touch(session, "open_lanes")


def clock_set_at(session: Session) -> Micros:
    """Tell when the clock was last set."""
    row = session.one("value", workspace=WHOLE_DATABASE, name=CLOCK_SET)
    return Micros(int(row["value"]) if row else 0)


def workspaces(session: Session) -> list[WorkspaceId]:
    """List all workspaces that there are, whether installed or not."""
    return [row["id"] for row in session.all("workspaces")]
