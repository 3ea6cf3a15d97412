"""Who may do what, as managers set it: the form in App Home, modes of threads, and channels of two companies."""

from __future__ import annotations

from typing import Any

import pytest

from bot.bridge.workspaces.roles import read_policy
from bot.domain.roles import Members, Policy, Role
from tests.harness.handlers import Handlers
from tests.harness.windows import fill, is_open, opened, window, words
from tests.harness.world import AVA, BEN, CHANNEL
from tests.slack.features.test_home import home, press, volt

GUESTS_MAY = ["guests_may"]


@pytest.fixture(autouse=True)
def nothing_is_refused(handlers: Handlers) -> Any:
    """Check at the end that Slack took every view and every answer."""
    yield
    assert handlers.slack.refused == []


async def policy(handlers: Handlers) -> Policy:
    """Return what is decided."""
    return await handlers.context.units.run(read_policy)


async def form(handlers: Handlers, user: str = AVA) -> None:
    """Open the form from somebody's Home."""
    await home(handlers, user)
    await press(handlers, "roles_change", user)
    await opened(handlers, user)


async def test_an_admin_says_who_may_do_what(handlers: Handlers) -> None:
    """People, user groups, guests and another company are set in one form, which shows them when it is opened again."""
    handlers.slack.add_usergroup("S0DESK", "desk", [BEN])
    await form(handlers)
    await handlers.slack.suggest(AVA, "roles_agent_groups", "DES", view_id=window(handlers)["id"])
    await fill(
        handlers,
        roles_manager=[BEN],
        roles_agent_groups=["S0DESK"],
        roles_guests=GUESTS_MAY,
        roles_partners="t0theirs",
    )
    assert not is_open(handlers)
    assert await policy(handlers) == Policy(
        {Role.AGENT: Members(groups=frozenset({"S0DESK"})), Role.MANAGER: Members(frozenset({BEN}))},
        allows_guests=True,
        partners=frozenset({"T0THEIRS"}),
    )
    await form(handlers)
    inputs = {block["block_id"]: block.get("element", {}) for block in window(handlers)["blocks"]}
    assert inputs["roles_manager"]["initial_users"] == [BEN]
    assert inputs["roles_agent_groups"]["initial_options"][0]["text"]["text"] == "desk"
    assert inputs["roles_partners"]["initial_value"] == "T0THEIRS"
    await fill(handlers, roles_manager=[], roles_agent_groups=[], roles_guests=[], roles_partners="")
    assert await policy(handlers) == Policy()


async def test_nobody_can_lock_everybody_out(handlers: Handlers) -> None:
    """An admin who is neither agent nor manager sees one sentence in App Home, and the way to change that."""
    await form(handlers)
    await fill(handlers, roles_agent=[BEN], roles_manager=[BEN])
    said = words(await home(handlers))
    assert f"Only agents may do this: <@{BEN}>. Managers (<@{BEN}>) can add you in the Home of this app." in said
    assert "Search" not in said
    await form(handlers)
    await fill(handlers, roles_agent=[], roles_manager=[])
    assert await policy(handlers) == Policy()


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("T0THEIRS acme", '"ACME" is no id of a workspace. It begins with T, such as T0123456789.'),
        ("T0SANDBOX", "T0SANDBOX is this workspace. Its members may use this anyway."),
    ],
)
async def test_partners_typed_wrong(handlers: Handlers, typed: str, reason: str) -> None:
    """What is no id of another workspace is refused at its input, and nothing is saved."""
    await form(handlers)
    refused = await fill(handlers, roles_partners=typed, roles_guests=GUESTS_MAY)
    assert refused.body["errors"] == {"roles_partners": reason}
    assert await policy(handlers) == Policy()


async def test_without_the_permission_for_groups(handlers: Handlers) -> None:
    """Where the app may not see user groups the form says so, and those that were chosen stay."""
    handlers.slack.add_usergroup("S0DESK", "desk", [BEN])
    await form(handlers)
    await handlers.slack.suggest(AVA, "roles_manager_groups", "", view_id=window(handlers)["id"])
    await fill(handlers, roles_manager_groups=["S0DESK"])
    handlers.slack.rules.errors = {"usergroups.list": ["missing_scope"]}
    await form(handlers)
    assert "An admin has to install the app again." in words(window(handlers))
    await fill(handlers, roles_guests=GUESTS_MAY)
    assert (await policy(handlers)).of(Role.MANAGER).groups == {"S0DESK"}
    assert (await policy(handlers)).allows_guests


async def test_a_form_from_before_the_right_was_taken(handlers: Handlers) -> None:
    """A form is checked again when it is submitted; and two who decide at once do not undo one another."""
    handlers.slack.users[BEN].is_admin = True
    await form(handlers)
    await form(handlers, BEN)
    await fill(handlers, roles_guests=GUESTS_MAY)
    refused = await fill(handlers, BEN, roles_partners="T0THEIRS")
    assert refused.body["response_action"] == "push"
    assert "Somebody changed who may do what after you opened this" in words(window(handlers, BEN))
    assert await policy(handlers) == Policy(allows_guests=True)


async def test_agents_make_a_thread_stricter_only(handlers: Handlers) -> None:
    """Who is no manager may let less be texted from a thread, and not more."""
    thread = await handlers.open_thread()
    bot = handlers.slack.bot_user_id
    await handlers.reply(thread, f"<@{bot}> mode alerts", BEN)
    await handlers.line("nothing written here is texted")
    await handlers.reply(thread, f"<@{bot}> mode auto", BEN)
    shown = await handlers.slack.until(lambda: handlers.slack.ephemerals)
    assert shown[-1]["text"] == "Only admins and owners of the workspace may do this. Ask one of them."
    await handlers.reply(thread, f"<@{bot}> mode auto")
    await handlers.line("what is written here is texted")


async def test_a_channel_of_two_companies(handlers: Handlers) -> None:
    """A route into a channel that is shared with another company is refused until that company is allowed."""
    handlers.slack.add_channel("C0BOTH", "both")
    handlers.slack.add_team("T0THEIRS", "Theirs")
    handlers.slack.share("C0BOTH", "T0THEIRS")
    said = await volt(handlers, "route order <#C0BOTH|both>")
    assert "<#C0BOTH> is shared with another company, whose people would read every text there." in said
    await press_route(handlers)
    refused = await fill(handlers, route_subject="order", route_channel="C0BOTH")
    assert refused.body["errors"]["route_channel"].startswith("This channel is shared with another company")
    await handlers.slack.close_view(AVA, window(handlers)["id"])
    await form(handlers)
    await fill(handlers, roles_partners="T0THEIRS")
    assert "show in <#C0BOTH>" in await volt(handlers, "route order <#C0BOTH|both>")


async def test_the_channel_becomes_one_of_two_companies(handlers: Handlers) -> None:
    """Managers read in App Home that people of another company can read the texts."""
    assert "another company" not in words(await home(handlers))
    handlers.slack.add_team("T0THEIRS", "Theirs")
    handlers.slack.share(CHANNEL, "T0THEIRS")
    said = words(await home(handlers))
    assert f"*<#{CHANNEL}> is shared with another company*, whose people can read the texts there." in said
    assert "another company" not in words(await home(handlers, BEN))


async def press_route(handlers: Handlers) -> None:
    """Open the form for a route."""
    await home(handlers)
    await press(handlers, "route_add")
    await opened(handlers)


async def test_the_help_lists_what_one_may(handlers: Handlers) -> None:
    """The help shows a member no commands of managers, and an admin all."""
    assert "/volt route" in await volt(handlers, "help")
    said = await volt(handlers, "help", BEN)
    assert "/volt send" in said
    assert "/volt route" not in said
    assert "/volt wave" not in said


async def test_a_guest_sees_one_sentence(handlers: Handlers) -> None:
    """Everything that a guest opens says that guests cannot, and who can allow it."""
    handlers.slack.add_person("U0GIL", "Gil Guest", "guest", channels=[CHANNEL])
    assert await volt(handlers, "help", "U0GIL") == (
        "Guests cannot use this. Admins and owners of the workspace can allow guests in the Home of this app. "
        "Ask one of them."
    )
