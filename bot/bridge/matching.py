"""Matching: whether a text of ours is in the provider's record of a conversation. Pure.

Never concludes from words alone, from two candidates, or from unreadable times. A text counts as absent only where
every text on our side of the record is accounted for, and the newest text that must be there is there. Providers tidy
texts (line ends, quotes, spaces), so words are compared in a normalized form.
"""

import html
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.message import Direction, Message
from bot.domain.provider_messages import Accepted, RemoteText
from bot.domain.retry_policy import NotFound
from bot.domain.timestamps import from_micros

CLOCKS_APART = timedelta(seconds=120)
"""Tolerance between the provider's clock and ours."""

ZONES_APART = timedelta(hours=26)
"""Tolerance for a time that was written without its zone; the same words within it may be ours."""


MICROSECOND = timedelta(microseconds=1)


def match_sent(
    message: Message, listed: Sequence[RemoteText], others: Sequence[Message], *, is_login_known: bool = True
) -> Accepted | NotFound:
    """Find a sent text in the record; `others` are the other texts of its conversation that we know.

    `is_login_known`: it was sent by the login that is asked now. Otherwise whoever sent the same words then may have
    been us under the former one, so that they prove nothing.
    """
    known = {id_ for other in others for id_ in (other.provider_id, other.legacy_id) if id_}
    tried_at = from_micros(message.last_attempt_at or message.created_at)
    unknown = [remote for remote in listed if not _ids(remote) & known]
    if not is_login_known and any(_says_so_by_another(remote, message, tried_at) for remote in unknown):
        return NotFound.INCONCLUSIVE
    strange = [remote for remote in unknown if _may_be_ours(remote)]
    same = [remote for remote in strange if normalized(remote.body) == normalized(message.body)]
    fits = [remote for remote in same if remote.at is not None and abs(remote.at - tried_at) <= CLOCKS_APART]
    if len(fits) == 1 and all(remote.at is not None for remote in same):
        return Accepted(fits[0].provider_id, fits[0].legacy_id, fits[0].status)
    if any(_may_be_it(remote, message, tried_at) for remote in strange):
        return NotFound.INCONCLUSIVE
    return _absent(
        listed, [other for other in others if other.created_at <= (message.last_attempt_at or other.created_at)]
    )


def normalized(text: str) -> str:
    """Reduce a text to its letters and digits, if it has any, so that a tidied copy equals its original."""
    plain = unicodedata.normalize("NFKC", html.unescape(text)).casefold()
    return "".join(char for char in plain if char.isalnum()) or "".join(plain.split())


def is_same_text(known: Message, legacy_id: str, words: str, at: int | None) -> bool:
    """Tell whether a text of the contact is one we know: the same words, and the same id or about the same time."""
    if normalized(known.body) != normalized(words):
        return False
    if legacy_id and known.legacy_id:
        return legacy_id == known.legacy_id
    return at is None or abs(at - known.sort_key) <= CLOCKS_APART / MICROSECOND


def _may_be_ours(remote: RemoteText) -> bool:
    """Tell whether a text of the record may have been sent by the bot, as far as the provider says who did."""
    return remote.is_outbound is not False and remote.is_by_us is not False


def _says_so_by_another(remote: RemoteText, message: Message, tried_at: datetime) -> bool:
    """Tell whether a text that is not the present login's has our words, and a time that fits."""
    is_others = remote.is_outbound is not False and remote.is_by_us is False
    is_then = remote.at is None or abs(remote.at - tried_at) <= CLOCKS_APART
    return is_others and is_then and normalized(remote.body) == normalized(message.body)


def _may_be_it(remote: RemoteText, message: Message, tried_at: datetime) -> bool:
    """Tell whether a text that is not accounted for could be ours, however our clock was set since."""
    since = min(tried_at, from_micros(message.created_at or message.last_attempt_at or 0))
    if remote.at is None or remote.at >= since - CLOCKS_APART:
        return True
    return normalized(remote.body).startswith(normalized(message.body)) and abs(remote.at - tried_at) <= ZONES_APART


def _absent(listed: Sequence[RemoteText], before: Sequence[Message]) -> NotFound:
    """Return the proof of absence: ABSENT only where the newest text that must be in the record is in it."""
    if not before:
        return NotFound.ABSENT_UNVERIFIED
    newest = max(before, key=lambda text: (text.created_at, text.id))
    return NotFound.ABSENT if any(_is_listed(newest, remote) for remote in listed) else NotFound.INCONCLUSIVE


def _is_listed(text: Message, remote: RemoteText) -> bool:
    if _ids(remote) & {text.provider_id, text.legacy_id}:
        return True
    is_inbound = text.direction is Direction.INBOUND and remote.is_outbound is not True
    return is_inbound and normalized(remote.body) == normalized(text.body)


def _ids(remote: RemoteText) -> set[str]:
    return {id_ for id_ in (remote.provider_id, remote.legacy_id) if id_}
