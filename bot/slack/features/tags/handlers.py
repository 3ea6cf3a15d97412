"""Tag handlers, `/volt tag`: the team's tags and rules, and a contact's tags. Rules and the list are for managers."""

import re

from bot.bridge.conversations.queries import find_conversation
from bot.bridge.conversations.tags import TooManyTags, add_tag, change_tags, drop_tag, team_tags
from bot.domain.roles import Role
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.action_ids import TAG_RULES
from bot.slack.features.kit.permissions import require
from bot.slack.features.kit.tags import read_tags, tag_in, too_many
from bot.slack.features.kit.which_line import picked_line
from bot.slack.features.tags import rules, rules_view, view
from bot.slack.handling import Feature, Subcommand

OFF, RULE = "off", "rule"
_NUMBER_FIRST = re.compile(r"(?:from\s|[+(<]|\d[\d\s().-]{5,})", re.IGNORECASE)


async def tag(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt tag`: list, tag a contact, add or remove a tag or a rule."""
    words = words.strip()
    if not words:
        found = await context.units.run(team_tags)
        return MessageBody(view.team_text(found, context.renderer.number), [])
    first, _, rest = words.partition(" ")
    if first.lower() == RULE:
        return await rules.by_command(context, interaction, rest.strip())
    if _NUMBER_FIRST.match(words):
        return await _contact(context, interaction, words)
    return await _of_team(context, interaction, words)


async def _of_team(context: Context, interaction: Interaction, words: str) -> MessageBody:
    name, _, last = words.rpartition(" ")
    if name and last.lower() == OFF:
        await require(context, interaction, Role.MANAGER)
        known = tag_in(name)
        if not await context.units.run(drop_tag, known, interaction.user):
            raise UserError(f"There is no tag {known}.", has_usage=False)
        done = f"*{known}* is offered no more, and its rules are gone. Conversations that have it keep it."
        return MessageBody(done, [])
    new = tag_in(words)
    try:
        is_new = await context.units.run(add_tag, new, interaction.user)
    except TooManyTags as error:
        raise too_many(error) from None
    how = f"Write *@volt tag {new}* in a thread to put it on a conversation."
    return MessageBody(f"*{new}* is a tag now. {how}" if is_new else f"*{new}* is a tag already. {how}", [])


async def _contact(context: Context, interaction: Interaction, words: str) -> MessageBody:
    line, words = await picked_line(context, words)
    number, rest = context.split_number(words)
    is_off = rest.lower().split()[-1:] == [OFF]
    tags = read_tags(rest.rpartition(" ")[0] if is_off and " " in rest.strip() else rest)
    if not tags:
        raise UserError("Write the tag after the number.")
    conversation = await context.units.run(find_conversation, line or await context.account_with(number), number)
    if conversation is None:
        raise UserError(f"There is no conversation with {context.renderer.number(number)} yet.", has_usage=False)
    put, taken = ((), tags) if is_off else (tags, ())
    try:
        is_done = await context.units.run(change_tags, conversation.id, put, taken, interaction.user)
    except TooManyTags as error:
        raise too_many(error) from None
    where = context.thread_mention(conversation)
    return MessageBody(f"Done, in {where}." if is_done else f"It stands like that already, in {where}.", [])


FEATURE = Feature(
    role=Role.AGENT,
    roles=dict.fromkeys((TAG_RULES, *rules_view.ALL), Role.MANAGER),
    commands=(
        Subcommand(
            "tag",
            "[NUMBER] TAG [off]",
            "(555) 555-0145 vip",
            "put a tag on a contact's conversation; alone it lists the tags, and `rule` sets which texts get one",
            tag,
        ),
    ),
    actions={
        TAG_RULES: rules.open_list,
        rules_view.ADD: rules.ask_new,
        rules_view.CHANGE: rules.ask_changed,
        rules_view.REMOVE: rules.remove,
    },
    submissions={rules_view.FORM: rules.save},
)
