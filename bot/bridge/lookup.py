"""Reading the provider's record of a conversation, to find out whether a text of ours is in it.

Pure. Refuses to conclude from words alone, from two candidates, from unreadable times, or from a record that does not
even hold the texts it must hold.
"""

from collections.abc import Sequence
from enum import Enum

from bot.domain.message import Direction, Message
from bot.domain.moment import moment_of
from bot.ports import Accepted, Listed

CLOCKS_APART_S = 120.0
"""How far the provider's clock may be from ours for a time to fit."""


class Nothing(Enum):
    """What a look can find besides the thing itself."""

    ABSENT = "absent"  # it is not there, and the place looked at is complete as far as we can tell
    BARE = "bare"  # it is not there, but neither is anything else that could vouch for the place
    UNCLEAR = "unclear"  # no answer, or more than one
    BLIND = "blind"  # we are not allowed to look, now or ever


def match_sent(message: Message, listed: Sequence[Listed], others: Sequence[Message]) -> Accepted | Nothing:
    """Decide whether a text is in the record; `others` are the texts of its conversation that we know besides."""
    known = {one_id for other in others for one_id in (other.provider_id, other.legacy_id) if one_id}
    mine = [one for one in listed if one.is_outbound and one.body == message.body and not _ids(one) & known]
    if any(one.at is None for one in mine):
        return Nothing.UNCLEAR
    tried_at = moment_of(message.tried_at or message.created_at)
    fits = [one for one in mine if one.at and abs((one.at - tried_at).total_seconds()) <= CLOCKS_APART_S]
    if len(fits) == 1:
        return Accepted(fits[0].provider_id, fits[0].legacy_id, fits[0].status)
    if fits:
        return Nothing.UNCLEAR
    return _absent(listed, others, known)


def _absent(listed: Sequence[Listed], others: Sequence[Message], known: set[str]) -> Nothing:
    """Absence is believed of a record that holds something we know of; one that must and does not is no witness."""
    inbound = {other.body for other in others if other.direction is Direction.INBOUND}
    if any(_ids(one) & known or (not one.is_outbound and one.body in inbound) for one in listed):
        return Nothing.ABSENT
    return Nothing.UNCLEAR if others else Nothing.BARE


def _ids(one: Listed) -> set[str]:
    return {one_id for one_id in (one.provider_id, one.legacy_id) if one_id}
