"""Tag rules, for managers: by `/volt tag rule`, and in the window behind *Tag rules* in App Home.

Both use the same units of work. A change counts for the rule that its author saw: where somebody else was faster,
nothing is saved, and they are told.
"""

import re

from bot.bridge.conversations.tags import (
    RuleResult,
    TooManyTags,
    add_rule,
    change_rule,
    drop_rule,
    rule_with,
    team_tags,
)
from bot.domain.roles import Role
from bot.domain.tags import RuleKind, RuleSubject, TagRule
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction, stored_id
from bot.slack.features.kit.permissions import require
from bot.slack.features.kit.tags import tag_in, too_many
from bot.slack.features.tags import rules_view, view
from bot.slack.features.tags.subjects import subject_in
from bot.slack.handling import ShowView, SubmissionResult
from bot.slack.text.escaping import escape

SAME = "There is the same rule already."
GONE = "Somebody has removed this rule meanwhile."
CHANGED = "Somebody changed this rule after you opened it, so nothing was saved. Please open it again."

HOW_RULE = (
    "Write `/volt tag rule TAG keyword WORDS`, `/volt tag rule TAG number OUR NUMBER`, "
    "`/volt tag rule TAG hours Mon-Fri 18:00-8:00` or `/volt tag rule 3 off`."
)


async def by_command(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt tag rule`: list the rules, add one or remove one."""
    if not words:
        found = await context.units.run(team_tags)
        return MessageBody("\n".join([view.rules_text(found.rules, context.renderer.number), HOW_RULE]), [])
    await require(context, interaction, Role.MANAGER)
    if off := re.fullmatch(r"#?(\d{1,18})\s+off", words, re.IGNORECASE):
        if await context.units.run(drop_rule, int(off[1]), None, interaction.user) is RuleResult.GONE:
            raise UserError(f"There is no rule {off[1]}. `/volt tag rule` lists them.", has_usage=False)
        return MessageBody("The rule is removed. Tags that it has put stay.", [])
    named = re.fullmatch(r"(\S+)\s+(keyword|number|hours)\s+(.+)", words, re.IGNORECASE | re.DOTALL)
    if named is None:
        raise UserError(HOW_RULE, has_usage=False)
    new, kind = tag_in(named[1]), RuleKind(named[2].lower())
    subject = await subject_in(context, interaction.user, kind, named[3].strip())
    try:
        is_new = await context.units.run(add_rule, new, kind, subject, interaction.user)
    except TooManyTags as error:
        raise too_many(error) from None
    if not is_new:
        raise UserError(SAME, has_usage=False)
    which = view.rule_words(kind, subject, context.renderer.number)
    return MessageBody(f"From now on *{new}* is put on a conversation when a text comes {which}.", [])


# --- the window


async def open_list(context: Context, interaction: Interaction) -> None:
    """Act on Tag rules: list them."""
    found = await context.units.run(team_tags)
    await context.ui.open_modal(interaction.trigger_id, rules_view.rules_modal(found.rules, context.renderer.number))


async def ask_new(context: Context, interaction: Interaction) -> None:
    """Act on Add a rule: the form takes the place of the list."""
    await context.ui.update_modal(interaction.view_id, rules_view.rule_form(None, context.renderer.number))


async def ask_changed(context: Context, interaction: Interaction) -> None:
    """Act on Change: the form takes the place of the list. Raises UserError where the rule is gone."""
    number = stored_id(interaction.value)
    rule = await context.units.run(rule_with, number) if number is not None else None
    if rule is None:
        await _show_list(context, interaction)
        raise UserError(GONE, has_usage=False)
    await context.ui.update_modal(interaction.view_id, rules_view.rule_form(rule, context.renderer.number))


async def save(context: Context, interaction: Interaction) -> SubmissionResult:
    """Add a rule, or change the one that the form was opened for; the list follows. Raises UserError."""
    seen = rules_view.seen_in(interaction.metadata)
    tag = tag_in(interaction.form.text(rules_view.TAG), block=rules_view.TAG)
    kind, subject = await _typed(context, interaction, await _of(context, seen))
    try:
        if seen is None:
            is_new = await context.units.run(add_rule, tag, kind, subject, interaction.user)
            result = RuleResult.SAVED if is_new else RuleResult.SAME
        else:
            new = TagRule(seen.id, tag, kind, subject)
            result = await context.units.run(change_rule, new, seen.version, interaction.user)
    except TooManyTags as error:
        raise too_many(error, block=rules_view.TAG) from None
    if result is RuleResult.SAME:
        raise UserError(SAME, block=rules_view.SUBJECT)
    _refuse(result)
    found = await context.units.run(team_tags)
    return ShowView(rules_view.rules_modal(found.rules, context.renderer.number))


async def _of(context: Context, seen: rules_view.SeenRule | None) -> TagRule | None:
    return await context.units.run(rule_with, seen.id) if seen is not None else None


async def _typed(context: Context, interaction: Interaction, old: TagRule | None) -> tuple[RuleKind, RuleSubject]:
    """Read what the form says; what it showed and nobody touched is as it was. Raises UserError."""
    form = interaction.form
    kind = next((kind for kind in RuleKind if kind.value == form.choice(rules_view.KIND)), None)
    if kind is None:
        raise UserError("Choose one.", block=rules_view.KIND)
    typed = form.text(rules_view.SUBJECT).strip()
    if old is not None and old.kind is kind and typed == rules_view.typed_subject(old, context.renderer.number):
        return kind, old.subject
    try:
        return kind, await subject_in(context, interaction.user, kind, escape(typed))
    except UserError as mistake:
        raise UserError(str(mistake), block=rules_view.SUBJECT, has_usage=False) from None


async def remove(context: Context, interaction: Interaction) -> None:
    """Act on Remove this rule, after its confirmation dialog: the list takes the place of the form."""
    seen = rules_view.seen_in(interaction.value)
    result = RuleResult.GONE
    if seen is not None:
        result = await context.units.run(drop_rule, seen.id, seen.version, interaction.user)
    await _show_list(context, interaction)
    _refuse(result)


async def _show_list(context: Context, interaction: Interaction) -> None:
    found = await context.units.run(team_tags)
    await context.ui.update_modal(interaction.view_id, rules_view.rules_modal(found.rules, context.renderer.number))


def _refuse(result: RuleResult) -> None:
    if result is RuleResult.GONE:
        raise UserError(GONE, has_usage=False)
    if result is RuleResult.CHANGED:
        raise UserError(CHANGED, has_usage=False)
