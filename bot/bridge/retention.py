"""Retention: what is older than it is to be kept is erased, a part in each unit of work.

Texts with their pictures, waves, scheduled texts, hand-overs, rows of imported files and lines of the audit trail. What
is still owed stays until it is done: texts that wait to leave or to be shown, drafts, texts of unknown outcome, open
questions, texts scheduled for later, imports under way. Slack keeps its threads as long as its own settings say.
"""

from dataclasses import dataclass

from bot.domain.conversation import WANTS_PERSON
from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction

AT_ONCE = 100
"""Texts, or lines of the audit trail, that are erased in one unit of work."""

ROWS_AT_ONCE = 500
"""Rows of imported files that are erased in one unit of work."""


@dataclass(frozen=True)
class ErasedPart:
    """What one unit of work erased: texts, lines of the audit trail, rows of files. False where there was nothing."""

    texts: int
    lines: int
    rows: int = 0

    def __bool__(self) -> bool:
        return bool(self.texts or self.lines or self.rows)


def erase_old(tx: Transaction, before: Micros) -> ErasedPart:
    """Erase a part of what is from before a moment; an empty part where nothing is left."""
    texts = tx.erasure.forget_old_texts(before, AT_ONCE)
    lines = tx.audit.erase_before(before, AT_ONCE)
    rows = tx.imports.forget_old_rows(before, ROWS_AT_ONCE)
    if not texts and not rows:
        tx.erasure.forget_old_rest(before)
        tx.erasure.forget_marks(WANTS_PERSON, before)
    return ErasedPart(texts, lines, rows)
