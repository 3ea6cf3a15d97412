"""Audit trail: who did what, each line chained to the one before (bot/domain/audit_chain.py).

A line is hashed as it will be read: without NUL, which PostgreSQL keeps in no text.
"""

from secrets import token_hex

from bot.domain.audit import AuditLine
from bot.domain.audit_chain import ChainedLine, chained
from bot.domain.ids import ConversationId, UserId
from bot.domain.timestamps import Micros
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository

_SALT_BYTES = 16


class Audit(Repository):
    """Audit trail: who did what."""

    def add(self, actor: UserId, action: str, conversation_id: ConversationId | None, detail: str = "") -> int:
        """Add a line: who did what."""
        return self._add(actor, action, conversation_id, detail)

    def _add(
        self,
        actor: str,
        action: str,
        conversation_id: ConversationId | None,
        detail: str,
        *,
        result_of: int | None = None,
    ) -> int:
        actor, action, detail = (text.replace("\x00", "") for text in (actor, action, detail))
        end = self._one("audit_end")
        number, before = (int(end["last"]) + 1, str(end["last_hash"])) if end is not None else (1, "")
        now, workspace, salt = self._session.now, self._session.workspace, token_hex(_SALT_BYTES)
        line = ChainedLine(workspace, number, now, actor, action, conversation_id, result_of, detail, salt)
        line = chained(line, before)
        self._do("set_audit_end", number=number, hash=line.hash)
        row = self._existing(
            "add_audit_line",
            number=number,
            actor=actor,
            action=action,
            id=conversation_id,
            result_of=result_of,
            detail=detail,
            salt=salt,
            digest=line.digest,
            hash=line.hash,
        )
        return int(row["id"])

    def amend(self, audit_id: int, detail: str) -> None:
        """Add the result of an action as a line of its own: the line from before stays as it is."""
        row = self._one("audit_place", id=audit_id)
        if row is not None:
            self._add(row["actor"], row["action"], row["conversation_id"], detail, result_of=row["number"])

    def erase_before(self, before: Micros, limit: int) -> int:
        """Erase the beginning of the trail; where it begins from then on is noted with the hash of the last line."""
        row = self._one("audit_begin", before=before, limit=limit)
        if row is None or row["until"] <= row["after"]:
            return 0
        self._do("set_audit_begin", until=row["until"])
        self._do("erase_audit_lines", until=row["until"])
        return int(row["until"] - row["after"])

    def get(self, audit_id: int) -> AuditLine:
        """Read one line of the audit trail, with its result."""
        return _line(self._existing("audit_line", id=audit_id))

    def of_conversation(self, conversation_id: ConversationId, limit: int) -> list[AuditLine]:
        """List the lines about a conversation, newest first."""
        return [_line(row) for row in self._all("audit_of_conversation", id=conversation_id, limit=limit)]


def _line(row: Row) -> AuditLine:
    return AuditLine(row["actor"], row["action"], row["detail"], row["at"])
