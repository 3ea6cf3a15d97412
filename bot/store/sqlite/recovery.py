"""Recovery at the start: what a crash interrupted is unknown, and waiting times follow a clock that was set."""

from bot.domain.retry_policy import MAX_FIRST_WAIT_S, MAX_WAIT_S
from bot.domain.timestamps import Micros, add_seconds
from bot.store.sqlite.session import Session

CLOCK_SET = "clock set"
"""The value that tells when the clock was last set."""


def resume(session: Session) -> int:
    """After a crash: what was in flight is unknown, never "not sent"; returns how many calls that were."""
    session.touched.update(row["lane"] for row in session.all("resume_proved"))  # a receipt was faster than the crash
    _follow_clock(session)
    interrupted = [row["lane"] for row in session.all("resume")]
    session.do("resume_looks")
    session.do("resume_messages")
    session.touched.update(row["lane"] for row in session.all("open_lanes"))
    return len(interrupted)


def _follow_clock(session: Session) -> None:
    """The clock may have been set back meanwhile: what waits goes on waiting as long as it was to."""
    newest = session.existing("newest_moment")[0]
    if newest > session.now:
        shift_times(session, Micros(session.now - newest))
    first, longest = add_seconds(0, MAX_FIRST_WAIT_S), add_seconds(0, MAX_WAIT_S)
    session.do("clamp_effects", first=first, longest=longest)
    session.do("clamp_paces", longest=longest)
    session.do("clamp_arrivals", longest=longest)
    session.do("note_start")


def shift_times(session: Session, by: Micros) -> None:
    """Move waiting times along with the clock."""
    for query in ("move_effects", "move_messages", "move_paces", "move_arrivals"):
        session.do(query, by=by)
    session.do("set_fact", name=CLOCK_SET, value=str(max(session.now, session.now + by)))
    session.known_messages.clear()
    session.touched.update(row["lane"] for row in session.all("open_lanes"))


def clock_set_at(session: Session) -> Micros:
    """Tell when the clock was last set."""
    row = session.one("fact", name=CLOCK_SET)
    return Micros(int(row["value"]) if row else 0)
