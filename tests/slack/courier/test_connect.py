"""Connecting a line at Carium in Slack: by command and in App Home, checked there before anything is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.providers.courier.credentials import CourierCredentials, read_credentials
from bot.providers.courier.grants import CourierGrants
from bot.providers.courier.profile import HEALTH_WARNING
from bot.providers.courier.profile import PROFILE as COURIER
from bot.providers.glific.grants import GlificGrants
from bot.providers.glific.profile import PROFILE as GLIFIC
from bot.sandbox import CourierStandIn
from tests.harness.connected import VOLT
from tests.harness.connecting import Connecting, connecting
from tests.harness.handlers import Handlers
from tests.harness.screen import typed
from tests.harness.trail import deeds_in
from tests.harness.windows import fill, is_open, window, words
from tests.harness.world import AVA, CHANNEL
from tests.providers.courier.stage import ACCOUNT, OURS, PASSWORD, USERNAME
from tests.slack.features.test_home import home, press

ELSEWHERE = "11111111-1111-1111-1111-111111111111"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Handlers]:
    """Give the handlers of a workspace in which nothing is connected."""
    async with Handlers(tmp_path) as running:
        yield running


@pytest.fixture
async def made(bot: Handlers, courier: CourierStandIn) -> AsyncIterator[Connecting]:
    """Give what a connection is made with; at the end Slack took every view and every answer."""
    async with connecting(bot) as running:
        bot.context.logins = (GlificGrants(allows_local=True), CourierGrants(courier.url))
        profiles = {profile.code: profile for profile in (VOLT, GLIFIC, COURIER)}
        bot.context.limits = replace(bot.context.limits, profiles=profiles)
        yield running
    assert bot.slack.refused == []


def login(courier: CourierStandIn) -> dict[str, str]:
    """Give what is typed into the form but the channel, all of it right."""
    return {
        "connect_username": USERNAME,
        "secret_password": PASSWORD,
        "connect_organization_id": courier.organization_id,
        "connect_account_id": courier.account_id,
        "connect_number_id": courier.number_id,
    }


async def log_in(bot: Handlers, courier: CourierStandIn, **changed: Any) -> Any:
    """Fill in the form, all of it right but what is changed."""
    return await fill(bot, **(login(courier) | {"connect_channel": CHANNEL} | changed))


async def connect(bot: Handlers, courier: CourierStandIn) -> None:
    """Connect the line, as an admin does."""
    await typed(bot, "connect carium")
    await log_in(bot, courier)
    await bot.slack.until(lambda: "is connected" in words(window(bot)))
    await bot.idle()


def stored(bot: Handlers) -> bytes:
    """Read all that stands in the files of the database."""
    return b"".join(one.read_bytes() for one in bot.database.parent.glob("bot.db*"))


@pytest.mark.parametrize("name", ["courier", "Carium"])
async def test_an_admin_is_warned_before(bot: Handlers, made: Connecting, name: str) -> None:
    """The form opens by the provider's name, and says first that texts of patients are copied into Slack."""
    await typed(bot, f"connect {name}")
    assert window(bot)["title"]["text"] == "Connect Carium"
    assert words(window(bot)).split("\n")[0] == HEALTH_WARNING


async def test_a_line_is_connected(bot: Handlers, made: Connecting, courier: CourierStandIn) -> None:
    """The login is checked, stored sealed, and used from then on; the window says that it is experimental."""
    await connect(bot, courier)
    shown = words(window(bot))
    assert shown.startswith(f"{OURS}\nSMS by Carium (experimental) is connected. It is experimental: text yourself")
    assert f"<#{CHANNEL}>" in shown
    known = await made.known()
    (connection,), (account,) = known.connections, known.accounts
    assert (connection.provider, account.number, account.channel) == ("courier", ACCOUNT, CHANNEL)
    assert connection.token is not None
    ids = (courier.organization_id, courier.account_id, courier.number_id)
    assert read_credentials(made.sealer.open(connection.token)) == CourierCredentials(USERNAME, PASSWORD, *ids)
    assert PASSWORD.encode() not in stored(bot)
    assert made.reloads == [1]
    assert bot.volt.requests == []
    assert (AVA, "connected", f"courier in {CHANNEL}") in deeds_in(bot.database)


async def test_the_password_is_in_no_view(bot: Handlers, made: Connecting, courier: CourierStandIn) -> None:
    """No view that the bot gives Slack has the password in it, also where Carium is slow and the form is put back."""
    courier.rules.delay_s = 2.0
    await typed(bot, "connect courier")
    first = window(bot)["id"]
    await log_in(bot, courier, connect_number_id=ELSEWHERE)
    await bot.slack.until(lambda: "This account has no such number." in words(bot.slack.views[first]))
    assert "Please type the password again: it is never shown." in words(bot.slack.views[first])
    sent = [call.args for call in bot.slack.calls if call.method.startswith("views.")]
    assert PASSWORD not in str(sent)
    assert USERNAME in str(sent)


@pytest.mark.parametrize(
    ("changed", "block", "said"),
    [
        ({"secret_password": "wrong"}, "secret_password", "Carium does not accept this username or password."),
        ({"secret_password": None}, "secret_password", "Type the password."),
        ({"connect_username": " "}, "connect_username", "Write the username."),
        ({"connect_account_id": "17"}, "connect_account_id", "This is no id of Carium's, which has 36 characters."),
        ({"connect_organization_id": ""}, "connect_organization_id", "Write the id."),
        ({"connect_organization_id": ELSEWHERE}, "connect_organization_id", "belongs to another organization"),
        ({"connect_account_id": ELSEWHERE}, "connect_account_id", "This organization has no such account"),
        ({"connect_number_id": ELSEWHERE}, "connect_number_id", "This account has no such number."),
    ],
)
async def test_wrong_input(
    bot: Handlers, made: Connecting, courier: CourierStandIn, changed: dict[str, Any], block: str, said: str
) -> None:
    """What is wrong, or another organization's, is said at its input, and nothing is stored."""
    await typed(bot, "connect courier")
    given = await log_in(bot, courier, **changed)
    assert said in given.body["errors"][block]
    assert "COURIER_" not in str(given.body)
    assert (await made.known()).connections == ()
    assert made.reloads == []


async def test_a_second_factor_is_said_in_words(bot: Handlers, made: Connecting, courier: CourierStandIn) -> None:
    """A user for whom Carium wants a second factor is refused, with what to do."""
    courier.rules.wants_second_factor = True
    await typed(bot, "connect courier")
    given = await log_in(bot, courier)
    assert "Use a user that logs in without one." in given.body["errors"]["connect_username"]
    assert (await made.known()).connections == ()


async def test_no_answer_could_come_without_an_address(bot: Handlers, made: Connecting) -> None:
    """A bot that does not know its own address connects no such line, and says who can change that."""
    bot.context.base_url = ""
    answer = await typed(bot, "connect courier")
    assert "so Carium could not bring it any texts. Whoever runs the bot has to set PUBLIC_URL" in answer["text"]
    assert not is_open(bot)


async def test_one_connection_for_each_number(bot: Handlers, made: Connecting, courier: CourierStandIn) -> None:
    """A number that is connected is not connected again."""
    await connect(bot, courier)
    await typed(bot, "connect courier")
    given = await log_in(bot, courier)
    assert given.body["errors"]["connect_number_id"].startswith("This line is connected already in <#")
    assert len((await made.known()).accounts) == 1


async def test_a_login_is_replaced_by_one_of_the_same_number(
    bot: Handlers, made: Connecting, courier: CourierStandIn
) -> None:
    """Another login for the number takes the place of the first; one for another number is refused."""
    await connect(bot, courier)
    await home(bot)
    await press(bot, "connect_login_again")
    assert "Carium" not in words(window(bot)).split("\n")[0]
    courier.sessions.users.append(replace(courier.sessions.users[0], username="second@clinic.example"))
    again = login(courier) | {"connect_username": "second@clinic.example"}
    async with CourierStandIn("+15555550177") as elsewhere:
        bot.context.logins = (GlificGrants(), CourierGrants(elsewhere.url))
        given = await fill(bot, **login(elsewhere))
        assert "Use one of the line that is connected here." in given.body["errors"]["connect_number_id"]
        bot.context.logins = (GlificGrants(), CourierGrants(courier.url))
        await fill(bot, **again)
    assert "The login is replaced, and Carium accepts it." in words(window(bot))
    known = await made.known()
    (connection,), (account,) = known.connections, known.accounts
    assert connection.token is not None
    assert read_credentials(made.sealer.open(connection.token)).username == "second@clinic.example"
    assert account.number == ACCOUNT


async def test_home_shows_the_line_and_ends_it(bot: Handlers, made: Connecting, courier: CourierStandIn) -> None:
    """App Home says whether the login is accepted, offers what a login can, and disconnects the line."""
    await connect(bot, courier)
    shown = words(await home(bot))
    assert "*Carium*" in shown
    assert "Texts come in and go out." in shown
    assert "✓ 1. ~Connect Volt~ done" in shown
    assert [label for label in ("Replace token", "Add a number", "Register again") if label in shown.split("\n")] == []
    courier.sessions.users.clear()
    assert "*Nothing comes in or goes out*: Carium does not accept the login any more." in words(await home(bot))
    await press(bot, "connect_login_end")
    await bot.idle()
    assert (await made.known()).connections == ()


async def test_all_providers_are_offered(bot: Handlers, made: Connecting, courier: CourierStandIn) -> None:
    """The first steps offer one provider by a button and the others in a menu, which opens the form of each."""
    shown = words(await home(bot)).split("\n")
    assert "Connect Volt" in shown
    assert [line for line in shown if line in ("WhatsApp by Glific", "SMS by Carium (experimental)")] == [
        "WhatsApp by Glific",
        "SMS by Carium (experimental)",
    ]
    await press(bot, "connect_login", value="glific")
    assert window(bot)["title"]["text"] == "Connect Glific"
    await bot.slack.close_view(AVA, window(bot)["id"])
    await press(bot, "connect_login", value="courier")
    await log_in(bot, courier)
    await bot.idle()
    assert [one.provider for one in (await made.known()).connections] == ["courier"]
