"""On duty handlers: `/volt on`, `off` and `away`, and the form by which managers say who gets conversations."""

from datetime import datetime

from bot.bridge.conversations.on_duty import (
    Roster,
    go_away,
    let_others,
    mark,
    read_roster,
    read_rules,
    set_rules,
)
from bot.bridge.roster import members_of, who_may
from bot.domain.ids import UserId
from bot.domain.roles import Role
from bot.domain.team import Distribution, Presence, TeamRules
from bot.domain.text import counted
from bot.domain.timestamps import to_micros
from bot.parsing.calendar_days import AmbiguousTime
from bot.parsing.moments import check_moment, read_moment
from bot.slack.blocks.kit import LONG_DATE, MessageBody, button, button_row, date, section
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit import texts
from bot.slack.features.kit.action_ids import TEAM_CHANGE
from bot.slack.features.kit.time_zone import zone_of
from bot.slack.features.kit.user_groups import suggest_groups, user_groups
from bot.slack.features.on_duty import form
from bot.slack.features.on_duty.form import FormState
from bot.slack.handling import Feature, ShowView, Subcommand, SubmissionResult
from bot.slack.text.escaping import escape
from bot.time_of_day import utc_now

LET_OTHERS = "away_let_others"
NOT_SHARED_OUT = "Conversations are not shared out by themselves here; a manager can change that by /volt assign."


async def on(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt on`."""
    return await _mark(context, interaction, words, is_on=True)


async def off(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt off`."""
    return await _mark(context, interaction, words, is_on=False)


async def _mark(context: Context, interaction: Interaction, words: str, *, is_on: bool) -> MessageBody:
    if words.strip():
        raise UserError("There are words after the command.")
    await context.units.run(mark, interaction.user, is_on=is_on)
    told = texts.ON_DUTY if is_on else texts.OFF_DUTY
    rules = await context.units.run(read_rules)
    after = f" {NOT_SHARED_OUT}" if is_on and rules.distribution is Distribution.OFF else ""
    return MessageBody(told + after, [])


async def away(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt away until WHEN`, or `/volt away off`."""
    when = words.strip()
    if when.lower() == "off":
        await context.units.run(go_away, interaction.user, None)
        return MessageBody("You are back. What you have stays yours, and new conversations come to you as before.", [])
    when = when[len("until") :].strip() if when.lower().startswith("until ") else when
    if not when:
        raise UserError("Say until when you are away.")
    until = await _moment(context, interaction.user, when)
    presence = await context.units.run(go_away, interaction.user, to_micros(until))
    return _gone(presence, f"You are away until {date(until, LONG_DATE)}.")


def _gone(presence: Presence, told: str) -> MessageBody:
    if not presence.held:
        return MessageBody(f"{told} You have no open conversation.", [])
    have = f"You have {counted(presence.held, 'open conversation')}"
    if presence.is_shared_out:
        return MessageBody(f"{told} {have}: others on duty get them now.", [])
    words = f"{told} {have}. As soon as one of these contacts writes, the conversation is free for everybody."
    return MessageBody(words, [section(words), *button_row(button("Let others have them now", LET_OTHERS, "away"))])


async def _moment(context: Context, user: UserId, when: str) -> datetime:
    """Read until when somebody is away, by their own clock; a day without a time begins at midnight."""
    now, zone = utc_now(), await zone_of(context, user)
    for words in (when, f"{when} 12am"):
        try:
            return check_moment(read_moment(words, now, zone), now)
        except AmbiguousTime as error:
            mistake = error
    raise UserError(escape(str(mistake)))


async def let_others_have(context: Context, interaction: Interaction) -> MessageBody:
    """Act on Let others have them now."""
    if await context.units.run(let_others, interaction.user):
        return MessageBody("Your open conversations are free for others now.", [])
    return MessageBody("You are not away, or have no open conversation. Nothing was changed.", [])


# --- the form


async def ask(context: Context, interaction: Interaction) -> None:
    """Act on Who gets conversations."""
    rules = await context.units.run(read_rules)
    await context.open_over(interaction, form.team_form(FormState(rules), await user_groups(context)))


async def ask_by_command(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt assign`."""
    if words.strip():
        raise UserError(
            "There are words after the command. To assign a conversation, write *@volt assign* in its thread."
        )
    await ask(context, interaction)
    return MessageBody("The form is open.", [])


async def save(context: Context, interaction: Interaction) -> SubmissionResult:
    """Save who gets conversations, unless others have since the form was opened. Raises UserError with the block."""
    fields, state = interaction.form, form.read_state(interaction.metadata)
    how_block, group_block = state.block(form.HOW), state.block(form.GROUP)
    picked = fields.choice(how_block)
    how = next((way for way in Distribution if way.value == picked), None)
    if how is None:
        raise UserError("Choose one.", block=how_block)
    group = fields.choice(group_block) if group_block in fields.values else state.rules.group
    roster = await context.units.run(read_roster)
    members = await members_of(context.workspace, Roster(roster.policy, group, roster.users))
    if members is None:
        raise UserError(
            "Slack did not say who is in this group. Nothing was saved. Please try again.", block=group_block
        )
    known = await who_may(context.workspace, roster.policy, roster.users | members)
    if group and not any(known.get(user) for user in members):
        raise UserError("Nobody in this group may text from here. Choose another one.", block=group_block)
    rules = TeamRules(bool(fields.choices(state.block(form.ON_REPLY))), how, group)
    now = await context.units.run(set_rules, rules, known, members, interaction.user, seen=state.rules)
    if now == rules:
        return None
    return ShowView(form.team_form(FormState(now, state.turn + 1), await user_groups(context)))


FEATURE = Feature(
    role=Role.AGENT,
    roles={"assign": Role.MANAGER, TEAM_CHANGE: Role.MANAGER, form.FORM: Role.MANAGER, form.GROUP: Role.MANAGER},
    commands=(
        Subcommand("on", "", "", "say that you are on duty: new conversations come to you, too", on),
        Subcommand("off", "", "", "say that you are off duty: no new conversation comes to you by itself", off),
        Subcommand(
            "away",
            "until WHEN|off",
            "until friday",
            "say until when you are away: what contacts write to you meanwhile goes to others",
            away,
        ),
        Subcommand("assign", "", "", "choose who gets the conversations that nobody has", ask_by_command),
    ),
    actions={LET_OTHERS: let_others_have, TEAM_CHANGE: ask},
    submissions={form.FORM: save},
    options={form.GROUP: suggest_groups},
)
