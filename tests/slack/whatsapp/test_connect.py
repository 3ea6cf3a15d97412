"""Connecting a WhatsApp line in Slack: by command and in App Home, checked at Glific before anything is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.providers.glific.grant import GlificGrant, read_grant
from bot.providers.glific.grants import GlificGrants
from bot.providers.glific.profile import PROFILE as GLIFIC
from bot.sandbox import GlificStandIn
from tests.harness.connected import VOLT
from tests.harness.connecting import Connecting, connecting
from tests.harness.handlers import Handlers
from tests.harness.screen import typed
from tests.harness.trail import deeds_in
from tests.harness.windows import fill, is_open, window, words
from tests.harness.world import ACCOUNT, AVA, CHANNEL
from tests.providers.glific.stage import PASSWORD, PHONE
from tests.slack.features.test_home import home, press

OTHER = "919876500002"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Handlers]:
    """Give the handlers of a workspace in which nothing is connected."""
    async with Handlers(tmp_path) as running:
        yield running


@pytest.fixture
async def made(bot: Handlers) -> AsyncIterator[Connecting]:
    """Give what a connection is made with; at the end Slack took every view and every answer."""
    async with connecting(bot) as running:
        bot.context.logins = (GlificGrants(allows_local=True),)
        profiles = {VOLT.code: VOLT, GLIFIC.code: GLIFIC}
        bot.context.limits = replace(bot.context.limits, profiles=profiles)
        yield running
    assert bot.slack.refused == []


async def log_in(bot: Handlers, glific: GlificStandIn, **changed: Any) -> Any:
    """Fill in the form, all of it right but what is changed."""
    right = {
        "connect_address": glific.url,
        "connect_phone": f"+{PHONE}",
        "secret_password": PASSWORD,
        "connect_channel": CHANNEL,
    }
    return await fill(bot, **(right | changed))


async def connect(bot: Handlers, glific: GlificStandIn) -> None:
    """Connect the line, as an admin does."""
    await typed(bot, "connect glific")
    await bot.slack.until(lambda: is_open(bot))
    await log_in(bot, glific)
    await bot.slack.until(lambda: "is connected" in words(window(bot)))
    await bot.idle()


async def pressed(bot: Handlers, action: str) -> None:
    """Open App Home, and press something there."""
    await home(bot)
    await press(bot, action)


def stored(bot: Handlers) -> bytes:
    """Read all that stands in the files of the database."""
    return b"".join(one.read_bytes() for one in bot.database.parent.glob("bot.db*"))


async def test_a_line_is_connected(bot: Handlers, made: Connecting, glific: GlificStandIn) -> None:
    """The login is checked, stored sealed, and used from then on; the window names the organization."""
    await connect(bot, glific)
    shown = words(window(bot))
    assert shown.startswith("Sandbox\nWhatsApp by Glific is connected. What people write to it opens their threads in")
    known = await made.known()
    (connection,), (account,) = known.connections, known.accounts
    assert (connection.provider, account.number, account.channel) == ("glific", f"glific:+{PHONE}", CHANNEL)
    assert connection.token is not None
    assert read_grant(made.sealer.open(connection.token)) == GlificGrant(glific.url, PHONE, PASSWORD)
    assert PASSWORD.encode() not in stored(bot)
    assert made.reloads == [1]
    assert bot.volt.requests == []
    assert (AVA, "connected", f"glific in {CHANNEL}") in deeds_in(bot.database)


async def test_the_password_is_in_no_view(bot: Handlers, made: Connecting, glific: GlificStandIn) -> None:
    """No view that the bot gives Slack has the password in it, also where Glific is slow and the form is put back."""
    glific.rules.delay_s = 2.0
    glific.users[0].role = "staff"
    await typed(bot, "connect glific")
    first = window(bot)["id"]
    await log_in(bot, glific)
    await bot.slack.until(lambda: "Give it the role manager" in words(bot.slack.views[first]))
    assert "Please type the password again: it is never shown." in words(bot.slack.views[first])
    sent = [call.args for call in bot.slack.calls if call.method.startswith("views.")]
    assert PASSWORD not in str(sent)
    assert PHONE in str(sent)


@pytest.mark.parametrize(
    ("changed", "block", "said"),
    [
        ({"secret_password": "wrong"}, "secret_password", "Glific does not accept this phone or password."),
        ({"secret_password": None}, "secret_password", "Type the password."),
        ({"connect_address": " "}, "connect_address", "Write the address."),
        ({"connect_address": "glific"}, "connect_address", "This is no address of Glific."),
        ({"connect_phone": "12"}, "connect_phone", "12"),
    ],
)
async def test_wrong_input(
    bot: Handlers, made: Connecting, glific: GlificStandIn, changed: dict[str, Any], block: str, said: str
) -> None:
    """What is wrong is said at its input, and nothing is stored."""
    await typed(bot, "connect whatsapp")
    await bot.slack.until(lambda: is_open(bot))
    given = await log_in(bot, glific, **changed)
    assert said in given.body["errors"][block]
    assert (await made.known()).connections == ()
    assert made.reloads == []


async def test_a_user_without_rights_and_an_organization_that_is_suspended(
    bot: Handlers, made: Connecting, glific: GlificStandIn
) -> None:
    """A user of the role staff, and an organization that Glific has suspended, are refused with what to do."""
    await typed(bot, "connect glific")
    await bot.slack.until(lambda: is_open(bot))
    glific.users[0].role = "staff"
    assert "Give it the role manager" in (await log_in(bot, glific)).body["errors"]["connect_phone"]
    glific.users[0].role, glific.is_closed = "manager", True
    given = await log_in(bot, glific)
    assert "Glific has suspended this organisation." in given.body["errors"]["connect_phone"]
    assert (await made.known()).connections == ()


async def test_one_connection_for_each_tenant(bot: Handlers, made: Connecting, glific: GlificStandIn) -> None:
    """A tenant that is connected is not connected again, by no other login of its either."""
    glific.add_user(OTHER, PASSWORD)
    await connect(bot, glific)
    for phone in (PHONE, OTHER):
        await typed(bot, "connect glific")
        given = await log_in(bot, glific, connect_phone=f"+{phone}")
        assert given.body["errors"]["connect_address"].startswith("This line is connected already in <#")
        await bot.slack.close_view(AVA, window(bot)["id"])
    assert len((await made.known()).accounts) == 1


async def test_a_phone_serves_one_line_only(bot: Handlers, made: Connecting, glific: GlificStandIn) -> None:
    """Another tenant is not connected by a phone that logs in to a line already; the words say what to do instead."""
    await connect(bot, glific)
    async with GlificStandIn("Elsewhere") as elsewhere:
        await typed(bot, "connect glific")
        given = await log_in(bot, elsewhere)
        said = given.body["errors"]["connect_phone"]
        assert said.startswith("A line of Glific is connected with this phone already, in <#")
        assert "use the phone of another user there" in said
        assert len((await made.known()).connections) == 1
        elsewhere.add_user(OTHER, PASSWORD)
        await log_in(bot, elsewhere, connect_phone=f"+{OTHER}")
        await bot.slack.until(lambda: "is connected" in words(window(bot)))
    assert [one.number for one in (await made.known()).accounts] == [f"glific:+{PHONE}", f"glific:+{OTHER}"]


async def test_a_login_is_replaced_by_one_of_the_same_tenant(
    bot: Handlers, made: Connecting, glific: GlificStandIn
) -> None:
    """Another login of the tenant takes the place of the first, and the line stays; another tenant's is refused."""
    glific.add_user(OTHER, PASSWORD)
    await connect(bot, glific)
    async with GlificStandIn("Elsewhere") as elsewhere:
        await pressed(bot, "connect_login_again")
        again = {"connect_phone": f"+{OTHER}", "secret_password": PASSWORD}
        given = await fill(bot, connect_address=elsewhere.url, **(again | {"connect_phone": f"+{PHONE}"}))
        assert "of another organization or line" in given.body["errors"]["connect_address"]
        await fill(bot, connect_address=glific.url, **again)
    assert "The login is replaced, and Glific accepts it." in words(window(bot))
    known = await made.known()
    (connection,), (account,) = known.connections, known.accounts
    assert connection.token is not None
    assert read_grant(made.sealer.open(connection.token)).phone == OTHER
    assert account.number == f"glific:+{PHONE}"


async def test_home_shows_the_line_and_ends_it(bot: Handlers, made: Connecting, glific: GlificStandIn) -> None:
    """App Home says whether the line works, offers what a login can, and disconnects it; nothing of it goes to Volt."""
    await connect(bot, glific)
    shown = words(await home(bot))
    assert "Texts come in and go out." in shown
    assert "Replace login" in shown
    assert [label for label in ("Replace token", "Add a number", "Register again") if label in shown.split("\n")] == []
    glific.users[0].password = "another one"
    assert "*Nothing comes in or goes out*: Glific does not accept the login any more." in words(await home(bot))
    await pressed(bot, "connect_login_end")
    await bot.idle()
    assert (await made.known()).connections == ()
    assert bot.volt.requests == []


async def test_both_providers_are_offered(bot: Handlers, made: Connecting, glific: GlificStandIn) -> None:
    """The first steps offer both; a button of one provider does nothing to a connection of the other."""
    shown = words(await home(bot)).split("\n")
    assert "Connect Volt" in shown
    assert "Connect WhatsApp by Glific" in shown
    await typed(bot, "connect")
    right = {"secret_token": bot.volt.token, "connect_number": ACCOUNT, "connect_channel": CHANNEL}
    await fill(bot, **right)
    await bot.idle()
    (volt,) = (await made.known()).connections
    await pressed(bot, "connect_login")
    await log_in(bot, glific)
    await bot.idle()
    assert [one.provider for one in (await made.known()).connections] == ["volt", "glific"]
    refused = await bot.slack.press_in_view(AVA, bot.slack.homes[AVA]["id"], "connect_login_again", value=str(volt.id))
    assert refused.status == 200


async def test_words_after_the_command(bot: Handlers, made: Connecting) -> None:
    """A provider that nobody knows is refused as words after the command are; nothing opens."""
    answer = await typed(bot, "connect acme secret-token")
    assert answer["text"].startswith("There are words after the command")
    assert not is_open(bot)
    assert (await made.known()).connections == ()
