"""Message numbers: Glific counts the messages of each contact, so a number left out shows what is missing. Pure."""

from collections import defaultdict
from collections.abc import Sequence

from bot.providers.glific.calls.remembered import Remembered
from bot.providers.glific.wire.messages import GlificMessage

REMEMBERED = 50_000
"""Contacts whose numbers are remembered at most."""


class MessageNumbers:
    """The highest number seen of each contact, of those whose messages came last.

    One that was forgotten looks as if others were missing: the record is then read once more, which loses nothing.
    """

    def __init__(self, most: int = REMEMBERED) -> None:
        self._highest: Remembered[int] = Remembered(most)

    def note(self, message: GlificMessage) -> None:
        """Note the number of a message that was taken."""
        if message.contact is not None and message.number is not None:
            known = self._highest.get(message.contact.id) or 0
            self._highest.note(message.contact.id, max(known, message.number))

    def is_ahead(self, message: GlificMessage) -> bool:
        """Whether others of its contact come before it that were not taken, as far as we know."""
        if message.contact is None or message.number is None:
            return False
        return message.number > (self._highest.get(message.contact.id) or 0) + 1


def in_order(messages: Sequence[GlificMessage]) -> list[GlificMessage]:
    """Let the texts of each contact change places so that they stand by their numbers; all else stays where it is.

    The record is read by the time of the last change, and an earlier text may have changed after a later one.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, message in enumerate(messages):
        if message.is_inbound and message.contact is not None and message.number is not None:
            places[message.contact.id].append(place)
    ordered = list(messages)
    for taken in places.values():
        for place, message in zip(taken, sorted((messages[one] for one in taken), key=_number), strict=True):
            ordered[place] = message
    return ordered


def _number(message: GlificMessage) -> int:
    return message.number or 0
