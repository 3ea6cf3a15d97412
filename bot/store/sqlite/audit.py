"""Audit trail: who did what."""

from bot.domain.audit import AuditLine
from bot.domain.ids import ConversationId, UserId
from bot.store.sqlite.session import Repository


class Audit(Repository):
    """Audit trail: who did what."""

    def add(self, actor: UserId, action: str, conversation_id: ConversationId | None, detail: str = "") -> int:
        """Add a line: who did what."""
        row = self._existing("add_audit_line", actor=actor, action=action, id=conversation_id, detail=detail)
        return int(row["id"])

    def amend(self, audit_id: int, detail: str) -> None:
        """Amend a line that was added before the action was done."""
        self._do("amend_audit_line", id=audit_id, detail=detail)

    def get(self, audit_id: int) -> AuditLine:
        """Read one line of the audit trail."""
        row = self._existing("audit_line", id=audit_id)
        return AuditLine(row["actor"], row["action"], row["detail"], row["at"])

    def of_conversation(self, conversation_id: ConversationId, limit: int) -> list[AuditLine]:
        """List the lines about a conversation, newest first."""
        found = self._all("audit_of_conversation", id=conversation_id, limit=limit)
        return [AuditLine(row["actor"], row["action"], row["detail"], row["at"]) for row in found]
