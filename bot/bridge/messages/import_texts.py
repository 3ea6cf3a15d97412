"""Texts to the people of an import: the key of each, and the end of those that are not wanted by the time they leave.

Nobody wrote such a text to its contact in person, so none is sent after all to whoever stops texts before it leaves.
"""

from dataclasses import replace
from uuid import NAMESPACE_OID, uuid5

from bot.bridge.messages.outbound import cancel
from bot.domain.conversation import Conversation
from bot.domain.ids import MessageKey
from bot.domain.imports import MOST_JOBS, RowFault, RowState
from bot.domain.message import Message
from bot.ports.storage import Transaction


def key_of_row(job_id: str, line: int) -> MessageKey:
    """Return the key of the text to the person of a row; the same each time."""
    return MessageKey(uuid5(NAMESPACE_OID, f"{job_id} {line}").hex)


def withdraw_if_unwanted(tx: Transaction, conversation: Conversation, message: Message) -> bool:
    """Withdraw the text of an import whose contact wants none by now; False for any other text."""
    if not (conversation.is_blocked or conversation.is_opted_out):
        return False
    for job in tx.imports.all(MOST_JOBS):
        line = tx.imports.line_of(job.id, conversation.contact) if job.body else None
        if line is None or key_of_row(job.id, line) != message.key:
            continue
        fault = RowFault.BLOCKED if conversation.is_blocked else RowFault.OPTED_OUT
        for row in tx.imports.rows(job.id, RowState.HANDED, after=line - 1, limit=1):
            if row.line == line:
                tx.imports.set_row(job.id, replace(row, state=RowState.LEFT_OUT, fault=fault, detail=""))
        cancel(tx, message)
        return True
    return False
