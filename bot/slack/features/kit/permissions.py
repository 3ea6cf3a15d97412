"""Permissions: one question at every door, whether this person may act in this role, as roles.py decides it.

The router asks it before a handler runs, and again where a form comes back. A handler asks it by itself only where
what is done decides which role is needed.
"""

from bot.bridge.workspaces.roles import read_policy, reason_against
from bot.domain.errors import CallFailed
from bot.domain.ids import UserId
from bot.domain.roles import Policy, Reason, Role
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.render.role_words import refusal_text


async def require(context: Context, interaction: Interaction, role: Role) -> None:
    """Check that the person who acts may act in a role. Raises UserError that says who may."""
    policy = await context.units.run(read_policy)
    reason = await _reason(context, policy, role, interaction.user, interaction.user_team)
    if reason is not None:
        raise UserError(refusal_text(reason, role, policy), has_usage=False)


async def may(context: Context, user: UserId, role: Role, *, team: str = "") -> bool:
    """Tell whether somebody may act in a role; False where Slack does not say who they are."""
    policy = await context.units.run(read_policy)
    return await _reason(context, policy, role, user, team) is None


async def roles_of(context: Context, user: UserId, *, team: str = "") -> frozenset[Role]:
    """List the roles that somebody may act in; none where Slack does not say who they are."""
    policy = await context.units.run(read_policy)
    return frozenset([role for role in Role if await _reason(context, policy, role, user, team) is None])


async def refusal(context: Context, user: UserId, role: Role) -> str:
    """Write why somebody may not act in a role; "" where they may."""
    policy = await context.units.run(read_policy)
    reason = await _reason(context, policy, role, user, "")
    return "" if reason is None else refusal_text(reason, role, policy)


async def _reason(context: Context, policy: Policy, role: Role, user: UserId, team: str) -> Reason | None:
    try:
        return await reason_against(context.workspace, policy, role, user, team=team, own_teams=context.team_ids)
    except CallFailed:
        return Reason.UNKNOWN
