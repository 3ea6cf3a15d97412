"""Goals by command, `/volt goal`: within what time people should have an answer, in a channel or from a number."""

from dataclasses import dataclass

from bot.bridge.conversations.goals import all_goals, drop_goal, set_goal
from bot.domain.goals import OF_ACCOUNT, OF_CHANNEL, Goal
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.parsing.week_hours import WrongHours, read_hours, read_length
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.channels import channel_of
from bot.slack.features.kit.which_line import picked_line
from bot.slack.render.hours_words import goal_text
from bot.slack.text.escaping import escape

OFF = "off"
NONE = "No goals are set. Set one for this channel like `/volt goal 15m mon-fri 9-17 Europe/Berlin`."


@dataclass(frozen=True)
class _Subject:
    """What a goal is for."""

    kind: str
    subject: str


async def goal(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt goal`: list, set or drop."""
    if not words.strip():
        return await _list(context)
    about, words = await _subject(context, interaction, words.strip())
    if words.lower() == OFF:
        if not await context.units.run(drop_goal, about.kind, about.subject, interaction.user):
            raise UserError(f"There is no goal for {_named(context, about)}.", has_usage=False)
        return MessageBody(f"The goal for {_named(context, about)} is dropped.", [])
    try:
        minutes, rest = read_length(words)
        hours = read_hours(rest) if rest else None
    except WrongHours as error:
        raise UserError(escape(str(error)), has_usage=False) from None
    new = Goal(about.kind, about.subject, minutes, hours)
    await context.units.run(set_goal, new, interaction.user)
    return MessageBody(
        f"Goal for {_named(context, about)}: an answer {escape(goal_text(new))}. Who has the conversation is told when "
        "two thirds of the time are over, and the channel when it is missed.",
        [],
    )


async def _subject(context: Context, interaction: Interaction, words: str) -> tuple[_Subject, str]:
    """Read what the goal is for, by default the channel in which the command was written. Raises UserError."""
    line, rest = await picked_line(context, words)
    if line is not None:
        return _Subject(OF_ACCOUNT, line), rest.strip()
    first, _, rest = words.partition(" ")
    if first.startswith(("#", "<#")):
        return _Subject(OF_CHANNEL, await channel_of(context, first)), rest.strip()
    if interaction.channel is None or not interaction.channel.startswith(("C", "G")):
        raise UserError("Write this in the channel that it is for, or name it: `/volt goal #support 15m`.")
    return _Subject(OF_CHANNEL, interaction.channel), words


async def _list(context: Context) -> MessageBody:
    known = await context.units.run(all_goals)
    if not known:
        return MessageBody(NONE, [])
    lines = [f"• {_named(context, _Subject(one.kind, one.subject))}: {escape(goal_text(one))}" for one in known]
    return MessageBody("\n".join(["*Answers are to be given*", *lines]), [])


def _named(context: Context, about: _Subject) -> str:
    if about.kind == OF_CHANNEL:
        return f"<#{about.subject}>"
    return context.renderer.number(number_of(E164(about.subject)))
