"""Tag handlers, `/volt tag`: the team's tags and rules, and a contact's tags. Rules and the list are for managers."""

import re

from bot.bridge.conversations.queries import find_conversation
from bot.bridge.conversations.tags import (
    TooManyTags,
    add_rule,
    add_tag,
    change_tags,
    drop_rule,
    drop_tag,
    team_tags,
)
from bot.domain.roles import Role
from bot.domain.tags import RuleKind, words_of
from bot.parsing.search_terms import UnreadableSearch, read_week_hours
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.permissions import require
from bot.slack.features.kit.tags import read_tags, tag_in, too_many
from bot.slack.features.kit.time_zone import zone_of
from bot.slack.features.kit.which_line import picked_line
from bot.slack.features.tags import view
from bot.slack.handling import Feature, Subcommand
from bot.slack.text.escaping import escape

OFF, RULE = "off", "rule"
MAX_KEYWORD_CHARS = 60

HOW_RULE = (
    "Write `/volt tag rule TAG keyword WORDS`, `/volt tag rule TAG number OUR NUMBER`, "
    "`/volt tag rule TAG hours Mon-Fri 18:00-8:00` or `/volt tag rule 3 off`."
)

_NUMBER_FIRST = re.compile(r"(?:from\s|[+(<]|\d[\d\s().-]{5,})", re.IGNORECASE)


async def tag(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt tag`: list, tag a contact, add or remove a tag or a rule."""
    words = words.strip()
    if not words:
        found = await context.units.run(team_tags)
        return MessageBody(view.team_text(found, context.renderer.number), [])
    first, _, rest = words.partition(" ")
    if first.lower() == RULE:
        return await _rule(context, interaction, rest.strip())
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


# --- rules


async def _rule(context: Context, interaction: Interaction, words: str) -> MessageBody:
    if not words:
        found = await context.units.run(team_tags)
        return MessageBody("\n".join([view.rules_text(found.rules, context.renderer.number), HOW_RULE]), [])
    await require(context, interaction, Role.MANAGER)
    if off := re.fullmatch(r"#?(\d{1,18})\s+off", words, re.IGNORECASE):
        if not await context.units.run(drop_rule, int(off[1]), interaction.user):
            raise UserError(f"There is no rule {off[1]}. `/volt tag rule` lists them.", has_usage=False)
        return MessageBody("The rule is removed. Tags that it has put stay.", [])
    named = re.fullmatch(r"(\S+)\s+(keyword|number|hours)\s+(.+)", words, re.IGNORECASE | re.DOTALL)
    if named is None:
        raise UserError(HOW_RULE, has_usage=False)
    new, kind = tag_in(named[1]), RuleKind(named[2].lower())
    subject = await _subject(context, interaction, kind, named[3].strip())
    try:
        is_new = await context.units.run(add_rule, new, kind, subject, interaction.user)
    except TooManyTags as error:
        raise too_many(error) from None
    if not is_new:
        raise UserError("There is the same rule already.", has_usage=False)
    which = view.rule_words(kind, subject, context.renderer.number)
    return MessageBody(f"From now on *{new}* is put on a conversation when a text comes {which}.", [])


async def _subject(context: Context, interaction: Interaction, kind: RuleKind, typed: str) -> str:
    """Read what a rule looks at. Raises UserError."""
    match kind:
        case RuleKind.KEYWORD:
            keyword = words_of(typed.strip("\"'“”"))
            if not keyword or len(keyword) > MAX_KEYWORD_CHARS:
                raise UserError(f"Keywords have 1 to {MAX_KEYWORD_CHARS} characters, such as refund.", has_usage=False)
            return keyword
        case RuleKind.NUMBER:
            return await _own_number(context, typed)
        case RuleKind.HOURS:
            try:
                return read_week_hours(typed, (await zone_of(context, interaction.user)).key).to_stored()
            except UnreadableSearch as error:
                raise UserError(escape(str(error)), has_usage=False) from None


async def _own_number(context: Context, typed: str) -> str:
    line, rest = await picked_line(context, f"from {typed}")
    if line is None or rest:
        raise UserError("Write one of our numbers, and nothing behind it.", has_usage=False)
    return line


FEATURE = Feature(
    role=Role.AGENT,
    commands=(
        Subcommand(
            "tag",
            "[NUMBER] TAG [off]",
            "(555) 555-0145 vip",
            "put a tag on a contact's conversation; alone it lists the tags, and `rule` sets which texts get one",
            tag,
        ),
    ),
)
