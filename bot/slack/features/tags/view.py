"""Tags and rules of a team in words. Pure."""

from collections.abc import Sequence

from bot.bridge.conversations.tags import TeamTags
from bot.domain.hours import WeeklyHours
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.tags import RuleKind, RuleSubject, TagRule
from bot.domain.text import counted
from bot.slack.blocks.cards import WriteNumber
from bot.slack.render.hours_words import hours_text
from bot.slack.text.escaping import escape

NO_TAGS = "There are no tags yet. Write *@volt tag vip* in a thread to put one on its conversation."
NO_RULES = "No rule puts tags by itself."


def team_text(found: TeamTags, number: WriteNumber) -> str:
    """List the tags and the rules, in mrkdwn."""
    if not found.counts and not found.rules:
        return NO_TAGS
    tags = [f"• {name} – {counted(count, 'conversation')}" for name, count in found.counts]
    return "\n".join(["*Tags*", *tags, "", rules_text(found.rules, number)])


def rules_text(rules: Sequence[TagRule], number: WriteNumber) -> str:
    """List the rules, in mrkdwn."""
    if not rules:
        return NO_RULES
    lines = [f"• {one.id}: *{one.tag}* when a text comes {rule_words(one.kind, one.subject, number)}" for one in rules]
    return "\n".join(["*Rules*", *lines])


def rule_words(kind: RuleKind, subject: RuleSubject, number: WriteNumber) -> str:
    """Write which texts a rule is for, in mrkdwn, after "a text comes"."""
    if isinstance(subject, WeeklyHours):
        return f"in these hours: {escape(hours_text(subject))}"
    if kind is RuleKind.NUMBER:
        return f"to {number(number_of(E164(subject)))}"
    return f'with the words "{escape(subject)}"'
