"""Recovery at the start: what a crash interrupted is unknown, and waiting times follow a clock that was set.

Both concern the whole database, whatever workspace the unit of work is about.
"""

import json

from bot.domain.outbox import REPEATABLE
from bot.domain.retry_policy import MAX_FIRST_WAIT_S, MAX_WAIT_S
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
    _follow_clock(session)
    repeatable = json.dumps([kind.value for kind in REPEATABLE])
    interrupted = session.all("resume_in_flight", repeatable=repeatable)
    session.do("look_at_unknown")
    session.do("resume_messages")
    _touch(session, "open_lanes")
    return len(interrupted)


def _touch(session: Session, query: str) -> None:
    """Let the lanes that a statement names be brought up to date, each in its own workspace."""
    session.concerns_all = True
    session.touched_anywhere.update((row["workspace"], row["lane"]) for row in session.all(query))


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
