"""Repositories of settings, the audit trail and confirmations, as the use cases see them within one transaction."""

from typing import Protocol

from bot.domain.audit import AuditLine
from bot.domain.confirmation import PendingConfirmation
from bot.domain.conversation import Mode
from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.routing import Route
from bot.domain.template import Template
from bot.domain.timestamps import Micros


class Settings(Protocol):
    """Settings: modes, routes, templates, known lists, and single values by name."""

    def channel_mode(self, channel: ChannelId) -> Mode | None: ...

    def set_channel_mode(self, channel: ChannelId, mode: Mode, author: UserId) -> None: ...

    def routes(self) -> list[Route]: ...

    def set_route(self, route: Route, author: UserId) -> None: ...

    def drop_route(self, route: Route) -> bool: ...

    def templates(self) -> list[Template]:
        """All templates by name."""

    def template(self, template_id: int) -> Template | None: ...

    def add_template(self, name: str, body: str, author: UserId) -> bool:
        """Store a new template; False where the name is taken."""

    def save_template(self, changed: Template, author: UserId) -> bool:
        """Change a template; False where it is gone, or its new name is taken."""

    def drop_template(self, template_id: int) -> bool: ...

    def value(self, name: str) -> str | None: ...

    def set_value(self, name: str, value: str) -> None: ...

    def forget_value(self, name: str) -> None: ...

    def note_list(self, name: str) -> None:
        """Store the name of a contact list that the provider has shown."""

    def forget_list(self, name: str) -> None:
        """Forget a contact list that the provider does not have any more."""

    def list_names(self) -> list[str]:
        """The contact lists that are known, the one met last first."""


class Audit(Protocol):
    """Audit trail: who did what."""

    def add(self, actor: UserId, action: str, conversation_id: ConversationId | None, detail: str = "") -> int:
        """Add who did what, and return its id; `detail` holds neither numbers nor words of a text."""

    def amend(self, audit_id: int, detail: str) -> None:
        """Add the result of an action that was noted before it was carried out."""

    def get(self, audit_id: int) -> AuditLine: ...

    def erase_before(self, before: Micros, limit: int) -> int:
        """Erase so many lines at most from the beginning of the trail, those from before a moment; returns how many."""

    def of_conversation(self, conversation_id: ConversationId, limit: int) -> list[AuditLine]:
        """What was done about a conversation, newest first."""


class Confirmations(Protocol):
    """Confirmations: buttons that take effect once."""

    def add(self, confirmation: PendingConfirmation) -> None:
        """Store what waits for a button, anew where it has no outcome yet; very old ones are removed."""

    def get(self, confirmation_id: str) -> PendingConfirmation | None: ...

    def end(self, confirmation_id: str, outcome: str) -> None:
        """Note its outcome."""

    def reopen(self, confirmation_id: str) -> None:
        """Let its button take effect once more: certainly it had none yet."""
