"""Tags and rules of a team in words. Pure."""

from collections.abc import Sequence

from bot.bridge.conversations.tags import TeamTags
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.tags import DAYS, RuleKind, TagRule, WeekHours
from bot.domain.text import counted
from bot.slack.blocks.cards import WriteNumber
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


def rule_words(kind: RuleKind, subject: str, number: WriteNumber) -> str:
    """Write which texts a rule is for, in mrkdwn, after "a text comes"."""
    match kind:
        case RuleKind.KEYWORD:
            return f'with the words "{escape(subject)}"'
        case RuleKind.NUMBER:
            return f"to {number(number_of(E164(subject)))}"
        case RuleKind.HOURS:
            return _hours(WeekHours.from_stored(subject))


def _hours(week: WeekHours) -> str:
    days = ", ".join(DAYS[day].capitalize() for day in sorted(week.days))
    at = "all day" if week.hours.start == week.hours.end else f"{week.hours.start:%H:%M}-{week.hours.end:%H:%M}"
    return f"{'every day' if len(week.days) == len(DAYS) else days} {at} ({week.zone.replace('_', ' ')})"
