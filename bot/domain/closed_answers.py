"""Closed answers: the text that a contact gets who writes while the office is closed. Pure.

Each has the digits that the contact's number begins with, so that people can be answered in the words of their
country, or in their own; the longest counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.phone import E164

MAX_ANSWERS = 30
MAX_CHARS = 480
"""Limit of an automatic answer, in characters: about three segments."""


@dataclass(frozen=True)
class ClosedAnswer:
    """Answer for the contacts whose numbers begin so; "" for all."""

    account: E164
    begins: str
    body: str


def answer_for(answers: Iterable[ClosedAnswer], contact: E164) -> ClosedAnswer | None:
    """Choose the answer for a contact; None where there is none."""
    fitting = (answer for answer in answers if contact.startswith(answer.begins))
    return max(fitting, key=lambda answer: len(answer.begins), default=None)
