"""Recovery at the start: what a crash interrupted is unknown, and waiting times follow a clock that was set."""

import json

from bot.domain.outbox import REPEATABLE
from bot.domain.retry_policy import MAX_FIRST_WAIT_S, MAX_WAIT_S
from bot.domain.timestamps import Micros, add_seconds
from bot.store.sqlite.session import Session

CLOCK_SET = "clock set"
"""The value that tells when the clock was last set."""


def resume(session: Session) -> int:
    """After a crash: what was in flight is unknown, never "not sent"; returns how many calls that were."""
    proved = session.all("remove_proved_sends")  # a receipt was faster than the crash
    session.touched.update(row["lane"] for row in proved)
    _follow_clock(session)
    repeatable = json.dumps([kind.value for kind in REPEATABLE])
    interrupted = session.all("resume_in_flight", repeatable=repeatable)
    session.do("look_at_unknown")
    session.do("resume_messages")
    session.touched.update(row["lane"] for row in session.all("open_lanes"))
    return len(interrupted)


def _follow_clock(session: Session) -> None:
    """The clock may have been set back meanwhile: what waits goes on waiting as long as it was to."""
    newest = session.existing("newest_time")["at"]
    if newest > session.now:
        shift_times(session, Micros(session.now - newest))
    first, longest = add_seconds(0, MAX_FIRST_WAIT_S), add_seconds(0, MAX_WAIT_S)
    session.do("clamp_entries", first=first, longest=longest)
    session.do("clamp_rate_limits", longest=longest)
    session.do("clamp_inbox_events", longest=longest)
    session.do("note_start")


def shift_times(session: Session, by: Micros) -> None:
    """Move waiting times along with the clock."""
    for query in ("shift_entries", "shift_messages", "shift_rate_limits", "shift_inbox_events"):
        session.do(query, by=by)
    session.do("set_value", name=CLOCK_SET, value=str(max(session.now, session.now + by)))
    session.known_messages.clear()
    session.touched.update(row["lane"] for row in session.all("open_lanes"))


def clock_set_at(session: Session) -> Micros:
    """Tell when the clock was last set."""
    row = session.one("value", name=CLOCK_SET)
    return Micros(int(row["value"]) if row else 0)
