"""Outcome of a send whose answer was lost: which text on record is it? Pure.

Carium has no key for what is sent twice, but its record is documented to show the callback address that a text was
given, and ours names the text: such a text is ours, and one with the address of another text is not. Where no address
is shown the words, the contact, the moment and the ids that are known otherwise decide. Only one candidate settles it,
and none where another text of ours with these words may be the one on record. That a text is absent is never concluded,
as neither the order of the record nor how soon it shows a text is documented.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.ids import MessageKey
from bot.domain.phone import E164
from bot.providers.courier.callbacks.address import CallbackTarget
from bot.providers.courier.profile import CALLBACK_PATH
from bot.providers.courier.wire.texts import CourierText

CLOCKS_APART = timedelta(seconds=120)
"""Tolerance between Carium's clock and ours."""

WORKED_ON = timedelta(minutes=10)
"""How long after a call Carium may still be at work on it."""


@dataclass(frozen=True)
class LostSend:
    """Send whose answer was lost: the text, when its call left, and the ids of texts that are others, as we know.

    `has_twin`: of another text with these words that may have left about then no id is known either.
    """

    key: MessageKey
    contact: E164
    body: str
    left_at: datetime
    known_ids: Collection[str] = ()
    has_twin: bool = False


def find_lost(
    lost: LostSend, listed: Sequence[CourierText], read_address: Callable[[str], CallbackTarget | None]
) -> CourierText | None:
    """Find the text in the record of its contact; None where there is not exactly one candidate."""
    own: list[CourierText] = []
    alike: list[CourierText] = []
    for text in listed:
        if text.target != lost.contact or text.is_received:
            continue
        target = read_address(text.callback_url) if text.callback_url else None
        if target is not None and target.key == lost.key:
            own.append(text)
        elif target is None and _may_be_of_ours(text.callback_url) and _is_alike(text, lost):
            alike.append(text)
    candidates = own or alike
    return candidates[0] if len(candidates) == 1 else None


def _may_be_of_ours(address: str) -> bool:
    """Tell whether a text may be of this bot: it shows no address, or one of a bot's that we cannot read any more."""
    return not address or CALLBACK_PATH in address


def _is_alike(text: CourierText, lost: LostSend) -> bool:
    return may_be_lost(lost, (text.id, text.sid), text.message, text.created_at)


def may_be_lost(lost: LostSend, ids: Collection[str], words: str, at: datetime | None) -> bool:
    """Tell whether a text on record may be the lost one: its words, its moment, and no id that is known of another."""
    if lost.has_twin or set(ids) & set(lost.known_ids) or at is None:
        return False
    is_then = lost.left_at - CLOCKS_APART <= at <= lost.left_at + WORKED_ON
    return is_then and words_of(words) == words_of(lost.body)


def words_of(text: str) -> str:
    """Reduce a text to its words: spaces and line ends may be tidied on the way."""
    return " ".join(text.split())
