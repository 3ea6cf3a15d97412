"""Tags on conversations, the rules that put them, and the searches that people keep."""

import json

from bot.domain.hours import WeeklyHours
from bot.domain.ids import ConversationId, UserId
from bot.domain.searches import SavedSearch
from bot.domain.tags import RuleKind, RuleSubject, TagRule
from bot.store.sql.connection import Row
from bot.store.sql.hours import hours_in, stored_hours
from bot.store.sql.session import Repository


class Tags(Repository):
    """Tags of a team."""

    def counts(self) -> list[tuple[str, int]]:
        """List the team's tags with how often each is used."""
        return [(row["name"], row["count"]) for row in self._all("tags")]

    def names(self) -> list[str]:
        """List the team's tags."""
        return [row["name"] for row in self._all("tag_names")]

    def known(self) -> list[str]:
        """List all tags."""
        return [row["name"] for row in self._all("known_tags")]

    def add(self, name: str, author: UserId) -> None:
        """Add a tag."""
        self._do("add_tag", name=name, author=author)

    def drop(self, name: str) -> bool:
        """Take a tag off the list, with its rules."""
        self._do("drop_tag_rules_of", name=name)
        return self._do("drop_tag", name=name).rowcount > 0

    def of(self, conversation_id: ConversationId) -> list[str]:
        """List the tags of a conversation."""
        return [row["name"] for row in self._all("tags_of", id=conversation_id)]

    def put(self, conversation_id: ConversationId, name: str, author: UserId | None) -> bool:
        """Put a tag on a conversation."""
        return self._do("put_tag", id=conversation_id, name=name, author=author or "").rowcount > 0

    def take(self, conversation_id: ConversationId, name: str) -> bool:
        """Take a tag off a conversation."""
        return self._do("take_tag", id=conversation_id, name=name).rowcount > 0

    def bearers(self, name: str) -> list[ConversationId]:
        """List the conversations that have a tag."""
        return [ConversationId(row["conversation_id"]) for row in self._all("tag_bearers", name=name)]

    def rules(self) -> list[TagRule]:
        """List the rules."""
        return [_rule(row) for row in self._all("tag_rules")]

    def add_rule(self, name: str, kind: RuleKind, subject: RuleSubject, author: UserId) -> bool:
        """Add a rule."""
        done = self._do("add_tag_rule", name=name, kind=kind.value, subject=_stored(subject), author=author)
        return done.rowcount > 0

    def save_rule(self, changed: TagRule, author: UserId) -> None:
        """Change a rule."""
        about = {"name": changed.tag, "kind": changed.kind.value, "subject": _stored(changed.subject)}
        self._change("save_tag_rule", id=changed.id, author=author, **about)

    def drop_rule(self, rule_id: int) -> bool:
        """Remove a rule."""
        return self._do("drop_tag_rule", id=rule_id).rowcount > 0

    def forget(self, name: str) -> None:
        """Remove a tag wherever it stands."""
        self.drop(name)
        self._do("forget_tag", name=name)
        self._do("forget_tag_details", name=name)


class Searches(Repository):
    """Searches that are kept."""

    def of(self, user: UserId) -> list[SavedSearch]:
        """List those that a person sees."""
        return [saved_search(row) for row in self._all("saved_searches", user=user)]

    def get(self, search_id: int) -> SavedSearch | None:
        """Read one."""
        row = self._one("saved_search", id=search_id)
        return None if row is None else saved_search(row)

    def save(self, owner: UserId | None, name: str, query: str, author: UserId) -> None:
        """Keep one."""
        self._do("save_search", owner=owner or "", name=name, query=query, author=author)

    def drop(self, search_id: int) -> bool:
        """Remove one."""
        return self._do("drop_saved_search", id=search_id).rowcount > 0

    def all(self) -> list[SavedSearch]:
        """List everybody's."""
        return [saved_search(row) for row in self._all("all_saved_searches")]


def _rule(row: Row) -> TagRule:
    kind, stored = RuleKind(row["kind"]), row["subject"]
    return TagRule(row["id"], row["name"], kind, hours_in(json.loads(stored)) if kind is RuleKind.HOURS else stored)


def _stored(subject: RuleSubject) -> str:
    return json.dumps(stored_hours(subject)) if isinstance(subject, WeeklyHours) else subject


def saved_search(row: Row) -> SavedSearch:
    """Read a row of saved_search."""
    return SavedSearch(row["id"], UserId(row["owner"]) or None, row["name"], row["query"])
