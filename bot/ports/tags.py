"""Tags port: tags on conversations, the rules that put them, and the searches that people keep."""

from typing import Protocol

from bot.domain.ids import ConversationId, UserId
from bot.domain.searches import SavedSearch
from bot.domain.tags import RuleKind, RuleSubject, TagRule


class Tags(Protocol):
    """Tags of a team."""

    def counts(self) -> list[tuple[str, int]]:
        """The team's tags by name, and how many conversations have each."""

    def names(self) -> list[str]: ...

    def known(self) -> list[str]:
        """The team's tags, and those that conversations have besides."""

    def add(self, name: str, author: UserId) -> None:
        """Add a tag to those of the team; nothing changes where it is one."""

    def drop(self, name: str) -> bool:
        """Take a tag off those of the team, with its rules; conversations that have it keep it."""

    def of(self, conversation_id: ConversationId) -> list[str]:
        """The tags of a conversation by name."""

    def put(self, conversation_id: ConversationId, name: str, author: UserId | None) -> bool:
        """Put a tag on a conversation, None for a rule; False where it has it."""

    def take(self, conversation_id: ConversationId, name: str) -> bool:
        """Take a tag off a conversation; False where it has it not."""

    def bearers(self, name: str) -> list[ConversationId]:
        """The conversations that have a tag."""

    def rules(self) -> list[TagRule]: ...

    def add_rule(self, name: str, kind: RuleKind, subject: RuleSubject, author: UserId) -> bool:
        """Add a rule; False where there is the same one."""

    def save_rule(self, changed: TagRule, author: UserId) -> None:
        """Change a rule that is there. Raises RowNotFound."""

    def drop_rule(self, rule_id: int) -> bool: ...

    def forget(self, name: str) -> None:
        """Remove a tag wherever it stands."""


class Searches(Protocol):
    """Searches that are kept."""

    def of(self, user: UserId) -> list[SavedSearch]:
        """Those of the team, and then a person's own, by name."""

    def get(self, search_id: int) -> SavedSearch | None: ...

    def save(self, owner: UserId | None, name: str, query: str, author: UserId) -> None:
        """Keep a search; one of the same name is replaced."""

    def drop(self, search_id: int) -> bool: ...

    def all(self) -> list[SavedSearch]:
        """Everybody's."""
