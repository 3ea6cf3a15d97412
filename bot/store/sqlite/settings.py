"""The part of the ledger that serves the people: modes, routes, and who did what."""

from bot.domain.conversation import AuditLine, Mode, Route
from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.store.sqlite.statements import Repository


class Desk(Repository):
    """What a team agreed on; see bot.ports.repositories.Ledger."""

    def channel_mode(self, channel: ChannelId) -> Mode | None:
        """Read what becomes of replies in a channel; None where nobody has said."""
        row = self._one("channel_mode", channel=channel)
        return None if row is None else Mode(row["mode"])

    def set_channel_mode(self, channel: ChannelId, mode: Mode, author: UserId) -> None:
        """Note what becomes of replies in a channel."""
        self._do("set_channel_mode", channel=channel, mode=mode.value, author=author)

    def routes(self) -> list[Route]:
        """List where new conversations show."""
        return [Route(row["kind"], row["subject"], row["channel"]) for row in self._all("routes")]

    def set_route(self, route: Route, author: UserId) -> None:
        """Note where new conversations show."""
        self._do("set_route", kind=route.kind, subject=route.subject, channel=route.channel, author=author)

    def drop_route(self, route: Route) -> bool:
        """Forget a route; False where there was none."""
        return self._do("drop_route", kind=route.kind, subject=route.subject).rowcount == 1

    def note_audit(self, actor: UserId, action: str, conversation_id: ConversationId | None, detail: str = "") -> int:
        """Remember who did what."""
        row = self._existing("note_audit", actor=actor, action=action, id=conversation_id, detail=detail)
        return int(row["id"])

    def amend_audit(self, audit_id: int, detail: str) -> None:
        """Say what came of a deed that was noted before it was done."""
        self._do("amend_audit", id=audit_id, detail=detail)

    def audit_line(self, audit_id: int) -> AuditLine:
        """Read one line of the audit trail."""
        row = self._existing("audit_line", id=audit_id)
        return AuditLine(row["actor"], row["action"], row["detail"], row["at"])

    def audit_of(self, conversation_id: ConversationId, limit: int) -> list[AuditLine]:
        """List what was done about a conversation."""
        found = self._all("audit_of", id=conversation_id, limit=limit)
        return [AuditLine(row["actor"], row["action"], row["detail"], row["at"]) for row in found]
