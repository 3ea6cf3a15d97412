"""Retention: what is older than it is to be kept is erased, a part in each unit of work.

Texts with their pictures, waves, scheduled texts, hand-overs and lines of the audit trail. What is still owed stays
until it is done: texts that wait to leave or to be shown, drafts, texts of unknown outcome, open questions, texts
scheduled for later. Slack keeps its threads as long as its own settings say.
"""

from dataclasses import dataclass

from bot.domain.conversation import WANTS_PERSON
from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction

AT_ONCE = 100
"""Texts, or lines of the audit trail, that are erased in one unit of work."""


@dataclass(frozen=True)
class ErasedPart:
    """What one unit of work erased: texts, and lines of the audit trail. False where there was nothing."""

    texts: int
    lines: int

    def __bool__(self) -> bool:
        return bool(self.texts or self.lines)


def erase_old(tx: Transaction, before: Micros) -> ErasedPart:
    """Erase a part of what is from before a moment; an empty part where nothing is left."""
    texts = tx.erasure.forget_old_texts(before, AT_ONCE)
    lines = tx.audit.erase_before(before, AT_ONCE)
    if not texts:
        tx.erasure.forget_old_rest(before)
        tx.erasure.forget_marks(WANTS_PERSON, before)
    return ErasedPart(texts, lines)
