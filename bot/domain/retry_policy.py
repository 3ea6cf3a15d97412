"""Retry policy: every delay, limit of tries, breaker figure, required absence and look-up interval, with its reason.

Tables instead of formulas: they can be read, and the last row repeats. The caller stores the moment in the row that
waits, so that a restart makes nothing happen early. How fast we may call at all stands in bridge/rate_limit.py.
"""

from enum import Enum

from bot.domain.outbox import EntryKind, OutboxEntry
from bot.domain.timestamps import Micros

# --- a call that failed is made again

DELAYS_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds before attempt 2, 3, 4, … Five minutes at most: an agent who waits should see a text leave soon after an
outage ends."""

SHORTEST_WAIT_S = 0.1
"""Whoever asks for no wait at all is not asked again in a tight loop."""

MAX_RETRY_AFTER_S = 3_600.0
"""A wrong clock or a typing error on the other side must not silence us for a day."""

MAX_WAIT_S = MAX_RETRY_AFTER_S + 100.0
"""Nothing waits longer than for the longest Retry-After that is believed; what does, waits since a clock was set."""

MAX_FIRST_WAIT_S = 30.0
"""No call waits longer than the longest undo window before it is tried for the first time."""

MAX_TRIES = 20
"""What fails so often by itself is set aside; with the table above that is about an hour."""

FEWER_TRIES = {EntryKind.FETCH: 4, EntryKind.UPLOAD: 6}
"""Calls that texts wait behind, and that a line can stand in for: about ten seconds, and half a minute."""

NOT_READY = "file_not_ready"
NOT_READY_TRIES = 7
"""Slack looks through a file for a minute at most; what waits behind it should not wait longer."""

MAX_THREADS = 5
"""New headers for one text, where none of them can be answered."""

STORE_RETRY_S = 1.0
"""How long the dispatcher waits after the store refused a unit of work."""

# --- a whole destination is left alone

BREAKER_PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds a whole destination is left alone while nobody is there: short, so that texts leave soon after an outage; one
call is enough to find out."""

BREAKER_THRESHOLD = 3
"""Calls in a row without an answer in time that mean a destination in trouble, and not one unlucky text."""

BLOCKED_RETRY_S = 10.0
"""How long a destination that needs a person (a revoked token, a channel without the bot) waits between two tries."""

NO_BURST_AFTER_429_S = 60.0
"""After "too many" bursts are given up for this long."""

# --- a call waits for something of ours, and looks again whether it is there

HEADER_WAIT_S = 30.0
"""For the header of its thread, at most: with thousands of them a look each second would be all we do."""

PICTURE_WAIT_S = 1.0
"""For a picture to come; it is also told when it has."""

UNPLACED_WAIT_S = 0.5
"""For the replies of a channel, whose threads are not known yet, to be placed."""

UNDER_WAY_WAIT_S = 0.3
"""For the calls under way to end, before a conversation is moved."""

MOVED_WAIT_S = 1.0
"""For the move of a conversation, before a call of another lane is made again in its new thread."""

HELD_CHANNEL_WAIT_S = 1.0
"""For the paces of the calls of a held channel."""

# --- an unknown outcome is looked up

FIRST_LOOKUP_S = 0.2
"""How soon an unknown outcome is looked into."""

LOOKUP_PAUSE_S = 1.0
"""Between two passes over what is unknown; also how long all looks wait where a place asked for that without a time."""

READ_ON_S = 1.0
"""How soon a place that was not read to its end is read on."""

LONGEST_LOOKUP_S = 60.0
"""However long a doubt lasts, it is looked into once a minute; also what our own code stumbled over."""

AT_WORK_S = 15.0
"""How long a request that we lost sight of may still be at work in Slack: as long as we would wait for its answer."""

UNANSWERED = frozenset({"timeout", "connection_lost", "interrupted", "http_502", "http_504", "internal"})
"""Why a call is in doubt that had no answer."""

ABSENT_IN_SLACK_S = 3.0
"""How long a post must stay absent."""

BLIND_S = 10.0
"""How long Slack's echo of a post is waited for where looking is not allowed."""

ABSENT_AT_PROVIDER_S = 15.0
"""How long a text must stay absent from the provider's record, which may lag behind."""

BARE_AT_PROVIDER_S = 60.0
"""The same where nothing else in the record vouches for it: the first text of a conversation."""

BETWEEN_LOOKS_S = LOOKUP_PAUSE_S / 2
"""How much earlier an absence may be held for proved: the passes do not fall on full seconds."""

GIVE_UP_S = 600.0
"""After this a person is asked, or (where Slack cannot be read at all) the post is made once more and marked."""

LOOKED_S = 120.0
"""Before a person is asked, this program itself must have looked for so long: it may have started just now."""

# --- the record of a place is read

READ_RETRY_S = 2.0
"""Between two tries at the start, where Slack cannot be read."""

ALLOWANCE_WAIT_S = 0.5
"""How soon to look again whether the pace of all looks leaves one."""

ROUND_RESUME_S = 20.0
"""How soon a round that could not be finished is gone on with."""

UNPLACED_KEPT_S = GIVE_UP_S
"""How long a reply waits for its thread to become known: as long as a header is looked for."""

UNPLACED_LOOKUP_S = 60.0
"""How often Slack is asked about the threads of replies that wait so."""

# --- the thread speaks of trouble

BEFORE_WORDS_S = 10.0
"""How long a text may be kept from leaving before the thread speaks of it, where that needs nobody's help."""

CHECKING_S = 5.0
"""How long an unknown outcome is looked into before the thread speaks of it: most are found out at once."""


class NotFound(Enum):
    """What a look can find besides the thing itself."""

    ABSENT = "absent"  # it is not there, and the place looked at is complete as far as we can tell
    ABSENT_UNVERIFIED = "bare"  # it is not there, but neither is anything else that could vouch for the place
    PARTLY = "partly"  # it was not there so far, and not all of the place has been read
    INCONCLUSIVE = "unclear"  # no answer, or more than one
    FORBIDDEN = "blind"  # we are not allowed to look, now or ever


def delay_s(attempts: int, retry_after_s: float | None = None) -> float:
    """Seconds to wait after the given number of attempts (1 or more); never less than the other side asked for."""
    own = DELAYS_S[min(max(attempts, 1), len(DELAYS_S)) - 1]
    return own if retry_after_s is None else asked_s(retry_after_s)


def asked_s(retry_after_s: float) -> float:
    """Seconds to wait where the other side asked for so many."""
    return max(retry_after_s, SHORTEST_WAIT_S)


def max_tries(kind: EntryKind, code: str) -> int:
    """Tries of a call of this kind that failed for such a reason."""
    return FEWER_TRIES.get(kind, NOT_READY_TRIES if code == NOT_READY else MAX_TRIES)


def breaker_pause_s(times: int) -> float:
    """Seconds a destination is left alone that was found in trouble so many times in a row (1 or more)."""
    return BREAKER_PAUSES_S[min(times, len(BREAKER_PAUSES_S)) - 1]


def required_absence_s(entry: OutboxEntry, finding: NotFound) -> float | None:
    """How long this finding must hold before the call may be made once more; None: it proves nothing."""
    if finding is NotFound.ABSENT_UNVERIFIED:
        return BARE_AT_PROVIDER_S
    if finding is NotFound.ABSENT:
        return ABSENT_AT_PROVIDER_S if entry.kind is EntryKind.SEND else ABSENT_IN_SLACK_S
    return BLIND_S if finding is NotFound.FORBIDDEN else None


def may_still_execute(entry: OutboxEntry) -> bool:
    """Tell whether Slack may still be making this post: where it has answered, however badly, it is not."""
    return entry.kind is not EntryKind.SEND and entry.error in UNANSWERED


def next_lookup_s(entry: OutboxEntry, finding: NotFound, now: Micros) -> float:
    """Look less often the longer it takes, once a minute in the end."""
    if finding is NotFound.PARTLY:
        return READ_ON_S
    age_s = (now - (entry.last_attempt_at or now)) / 1_000_000
    if may_still_execute(entry) and age_s < AT_WORK_S:
        return AT_WORK_S - age_s  # nothing is decided before then
    return min(LONGEST_LOOKUP_S, max(required_absence_s(entry, finding) or ABSENT_IN_SLACK_S, age_s / 4))
