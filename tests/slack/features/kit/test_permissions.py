"""One question at every door: whether somebody may act in a role, and who may where they may not."""

from __future__ import annotations

import pytest

from bot.bridge.workspaces.roles import change_policy, read_policy
from bot.domain.ids import UserId
from bot.domain.roles import Members, Policy, Role
from bot.slack.context import UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.permissions import may, require, roles_of
from tests.harness.handlers import Handlers
from tests.harness.world import AVA, BEN


async def decide(handlers: Handlers, policy: Policy) -> None:
    """Let Ava decide who may do what."""
    seen = (await handlers.context.units.run(read_policy)).version
    assert await handlers.context.units.run(change_policy, seen, policy, AVA)


async def refused(handlers: Handlers, user: UserId, role: Role, team: str = "") -> str:
    """Return the words for somebody who may not."""
    with pytest.raises(UserError) as caught:
        await require(handlers.context, Interaction("x", user, user_team=team), role)
    assert not caught.value.has_usage
    return str(caught.value)


@pytest.mark.parametrize("right", ["is_admin", "is_owner"])
async def test_admins_and_owners_are_managers(handlers: Handlers, right: str) -> None:
    """Where nobody is named, admins and owners of the workspace may everything."""
    setattr(handlers.slack.users[BEN], right, True)
    assert await roles_of(handlers.context, BEN) == frozenset(Role)


async def test_members_are_agents(handlers: Handlers) -> None:
    """Where nobody is named, a member is an agent and no more, and is told whom to ask."""
    assert await roles_of(handlers.context, BEN) == {Role.INSIDER, Role.AGENT}
    words = "Only admins and owners of the workspace may do this. Ask one of them."
    assert [await refused(handlers, BEN, role) for role in (Role.SENDER_TO_MANY, Role.MANAGER)] == [words, words]


async def test_managers_by_name(handlers: Handlers) -> None:
    """Whoever is named a manager may everything; an admin who is not still says who may do what."""
    await decide(handlers, Policy({Role.MANAGER: Members(frozenset({BEN}))}))
    assert await roles_of(handlers.context, BEN) == frozenset(Role)
    assert await roles_of(handlers.context, AVA) == {Role.INSIDER, Role.AGENT, Role.APPOINTER}
    assert await refused(handlers, AVA, Role.MANAGER) == f"Only managers may do this: <@{BEN}>. Ask one of them."


async def test_agents_by_group(handlers: Handlers) -> None:
    """Agents named by a user group are its members, and others are told who can add them."""
    handlers.slack.add_usergroup("S0DESK", "desk", [BEN])
    await decide(handlers, Policy({Role.AGENT: Members(groups=frozenset({"S0DESK"}))}))
    assert await may(handlers.context, BEN, Role.AGENT)
    handlers.slack.add_user("U0CAT", "Cat")
    assert await refused(handlers, UserId("U0CAT"), Role.AGENT) == (
        "Only agents may do this: <!subteam^S0DESK>. "
        "Admins and owners of the workspace can add you in the Home of this app."
    )


async def test_groups_that_the_app_may_not_see(handlers: Handlers) -> None:
    """Without the scope nobody is known to be in a user group, and nobody is taken to be."""
    handlers.slack.add_usergroup("S0DESK", "desk", [BEN])
    handlers.slack.rules.errors = {"usergroups.users.list": ["missing_scope"]}
    await decide(handlers, Policy({Role.AGENT: Members(groups=frozenset({"S0DESK"}))}))
    assert not await may(handlers.context, BEN, Role.AGENT)


async def test_the_stricter_of_two_sources_wins(handlers: Handlers) -> None:
    """Somebody whom users.info calls a member, and the interaction one of another team, is of another company."""
    assert "People of another company" in await refused(handlers, BEN, Role.AGENT, team="T0THEIRS")
    await decide(handlers, Policy(partners=frozenset({"T0THEIRS"})))
    assert await may(handlers.context, BEN, Role.AGENT, team="T0THEIRS")
    assert not await may(handlers.context, AVA, Role.MANAGER, team="T0THEIRS")


@pytest.mark.parametrize("code", ["user_not_found", "service_unavailable"])
async def test_slack_does_not_say(handlers: Handlers, code: str) -> None:
    """Where Slack does not say who somebody is they may nothing for now, and are asked to try again."""
    handlers.slack.rules.errors = {"users.info": [code]}
    words = "Slack did not say who you are, so nothing was done. Please try again in a moment."
    assert await refused(handlers, BEN, Role.AGENT) == words
    assert await may(handlers.context, BEN, Role.AGENT)


async def test_what_is_known_is_taken_for_true_for_a_while(handlers: Handlers) -> None:
    """Slack is asked once in a few minutes."""
    for _ in range(3):
        assert await may(handlers.context, AVA, Role.MANAGER)
    assert [call.method for call in handlers.slack.calls].count("users.info") == 1


async def test_two_decide_at_once(handlers: Handlers) -> None:
    """Who decides by an old form changes nothing; what was decided is in the audit trail."""
    seen = (await handlers.context.units.run(read_policy)).version
    await decide(handlers, Policy(allows_guests=True))
    assert not await handlers.context.units.run(change_policy, seen, Policy(), BEN)
    assert (await handlers.context.units.run(read_policy)).allows_guests
