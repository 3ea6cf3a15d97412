"""Weekly summary by command: `/volt figures weekly #channel monday 9:00`, for managers.

Without words it says what is set, and whether the last summary could be posted. Refuses channels that the bot cannot
post to, and those that people of another company read.
"""

from bot.bridge.weekly.plan import end_weekly, read_weekly, set_weekly
from bot.domain.ids import ChannelId
from bot.domain.timestamps import from_micros
from bot.domain.weekly import WeeklyPlan, WeeklyPost
from bot.parsing.calendar_days import AmbiguousTime
from bot.parsing.week_moments import WEEKDAYS, read_week_moment
from bot.slack.blocks.kit import LONG_DATE, MessageBody, date
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.channels import channel_of
from bot.slack.features.kit.time_zone import zone_of
from bot.slack.text.escaping import escape

EXAMPLE = "`/volt figures weekly #support monday 9:00`"
NONE = f"No weekly summary is posted. {EXAMPLE} changes that."


async def weekly(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Set, end or tell the weekly summary. Raises UserError."""
    place, _, when = words.strip().partition(" ")
    if not place:
        return MessageBody(await _told(context), [])
    if place.lower() == "off":
        was_on = await context.units.run(end_weekly, interaction.user)
        return MessageBody("The weekly summary has ended." if was_on else NONE, [])
    try:
        weekday, clock = read_week_moment(when)
    except AmbiguousTime as error:
        raise UserError(f"{escape(str(error))} The whole is {EXAMPLE}.", has_usage=False) from None
    channel = await channel_of(context, place, for_texts=True)
    zone = await zone_of(context, interaction.user)
    plan = WeeklyPlan.at(weekday, clock, zone.key)
    await context.units.run(set_weekly, channel, plan, interaction.user)
    return MessageBody(f"{_planned(channel, plan)} `/volt figures weekly off` ends it.", [])


async def _told(context: Context) -> str:
    known = await context.units.run(read_weekly)
    if known is None:
        return NONE
    channel, plan, last = known
    return f"{_planned(channel, plan)}{became(last)}"


def _planned(channel: ChannelId, plan: WeeklyPlan) -> str:
    return (
        f"The figures of the week before are posted in <#{channel}> every {WEEKDAYS[plan.weekday]} at "
        f"{plan.clock:%H:%M}, as the clock is in {plan.zone}."
    )


def became(last: WeeklyPost | None) -> str:
    """Say what became of the last post, where that is not as it should be."""
    if last is None or not last.failure:
        return ""
    return (
        f" The one of {date(from_micros(last.due_at), LONG_DATE)} is not there: Slack refuses it in <#{last.channel}> "
        f"(`{last.failure}`). Invite me there with /invite @volt, or choose another channel. I try for two days."
    )
