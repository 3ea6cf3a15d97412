"""Roles handlers: the form in App Home, for managers and always for admins and owners of the workspace."""

import re
from collections.abc import Iterable

from bot.bridge.workspaces.roles import change_policy, read_policy
from bot.domain.ids import UserId
from bot.domain.roles import GIVEN, Members, Policy, Role
from bot.domain.text import ellipsized
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction, ViewState
from bot.slack.features.kit.action_ids import ROLES_CHANGE
from bot.slack.features.kit.user_groups import suggest_groups, user_groups
from bot.slack.features.roles import view
from bot.slack.handling import Feature, SubmissionResult
from bot.slack.text.escaping import escape

_TEAM = re.compile("[TE][A-Z0-9]{2,20}")

CHANGED = "Somebody changed who may do what after you opened this, so nothing was saved. Please open it again."


async def ask(context: Context, interaction: Interaction) -> None:
    """Act on Who may do what."""
    policy = await context.units.run(read_policy)
    await context.open_over(interaction, view.roles_form(policy, await user_groups(context)))


async def save(context: Context, interaction: Interaction) -> SubmissionResult:
    """Save who may do what. Raises UserError with the block at fault."""
    form = interaction.form
    before = await context.units.run(read_policy)
    partners = frozenset(_teams(form.text(view.PARTNERS), context.team_ids))
    members = {role: _members(form, role, before.of(role)) for role in GIVEN}
    allows_guests = view.GUESTS_MAY in form.choices(view.GUESTS)
    new = Policy({role: named for role, named in members.items() if not named.is_default}, allows_guests, partners)
    if not await context.units.run(change_policy, interaction.metadata, new, interaction.user):
        raise UserError(CHANGED)
    return None


def _members(form: ViewState, role: Role, before: Members) -> Members:
    """Read who has a role; where no user groups could be chosen, those there were stay."""
    people = frozenset(UserId(user) for user in form.users(view.people_block(role)))
    block = view.groups_block(role)
    groups = frozenset(form.choices(block)) if block in form.values else before.groups
    return Members(people, groups)


def _teams(typed: str, own: Iterable[str]) -> list[str]:
    """Read the ids of other companies' workspaces. Raises UserError."""
    found = re.split(r"[\s,;]+", typed.strip().upper()) if typed.strip() else []
    for team in found:
        if not _TEAM.fullmatch(team):
            words = f'"{escape(ellipsized(team, 40))}" is no id of a workspace. It begins with T, such as T0123456789.'
            raise UserError(words, block=view.PARTNERS)
        if team in own:
            raise UserError(f"{team} is this workspace. Its members may use this anyway.", block=view.PARTNERS)
    return found


FEATURE = Feature(
    role=Role.APPOINTER,
    actions={ROLES_CHANGE: ask},
    submissions={view.FORM: save},
    options={view.groups_block(role): suggest_groups for role in GIVEN},
)
