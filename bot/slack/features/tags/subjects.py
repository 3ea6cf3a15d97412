"""What a tag rule looks at, as people type it: words, one of our numbers, or hours. Refuses what is none of them."""

from contextlib import suppress

from bot.domain.hours import WeeklyHours
from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.domain.tags import RuleKind, RuleSubject, words_of
from bot.parsing.week_hours import WrongHours, read_hours
from bot.slack.context import Context, UserError
from bot.slack.features.kit.time_zone import zone_of
from bot.slack.features.kit.which_line import picked_line
from bot.slack.text.escaping import escape, unescape

MAX_KEYWORD_CHARS = 60


async def subject_in(context: Context, user: UserId, kind: RuleKind, typed: str) -> RuleSubject:
    """Read what a rule looks at, typed as Slack passes it on: with & < > as entities. Raises UserError."""
    match kind:
        case RuleKind.KEYWORD:
            return _keyword(typed)
        case RuleKind.NUMBER:
            return await _own_number(context, typed)
        case RuleKind.HOURS:
            return await _hours(context, user, typed)


def _keyword(typed: str) -> str:
    keyword = words_of(unescape(typed))
    if not keyword or len(keyword) > MAX_KEYWORD_CHARS:
        raise UserError(f"Keywords have 1 to {MAX_KEYWORD_CHARS} characters, such as refund.", has_usage=False)
    return keyword


async def _own_number(context: Context, typed: str) -> E164:
    line, rest = await picked_line(context, f"from {typed}")
    if line is None or rest:
        raise UserError("Write one of our numbers, and nothing behind it.", has_usage=False)
    return line


async def _hours(context: Context, user: UserId, typed: str) -> WeeklyHours:
    """Read hours, in the person's own time zone where none is typed."""
    with suppress(WrongHours):
        return read_hours(typed)
    zone = (await zone_of(context, user)).key
    try:
        return read_hours(typed, zone=zone)
    except WrongHours as error:
        raise UserError(escape(str(error)), has_usage=False) from None
