"""Tags on conversations: put and taken by people and put by rules, and what a team sets about them.

One unit of work each. A rule looks at a text once, in the unit that takes it in: what a person takes off afterwards
does not come back with that text. Tags of people are noted in the audit trail; nothing is said in a thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bot.bridge.conversations.state import refresh_standing_header
from bot.domain.conversation import Conversation
from bot.domain.errors import VoltBotError
from bot.domain.ids import ConversationId, UserId
from bot.domain.message import Message
from bot.domain.tags import MOST_RULES, MOST_TAGS, MOST_TEAM_TAGS, RuleKind, RuleSubject, TagRule
from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction


class TooManyTags(VoltBotError):
    """A conversation or a team has as many tags, or rules, as it may; str() names which."""


TAGGED, UNTAGGED = "tagged", "untagged"


def put_tags(tx: Transaction, conversation_id: ConversationId, tags: Sequence[str], user: UserId) -> bool:
    """Put tags on a conversation; False where it has all of them. Raises TooManyTags, and puts none."""
    return change_tags(tx, conversation_id, tags, (), user)


def take_tags(tx: Transaction, conversation_id: ConversationId, tags: Sequence[str], user: UserId) -> bool:
    """Take tags off a conversation; False where it has none of them."""
    return change_tags(tx, conversation_id, (), tags, user)


def change_tags(
    tx: Transaction, conversation_id: ConversationId, put: Sequence[str], taken: Sequence[str], user: UserId
) -> bool:
    """Put some tags on a conversation and take others off; False where nothing changes. Raises TooManyTags."""
    conversation = tx.conversations.get(conversation_id)
    has = tx.tags.of(conversation.id)
    new = [tag for tag in dict.fromkeys(put) if tag not in has]
    gone = [tag for tag in dict.fromkeys(taken) if tag in has and tag not in put]
    if len(has) + len(new) - len(gone) > MOST_TAGS:
        raise TooManyTags("conversation")
    known = tx.tags.names()
    if new and len({*known, *new}) > max(MOST_TEAM_TAGS, len(known)):
        raise TooManyTags("team")
    for tag in gone:
        tx.tags.take(conversation.id, tag)
        tx.audit.add(user, UNTAGGED, conversation.id, tag)
    for tag in new:
        tx.tags.add(tag, user)
        tx.tags.put(conversation.id, tag, user)
        tx.audit.add(user, TAGGED, conversation.id, tag)
    if new or gone:
        refresh_standing_header(tx, conversation)
    return bool(new or gone)


def apply_rules(tx: Transaction, conversation: Conversation, message: Message) -> bool:
    """Put the tags of the rules that a text of the contact fits, as far as there is room; True where one is new."""
    at, days_off = Micros(message.sort_key), tx.limits.days_off
    fitting = [rule.tag for rule in tx.tags.rules() if rule.fits(message.body, conversation.account, at, days_off)]
    if not fitting:
        return False
    has = tx.tags.of(conversation.id)
    new = [tag for tag in dict.fromkeys(fitting) if tag not in has][: max(MOST_TAGS - len(has), 0)]
    for tag in new:
        tx.tags.put(conversation.id, tag, None)
    return bool(new)


@dataclass(frozen=True)
class TeamTags:
    """Tags of a team, how many conversations have each, and the rules."""

    counts: list[tuple[str, int]]
    rules: list[TagRule]


def team_tags(tx: Transaction) -> TeamTags:
    """Read what a team has set about tags."""
    return TeamTags(tx.tags.counts(), tx.tags.rules())


def tags_and_names(tx: Transaction, conversation_id: ConversationId) -> tuple[list[str], list[str]]:
    """Read the tags of a conversation, and those of the team. Raises RowNotFound."""
    return tx.tags.of(tx.conversations.get(conversation_id).id), tx.tags.names()


def add_tag(tx: Transaction, tag: str, user: UserId) -> bool:
    """Add a tag to those of the team; False where it is one. Raises TooManyTags."""
    known = tx.tags.names()
    if tag in known:
        return False
    if len(known) >= MOST_TEAM_TAGS:
        raise TooManyTags("team")
    tx.tags.add(tag, user)
    tx.audit.add(user, "added tag", None)
    return True


def drop_tag(tx: Transaction, tag: str, user: UserId) -> bool:
    """Take a tag off those of the team, with its rules; False where it is none."""
    if not tx.tags.drop(tag):
        return False
    tx.audit.add(user, "removed tag", None)
    return True


def add_rule(tx: Transaction, tag: str, kind: RuleKind, subject: RuleSubject, user: UserId) -> bool:
    """Add a rule, and its tag; False where there is the same one. Raises TooManyTags."""
    if len(tx.tags.rules()) >= MOST_RULES:
        raise TooManyTags("rules")
    add_tag(tx, tag, user)
    if not tx.tags.add_rule(tag, kind, subject, user):
        return False
    tx.audit.add(user, "added tag rule", None)
    return True


class RuleResult(Enum):
    """What became of a change of a rule."""

    SAVED = "saved"
    SAME = "same"  # there is another one that says the same
    CHANGED = "changed"  # somebody else changed it after its author saw it
    GONE = "gone"


def rule_with(tx: Transaction, rule_id: int) -> TagRule | None:
    """Read a rule."""
    return next((rule for rule in tx.tags.rules() if rule.id == rule_id), None)


def change_rule(tx: Transaction, new: TagRule, seen_version: str, user: UserId) -> RuleResult:
    """Change a rule as its author saw it, and add its tag. Raises TooManyTags."""
    old = rule_with(tx, new.id)
    if old is None:
        return RuleResult.GONE
    if old == new:
        return RuleResult.SAVED
    if old.version != seen_version:
        return RuleResult.CHANGED
    if any((rule.tag, rule.kind, rule.subject) == (new.tag, new.kind, new.subject) for rule in tx.tags.rules()):
        return RuleResult.SAME
    add_tag(tx, new.tag, user)
    tx.tags.save_rule(new, user)
    tx.audit.add(user, "changed tag rule", None)
    return RuleResult.SAVED


def drop_rule(tx: Transaction, rule_id: int, seen_version: str | None, user: UserId) -> RuleResult:
    """Remove a rule, as it was seen or None for however it is."""
    old = rule_with(tx, rule_id)
    if old is None:
        return RuleResult.GONE
    if seen_version not in (None, old.version):
        return RuleResult.CHANGED
    tx.tags.drop_rule(rule_id)
    tx.audit.add(user, "removed tag rule", None)
    return RuleResult.SAVED
