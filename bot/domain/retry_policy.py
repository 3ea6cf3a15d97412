"""Retry policy: every delay, limit of attempts, breaker figure, required absence and look-up interval, with its reason.

Tables instead of formulas: they can be read, and the last row repeats. The caller stores the time in the row that
waits, so that a restart makes nothing happen early. Rate limits stand in bridge/rate_limit.py.
"""

from enum import Enum

from bot.domain.outbox import EntryKind, OutboxEntry
from bot.domain.timestamps import Micros, add_seconds

# --- a claimed call leaves

LEAVE_S = 5.0
"""Time from its claim within which a call has to leave: whoever takes it over must know when it cannot any more."""

LONG_LEAVE_S = {
    EntryKind.REACTION: 60.0,
    EntryKind.TAPBACK: 60.0,
    EntryKind.MAKE_CHANNEL: 60.0,
    EntryKind.UPLOAD: LEAVE_S + 15.0 + 60.0,
}
"""The same for calls of several requests, until the last of them; an upload's bytes alone may take a minute."""

ANY_TIME = frozenset({EntryKind.PREPARE, EntryKind.FETCH, EntryKind.ERASE, EntryKind.MOVE, EntryKind.WINDOW})
"""Kinds that only read, or remove what must go anyway: they may leave whenever."""

SURELY_S = 1.0
"""Margin before a call that was taken over is looked up: clocks drift, and bytes need a moment on their way."""

# --- a failed call is retried

DELAYS_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds before attempt 2, 3, 4, … Five minutes at most: texts should leave soon after an outage ends."""

SHORTEST_WAIT_S = 0.1
"""Shortest wait: a peer that asks for none at all is not called in a tight loop."""

MAX_RETRY_AFTER_S = 3_600.0
"""Longest Retry-After that is believed: a wrong clock or a typing error must not silence us for a day."""

MAX_WAIT_S = MAX_RETRY_AFTER_S + 100.0
"""Longest wait of all; an entry that waits longer does so because a clock was set."""

MAX_FIRST_WAIT_S = 30.0
"""Longest wait before a first attempt: no undo window is longer."""

MAX_TRIES = 20
"""Attempts after which an entry that fails by itself is given up; with the table above that is about an hour."""

FEWER_TRIES = {EntryKind.FETCH: 4, EntryKind.UPLOAD: 6}
"""Attempts of calls that texts wait behind, and that a line can stand in for: ten seconds, half a minute."""

AUTHOR_UNKNOWN = "author_unknown"
AUTHOR_UNKNOWN_TRIES = 4
"""Attempts for a reply whose author Slack does not know, seven seconds: colleagues wait behind it."""

AUTHOR_UNTOLD = "author_untold"
"""Code of a reply whose author Slack was asked about without an answer."""

NOT_READY = "file_not_ready"
NOT_READY_TRIES = 7
"""Attempts for a file that is not ready: Slack looks through a file for a minute at most."""

_TRIES = {NOT_READY: NOT_READY_TRIES, AUTHOR_UNKNOWN: AUTHOR_UNKNOWN_TRIES}

MAX_THREADS = 5
"""New headers for one text, where none of them can be answered."""

STORE_RETRY_S = 1.0
"""Wait of the dispatcher after the store refused a unit of work."""

# --- a token of Slack ends

RENEW_AHEAD_S = 7_200.0
"""Time before its end at which a token is renewed: an outage of two hours costs nothing."""

RENEWAL_LOOK_S = 30.0
"""Longest interval of looking for tokens that are due; another bot may have met one that has ended."""

# --- the circuit breaker of a destination is open

BREAKER_PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Pauses of an open circuit breaker, in seconds.

Short, so that sending resumes soon after an outage; one probe decides.
"""

BREAKER_THRESHOLD = 3
"""Timeouts in a row that open the breaker: the destination is in trouble, not one unlucky text."""

BLOCKED_RETRY_S = 10.0
"""Wait between two tries of a destination that needs a person (a revoked token, a channel without the bot)."""

NO_BURST_AFTER_429_S = 60.0
"""Time without bursts after "too many"."""

# --- an entry waits for something of ours, and is retried

HEADER_WAIT_S = 30.0
"""Wait for the header of its thread; with thousands of entries a retry each second would be all we do."""

PICTURE_WAIT_S = 1.0
"""Wait for an attachment; its entry is also woken when it has come."""

UNPLACED_WAIT_S = 0.5
"""Wait for the replies of a channel, whose threads are not known yet, to be placed."""

UNDER_WAY_WAIT_S = 0.3
"""Wait for calls in flight to end, before a conversation is moved."""

MOVED_WAIT_S = 1.0
"""Wait for the move of a conversation, before an entry of another lane is retried in its new thread."""

HELD_CHANNEL_WAIT_S = 1.0
"""Wait for the rate limits of the entries of a held channel."""

# --- an unknown outcome is looked up

FIRST_LOOKUP_S = 0.2
"""Delay of the first look-up of an unknown outcome."""

LOOKUP_PAUSE_S = 1.0
"""Pause between two passes over unknown outcomes, and where a destination asked for a wait without a time."""

READ_ON_S = 1.0
"""Pause before a thread or record that was not read to its end is read on."""

LONGEST_LOOKUP_S = 60.0
"""Longest look-up interval, however long an outcome stays unknown; also after a bug of ours."""

AT_WORK_S = 15.0
"""Time for which Slack may still execute a request that had no answer: as long as we would wait for one."""

TAKEN_OVER = "taken_over"
"""Error of a call that another bot has claimed, whose seat has ended since: it may be frozen, and go on."""

UNANSWERED = frozenset({"timeout", "connection_lost", "interrupted", TAKEN_OVER, "http_502", "http_504", "internal"})
"""Errors of a call that had no answer."""

ABSENT_IN_SLACK_S = 3.0
"""Required absence of a post in Slack."""

BLIND_S = 10.0
"""Wait for Slack's echo of a post where reading is not allowed."""

ABSENT_AT_PROVIDER_S = 15.0
"""Required absence of a text in the provider's record, which may lag behind."""

BARE_AT_PROVIDER_S = 60.0
"""The same where nothing else in the record vouches for it: the first text of a conversation."""

BETWEEN_LOOKS_S = LOOKUP_PAUSE_S / 2
"""Tolerance of a required absence: the passes do not fall on full seconds."""

GIVE_UP_S = 600.0
"""Time after which a person decides, or (where Slack cannot be read) the post is retried as a possible duplicate."""

LOOKED_S = 120.0
"""Time for which this process itself must have looked before a person decides: it may have started just now."""

RECEIPT_WAIT_S = 30.0
"""Time for which a receipt may still tell what became of a text, where the provider keeps no record to look at."""

# --- a record is read

READ_RETRY_S = 2.0
"""Pause between two tries at the start, where Slack cannot be read."""

ALLOWANCE_WAIT_S = 0.5
"""Wait for the limit of look-ups to allow one."""

ROUND_RESUME_S = 20.0
"""Pause before a round of the backfill that could not be finished is resumed."""

UNPLACED_KEPT_S = GIVE_UP_S
"""Time for which a reply waits for its thread to become known: as long as a header is looked up."""

UNPLACED_LOOKUP_S = 60.0
"""Interval at which Slack is asked about the threads of such replies."""

# --- the thread speaks of trouble

BEFORE_WORDS_S = 10.0
"""Time for which a text may be held up before its thread says so, where that needs nobody's help."""

CHECKING_S = 5.0
"""Time for which an outcome may be unknown before the thread says so: most are found out at once."""


class NotFound(Enum):
    """Result of a look-up that did not find the thing itself."""

    ABSENT = "absent"  # it is not there, and the record is complete as far as we can tell
    ABSENT_UNVERIFIED = "bare"  # it is not there, but neither is anything else that could vouch for the record
    PARTLY = "partly"  # it was not there so far, and not all has been read
    INCONCLUSIVE = "unclear"  # no answer, or more than one
    FORBIDDEN = "blind"  # we are not allowed to look, now or ever
    NO_RECORD = "no record"  # the provider keeps none that could be looked at


def leave_within_s(kind: EntryKind) -> float | None:
    """Return how soon after its claim the last request of such a call has to leave; None: it may leave whenever."""
    return None if kind in ANY_TIME else LONG_LEAVE_S.get(kind, LEAVE_S)


def delay_s(attempts: int, retry_after_s: float | None = None) -> float:
    """Return the delay after the given number of attempts (1 or more); never less than the other side asked for."""
    own = DELAYS_S[min(max(attempts, 1), len(DELAYS_S)) - 1]
    return own if retry_after_s is None else requested_wait_s(retry_after_s)


def requested_wait_s(retry_after_s: float) -> float:
    """Return the delay where the other side asked for so many seconds."""
    return max(retry_after_s, SHORTEST_WAIT_S)


def max_tries(kind: EntryKind, code: str) -> int:
    """Return the attempts of an entry of this kind that failed for such a reason."""
    return FEWER_TRIES.get(kind, _TRIES.get(code, MAX_TRIES))


def breaker_pause_s(times: int) -> float:
    """Return the breaker's pause for a destination in trouble so many times in a row (1 or more)."""
    return BREAKER_PAUSES_S[min(times, len(BREAKER_PAUSES_S)) - 1]


def required_absence_s(entry: OutboxEntry, finding: NotFound) -> float | None:
    """Return how long a finding must hold before the call may be retried; None: it proves nothing."""
    if finding is NotFound.ABSENT_UNVERIFIED:
        return BARE_AT_PROVIDER_S
    if finding is NotFound.ABSENT:
        return ABSENT_AT_PROVIDER_S if entry.kind is EntryKind.SEND else ABSENT_IN_SLACK_S
    return BLIND_S if finding is NotFound.FORBIDDEN else None


def may_still_execute(entry: OutboxEntry) -> bool:
    """Tell whether Slack may still execute this post: where it has answered, however badly, it is not."""
    return entry.kind is not EntryKind.SEND and entry.error in UNANSWERED


def sure_at(entry: OutboxEntry) -> Micros:
    """Return from when on a look-up can tell what became of an unknown call.

    A process that has ended sends nothing any more. One that was only frozen may send until the deadline of its call,
    and the call may then be carried out for as long as its answer would be waited for.
    """
    seconds = at_work_s(entry.kind)
    if entry.error != TAKEN_OVER or seconds is None or entry.last_attempt_at is None:
        return Micros(0)
    return add_seconds(entry.last_attempt_at, seconds)


def at_work_s(kind: EntryKind) -> float | None:
    """Return how long after its claim such a call may be carried out, whoever has made it; None: it does not matter."""
    within_s = leave_within_s(kind)
    return None if within_s is None else within_s + AT_WORK_S + SURELY_S


def next_lookup_s(entry: OutboxEntry, finding: NotFound, now: Micros) -> float:
    """Return the look-up interval: longer and longer, up to once a minute."""
    if finding is NotFound.PARTLY:
        return READ_ON_S
    age_s = (now - (entry.last_attempt_at or now)) / 1_000_000
    if may_still_execute(entry) and age_s < AT_WORK_S:
        return AT_WORK_S - age_s  # nothing is decided before then
    return min(LONGEST_LOOKUP_S, max(required_absence_s(entry, finding) or ABSENT_IN_SLACK_S, age_s / 4))
