"""Who may change what concerns everybody."""

from __future__ import annotations

import pytest

from bot.domain.errors import CallFailed
from bot.domain.ids import UserId
from bot.slack.context import UserError
from bot.slack.features.kit.permissions import ONLY_ADMINS, is_admin, only_admins
from tests.harness.handlers import Handlers
from tests.harness.world import AVA, BEN


def let_be(handlers: Handlers, user: str, *, admin: bool = False, owner: bool = False) -> None:
    """Say what somebody is in the workspace."""
    handlers.slack.users[user].is_admin, handlers.slack.users[user].is_owner = admin, owner


@pytest.mark.parametrize(("admin", "owner"), [(True, False), (False, True)])
async def test_admins_and_owners_pass(handlers: Handlers, *, admin: bool, owner: bool) -> None:
    """An admin and an owner of the workspace manage it."""
    let_be(handlers, BEN, admin=admin, owner=owner)
    await only_admins(handlers.context, BEN)
    assert await is_admin(handlers.context, BEN)


async def test_others_do_not(handlers: Handlers) -> None:
    """Who is neither is told whom to ask."""
    let_be(handlers, BEN)
    with pytest.raises(UserError) as caught:
        await only_admins(handlers.context, BEN)
    assert (str(caught.value), caught.value.has_usage) == (ONLY_ADMINS, False)
    assert not await is_admin(handlers.context, BEN)


async def test_slack_does_not_say(handlers: Handlers) -> None:
    """Where Slack does not say who somebody is nobody passes, and the words are about Slack."""
    with pytest.raises(CallFailed):
        await only_admins(handlers.context, UserId("U0NOBODY"))
    assert not await is_admin(handlers.context, UserId("U0NOBODY"))


async def test_rights_are_taken_for_true_for_a_while(handlers: Handlers) -> None:
    """Slack is asked once in a few minutes."""
    let_be(handlers, AVA, admin=True)
    for _ in range(3):
        assert await is_admin(handlers.context, AVA)
    assert [call.method for call in handlers.slack.calls].count("users.info") == 1
