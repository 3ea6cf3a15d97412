"""What is remembered of contacts grows no further than it is told to, and what is forgotten does no harm."""

from __future__ import annotations

from bot.providers.glific.calls.remembered import Remembered
from bot.providers.glific.stream.message_numbers import MessageNumbers
from tests.providers.glific.test_wire import message


def contact(number: int) -> dict[str, str]:
    """Return a contact of this id."""
    return {"id": str(number), "name": "Dana", "phone": "15555550145", "status": "VALID", "bspStatus": "SESSION"}


def test_what_was_noted_longest_ago_is_forgotten() -> None:
    """Of more than it keeps the oldest goes, and who is noted anew counts as new."""
    kept: Remembered[str] = Remembered(2)
    for key in ("a", "b", "a", "c"):
        kept.note(key, key.upper())
    assert [kept.get(key) for key in "abc"] == ["A", None, "C"]


def test_a_forgotten_contact_only_has_the_record_read() -> None:
    """Whose number is forgotten looks as if texts were missing before theirs, so that nothing can be overtaken."""
    numbers = MessageNumbers(most=1)
    numbers.note(message(contact=contact(1), messageNumber=4))
    assert not numbers.is_ahead(message(contact=contact(1), messageNumber=5))
    numbers.note(message(contact=contact(2), messageNumber=1))
    assert numbers.is_ahead(message(contact=contact(1), messageNumber=5))
    assert not numbers.is_ahead(message(contact=contact(2), messageNumber=2))
