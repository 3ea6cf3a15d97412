"""Gaps: which texts of the provider's record never reached us. Pure.

Every text of the record is first paired with one that we know, by its id, else by its words and its time; what is left
over is missing. So two equal texts are never taken for one, and one text never for two. Texts before the given window,
and texts whose time cannot be told, are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.bridge.matching import CLOCKS_APART, ZONES_APART, normalized
from bot.domain.message import Direction, Message
from bot.domain.provider_messages import RemoteText
from bot.domain.timestamps import from_micros

ON_ITS_WAY = timedelta(seconds=10)
"""Age up to which a text will most likely come by itself."""


@dataclass(frozen=True)
class TimeWindow:
    """Time window in which texts may have been missed."""

    since: datetime
    until: datetime


def find_gaps(listed: Sequence[RemoteText], known: Sequence[Message], span: TimeWindow) -> list[RemoteText]:
    """Find the contact's texts that we do not know, oldest first, each with a time.

    `known` are the texts of the conversation in the database, in any order; `listed` is in the order of the record.
    """
    return [
        remote for remote in _unknown(listed, known) if remote.at is not None and span.since <= remote.at <= span.until
    ]


def is_early(listed: Sequence[RemoteText], known: Sequence[Message], span: TimeWindow) -> bool:
    """Tell whether the contact sent a text that we do not know, and that is too young to be imported."""
    return any(remote.at is not None and remote.at > span.until for remote in _unknown(listed, known))


def _unknown(listed: Sequence[RemoteText], known: Sequence[Message]) -> list[RemoteText]:
    inbound = [remote for remote in listed if remote.is_outbound is False]
    ours = [text for text in known if text.direction is Direction.INBOUND]
    return _timed(inbound, _paired(inbound, ours))


def _paired(inbound: Sequence[RemoteText], ours: Sequence[Message]) -> dict[str, Message]:
    """Pair the listed texts with those we know: the id of a listed text to our text."""
    pairs: dict[str, Message] = {}
    free = list(ours)
    listed_ids = [remote.legacy_id for remote in inbound]
    for remote in inbound:
        is_own = listed_ids.count(remote.legacy_id) == 1  # an id that several texts share says nothing by itself
        same = next((text for text in free if _has_id_of(text, remote, is_own=is_own)), None)
        if same is not None:
            pairs[remote.provider_id] = same
            free.remove(same)
    near = CLOCKS_APART if pairs else ZONES_APART  # ids that fit once fit always; otherwise words must do
    for remote in inbound:
        fitting = [text for text in free if remote.provider_id not in pairs and _fits(text, remote, near)]
        if fitting:
            best = min(fitting, key=lambda text: _apart(text, remote))
            pairs[remote.provider_id] = best
            free.remove(best)
    return pairs


def _has_id_of(text: Message, remote: RemoteText, *, is_own: bool) -> bool:
    if text.provider_id == remote.provider_id:
        return True
    is_same = bool(remote.legacy_id) and text.legacy_id == remote.legacy_id
    return is_same and (is_own or normalized(text.body) == normalized(remote.body))


def _fits(text: Message, remote: RemoteText, near: timedelta) -> bool:
    return normalized(text.body) == normalized(remote.body) and _apart(text, remote) <= near


def _apart(text: Message, remote: RemoteText) -> timedelta:
    return timedelta(0) if remote.at is None else abs(remote.at - from_micros(text.sort_key))


def _timed(inbound: Sequence[RemoteText], pairs: dict[str, Message]) -> list[RemoteText]:
    """List the texts without a pair, oldest first; a text without a time has that of the one before it."""
    moments = [_moment(remote, pairs) for remote in inbound]
    sure = [moment for moment in moments if moment is not None]
    is_newest_first = len(sure) < 2 or sure[0] >= sure[-1]
    left, before = [], None
    timed = list(zip(inbound, moments, strict=True))
    for remote, moment in reversed(timed) if is_newest_first else timed:
        before = moment or (before + timedelta(microseconds=1) if before else None)
        if remote.provider_id not in pairs:
            left.append(replace(remote, at=before))
    return left


def _moment(remote: RemoteText, pairs: dict[str, Message]) -> datetime | None:
    known = pairs.get(remote.provider_id)
    return from_micros(known.sort_key) if known is not None else remote.at
