"""`/volt connect` and the connections in App Home: what admins connect, change and end, and what is said on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.bridge.connections.changes import ConnectionChanges
from bot.bridge.connections.records import ConnectionRefusal, ConnectionRefused, NewConnection
from bot.bridge.unit_of_work import UnitsOfWork
from bot.bridge.workspaces.environment import keep_connection_in_step
from bot.domain.phone import E164
from bot.domain.timestamps import Micros
from bot.domain.workspaces import ConnectionId
from bot.sandbox.bot_process import free_port
from bot.slack.features.connect import form
from bot.slack.features.connect import words as connection_words
from tests.harness.connected import VOLT
from tests.harness.connecting import Connecting, connecting
from tests.harness.handlers import Handlers
from tests.harness.screen import seen, typed
from tests.harness.windows import fill, is_open, window, words
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL
from tests.slack.features.test_home import home, press

SECOND = E164("+15555550124")
WRONG = {"secret_token": "not-a-token"}


@pytest.fixture
async def made(handlers: Handlers) -> AsyncIterator[Connecting]:
    """Give a workspace in which nothing is connected; at the end Slack took every view and every answer."""
    async with connecting(handlers) as running:
        yield running
    assert handlers.slack.refused == []


async def ask(bot: Handlers, **changed: Any) -> Any:
    """Fill in the form that connects Volt, all of it right but what is changed."""
    right = {"secret_token": bot.volt.token, "connect_number": ACCOUNT, "connect_channel": CHANNEL}
    return await fill(bot, **(right | changed))


async def connect(bot: Handlers) -> None:
    """Connect Volt, as an admin does."""
    await typed(bot, "connect")
    await ask(bot)
    assert "is connected" in words(window(bot))
    await bot.idle()


def changes_of(bot: Handlers, made: Connecting) -> ConnectionChanges:
    """Give the use cases as the handlers have them."""
    return ConnectionChanges(UnitsOfWork(made.store), made.grants, made.sealer, made.base_url, bot.context.reload)


def errors(answer: Any) -> dict[str, str]:
    """Return what is said at the inputs."""
    found: dict[str, str] = answer.body.get("errors", {})
    return found


def bytes_of(bot: Handlers) -> bytes:
    """Read all that stands in the files of the database."""
    return b"".join(one.read_bytes() for one in bot.database.parent.glob("bot.db*"))


async def test_connect(handlers: Handlers, made: Connecting) -> None:
    """An admin connects Volt: the token is stored sealed, the address is registered under a secret of its own."""
    await connect(handlers)
    shown = words(window(handlers))
    assert shown.startswith(f"(555) 555-0123 is connected. Texts to it open their threads in <#{CHANNEL}>")
    known = await made.known()
    (connection,), (account,) = known.connections, known.accounts
    assert (account.number, account.channel, account.is_main) == (ACCOUNT, CHANNEL, True)
    assert connection.token is not None
    assert made.sealer.open(connection.token) == handlers.volt.token
    assert handlers.volt.token.encode() not in bytes_of(handlers)
    (registered,) = handlers.volt.registrations.values()
    assert registered.url == f"{made.base_url}/volt/webhooks/{connection.path_secret}"
    assert len(connection.path_secret) >= 32
    assert connection.webhook_id == registered.id
    assert made.reloads == [1]
    assert "Texts come in and go out." in words(await home(handlers))


async def test_the_token_is_in_no_view(handlers: Handlers, made: Connecting) -> None:
    """No view that the bot gives Slack has the token in it, also where Volt takes long and the form is put back."""
    handlers.volt.rules.delay_s = 2.0
    await typed(handlers, "connect")
    first = window(handlers)["id"]
    await ask(handlers, connect_number="+15555559999")
    await handlers.slack.until(lambda: "another organization" in words(handlers.slack.views[first]))
    assert "Please paste the token again: it is never shown." in words(handlers.slack.views[first])
    sent = [call.args for call in handlers.slack.calls if call.method.startswith("views.")]
    assert handlers.volt.token not in str(sent)
    assert "+15555559999" in str(sent)


@pytest.mark.parametrize(
    ("changed", "block", "said"),
    [
        (WRONG, "secret_token", "Volt does not accept this token."),
        ({"secret_token": "two words"}, "secret_token", "This holds spaces or letters that no token has."),
        ({"secret_token": None}, "secret_token", "Paste the token."),
        ({"connect_number": "+15555559999"}, "connect_number", "it belongs to another organization"),
        ({"connect_number": "12"}, "connect_number", "12"),
        ({"connect_channel": None}, "connect_channel", "Choose a channel."),
    ],
)
async def test_what_is_wrong_is_said_at_its_input(
    handlers: Handlers, made: Connecting, changed: dict[str, Any], block: str, said: str
) -> None:
    """What is wrong is said at its input, the form stays open, and nothing is stored or registered."""
    await typed(handlers, "connect")
    answer = await ask(handlers, **changed)
    assert list(errors(answer)) == [block]
    assert said in errors(answer)[block]
    known = await made.known()
    assert (known.connections, known.accounts, made.reloads) == ((), (), [])
    assert handlers.volt.registrations == {}


async def test_channels(handlers: Handlers, made: Connecting) -> None:
    """A public channel is joined, for a private one it is said how to invite the bot, a shared one is refused."""
    handlers.slack.add_channel("C0SECRET", "secret", private=True, members=False)
    handlers.slack.add_channel("C0SHARED", "shared")
    handlers.slack.add_person("U0PAT", "Pat Ng", "partner", channels=["C0SHARED"])
    handlers.slack.add_channel("C0NEW", "new", members=False)
    await typed(handlers, "connect")
    assert "/invite @volt" in errors(await ask(handlers, connect_channel="C0SECRET"))["connect_channel"]
    assert "another company" in errors(await ask(handlers, connect_channel="C0SHARED"))["connect_channel"]
    await ask(handlers, connect_channel="C0NEW")
    assert handlers.slack.channels["C0NEW"].is_member
    assert [account.channel for account in (await made.known()).accounts] == ["C0NEW"]


async def test_only_admins(handlers: Handlers, made: Connecting) -> None:
    """Who is no admin opens no form, and presses nothing in a Home of somebody else's."""
    said = seen(await typed(handlers, "connect", BEN))
    assert said == "Only admins and owners of the workspace may do this. Ask one of them."
    assert not is_open(handlers, BEN)
    assert "Volt is not connected in this workspace yet." in words(await home(handlers, BEN))
    assert "Connections" not in words(handlers.slack.homes[BEN])


async def test_a_token_is_not_typed_into_a_command(handlers: Handlers, made: Connecting) -> None:
    """Words behind the command are refused: a token typed there would stand in the channel's history of commands."""
    assert "so that no token is typed here" in seen(await typed(handlers, f"connect {handlers.volt.token}"))
    assert not is_open(handlers)


async def test_no_keys_and_no_address(handlers: Handlers, made: Connecting) -> None:
    """Without ENCRYPTION_KEYS or PUBLIC_URL no form is opened, and it is said how to set them."""
    handlers.context.base_url = ""
    assert "PUBLIC_URL" in seen(await typed(handlers, "connect"))
    handlers.context.sealer = None
    assert "`volt-bot keys new`" in seen(await typed(handlers, "connect"))
    assert not is_open(handlers)


async def test_volt_is_down(handlers: Handlers, made: Connecting) -> None:
    """While Volt is down nothing is stored, and it is said to try again."""
    await typed(handlers, "connect")
    handlers.volt.rules.down = True
    await ask(handlers)
    assert "Please try again in a minute." in words(window(handlers))
    assert (await made.known()).connections == ()


async def test_volt_does_not_reach_the_bot(handlers: Handlers, made: Connecting) -> None:
    """Where Volt does not reach the bot the connection stays, says so, and is registered by a later press."""
    handlers.context.base_url = f"http://127.0.0.1:{free_port()}"
    await typed(handlers, "connect")
    await ask(handlers)
    assert "But texts do not come in yet" in words(window(handlers))
    assert "PUBLIC_URL" in words(window(handlers))
    assert "*Texts do not come in*" in words(await home(handlers))
    handlers.context.base_url = made.base_url
    await press(handlers, "connect_retry")
    await handlers.slack.until(lambda: "Texts come in and go out." in words(handlers.slack.homes[AVA]))
    assert len(handlers.volt.registrations) == 1


async def test_a_lost_answer_of_the_registration(handlers: Handlers, made: Connecting) -> None:
    """A registration whose answer is lost is not made twice by the next try."""
    changes = changes_of(handlers, made)
    wanted = NewConnection(VOLT.code, ACCOUNT, CHANNEL, AVA, "V1")
    assert await changes.connect(handlers.volt.token, wanted) is None
    (connection,) = (await made.known()).connections
    await made.store.run(lambda tx: tx.connections.set_webhook(connection.id, ""))  # as a lost answer leaves it
    assert await changes.register(connection.id, AVA) is None
    assert len(handlers.volt.registrations) == 1
    assert (await made.known()).connections[0].webhook_id == next(iter(handlers.volt.registrations))


async def test_the_workspace_of_the_environment(handlers: Handlers) -> None:
    """What the bot's configuration connects is shown without buttons, and is not changed in Slack."""
    await handlers.store.run(lambda tx: keep_connection_in_step(tx, VOLT.code, ACCOUNT, CHANNEL, ""))
    view = await home(handlers)
    assert "Connections\n*Volt*\nSet in the bot's configuration, and changed there.\n*(555) 555-0123*" in words(view)
    assert "connect" not in str([one.get("elements") for one in view["blocks"] if one["type"] == "actions"])
    assert "by the bot's configuration" in seen(await typed(handlers, "connect"))
    assert not is_open(handlers)


async def test_two_admins_at_once(handlers: Handlers, made: Connecting) -> None:
    """Of two admins who connect at once one wins and the other is told; the same form again stores no more."""
    changes = changes_of(handlers, made)
    handlers.volt.add_account(SECOND, "Sales")
    asked = (
        NewConnection(VOLT.code, ACCOUNT, CHANNEL, AVA, "V1"),
        NewConnection(VOLT.code, SECOND, CHANNEL, BEN, "V2"),
    )
    done = await asyncio.gather(*(changes.connect(handlers.volt.token, one) for one in asked), return_exceptions=True)
    (lost,) = [one for one in done if isinstance(one, ConnectionRefused)]
    assert done.count(None) == 1
    assert lost.reason is ConnectionRefusal.CHANGED_MEANWHILE
    (connection,) = (await made.known()).connections
    assert lost.author == connection.author
    winner = asked[done.index(None)]
    assert f"<@{winner.author}> has connected Volt while you had this open." in connection_words.refusal_words(
        handlers.context, lost
    )
    assert await changes.connect(handlers.volt.token, winner) is None
    assert len((await made.known()).accounts) == len(handlers.volt.registrations) == 1


async def test_a_number_twice(handlers: Handlers, made: Connecting) -> None:
    """A number that is connected already is refused, with where; another one of the organization joins it."""
    await connect(handlers)
    await typed(handlers, "connect")
    assert errors(await ask(handlers))["connect_number"].startswith("This number is connected already")
    handlers.volt.add_account(SECOND, "Sales")
    await ask(handlers, connect_number=SECOND)
    known = await made.known()
    assert [account.number for account in known.accounts] == [ACCOUNT, SECOND]
    assert len(known.connections) == len(handlers.volt.registrations) == 1


async def test_add_and_change_a_number(handlers: Handlers, made: Connecting) -> None:
    """A number is added, called something, put into another channel and made the main one."""
    await connect(handlers)
    handlers.volt.add_account(SECOND, "Sales")
    handlers.slack.add_channel("C0SALES", "sales")
    await home(handlers)
    await press(handlers, "connect_number")
    assert (
        "another organization"
        in errors(await fill(handlers, connect_number="+15555559999", connect_channel="C0SALES"))["connect_number"]
    )
    await fill(handlers, connect_number="555 555 0124", connect_channel="C0SALES")
    await handlers.slack.until(lambda: "(555) 555-0124" in words(handlers.slack.homes[AVA]))
    await press(handlers, "connect_change", value=SECOND)
    assert errors(await fill(handlers, connect_label="555 555 0199")) == {
        "connect_label": "This reads like a number. Use words, such as Support line."
    }
    await fill(handlers, connect_label=" Sales  line ", connect_main=["main"], connect_channel=CHANNEL)
    shown = words(handlers.slack.homes[AVA])
    assert f"*(555) 555-0124* · Sales line · main number → <#{CHANNEL}>" in shown
    assert [account.number for account in (await made.known()).accounts] == [SECOND, ACCOUNT]


async def test_replace_the_token(handlers: Handlers, made: Connecting) -> None:
    """Another token of the same organization takes the place of the old one; one of another is refused."""
    await connect(handlers)
    old, handlers.volt.token = handlers.volt.token, "second-token"
    said = words(await home(handlers))
    assert "Volt does not accept the token any more. Replace it." in said
    await press(handlers, "connect_token")
    assert "does not accept this token" in errors(await fill(handlers, secret_token=old))["secret_token"]
    handlers.volt.accounts = {"+15555557777": "Somebody else"}
    handlers.volt.account_number = "+15555557777"
    wrong = errors(await fill(handlers, secret_token="second-token"))
    assert list(wrong) == ["secret_token"]
    assert wrong["secret_token"].startswith(
        "This token is of another organization: it cannot text from (555) 555-0123."
    )
    handlers.volt.accounts, handlers.volt.account_number = {ACCOUNT: "Support line"}, ACCOUNT
    await fill(handlers, secret_token="second-token")
    assert words(window(handlers)) == "The token is replaced, and Volt accepts it."
    (connection,) = (await made.known()).connections
    assert connection.token is not None
    assert made.sealer.open(connection.token) == "second-token"
    assert len(handlers.volt.registrations) == 1


async def test_disconnect(handlers: Handlers, made: Connecting) -> None:
    """What stops is asked before; then the registration is gone at Volt, and nothing is connected any more."""
    await connect(handlers)
    view = await home(handlers)
    ask = next(
        one for block in view["blocks"] for one in block.get("elements", ()) if one.get("action_id") == "connect_end"
    )
    assert ask["confirm"]["text"]["text"].startswith("Texts to and from (555) 555-0123 stop at once")
    handlers.volt.rules.down = True
    await press(handlers, "connect_end")
    await handlers.slack.until(lambda: is_open(handlers) and "try again" in words(window(handlers)))
    assert len((await made.known()).connections) == 1
    handlers.volt.rules.down = False
    await press(handlers, "connect_end")
    await handlers.slack.until(lambda: "Disconnected." in words(window(handlers)))
    known = await made.known()
    assert (known.connections, known.accounts, handlers.volt.registrations) == ((), (), {})
    assert made.reloads == [1, 0]
    assert "What is left until your team texts from Slack" in words(handlers.slack.homes[AVA])


async def test_disconnect_with_a_token_that_is_refused(handlers: Handlers, made: Connecting) -> None:
    """A connection whose token Volt refuses can be ended; the words say what is left at Volt."""
    await connect(handlers)
    handlers.volt.token = "another"
    await home(handlers)
    await press(handlers, "connect_end")
    await handlers.slack.until(lambda: "the webhook stays there" in words(window(handlers)))
    assert (await made.known()).connections == ()


async def test_a_connection_of_another_workspace(handlers: Handlers, made: Connecting) -> None:
    """A button that names a connection of another workspace finds none, and changes nothing there."""
    await connect(handlers)
    known = await made.known()
    await home(handlers)
    handlers.context.units = UnitsOfWork(handlers.store)
    await press(handlers, "connect_token")
    await fill(handlers, secret_token=handlers.volt.token)
    assert "not connected any more" in words(window(handlers))
    handlers.slack.open_modals.clear()
    await press(handlers, "connect_end")
    await handlers.slack.until(lambda: is_open(handlers))
    assert "not connected any more" in words(window(handlers))
    assert await made.known() == known
    assert len(handlers.volt.registrations) == 1


async def test_installed_again(handlers: Handlers, made: Connecting) -> None:
    """After the app was removed and installed again the same form puts the token back; labels and registration stay."""
    await connect(handlers)
    workspace = made.installation.workspace
    await made.store.run(lambda tx: tx.installations.wipe(workspace, Micros(2)))
    assert "the token was removed with the app" in words(await home(handlers))
    await typed(handlers, "connect")
    await ask(handlers)
    known = await made.known()
    assert len(known.connections) == len(known.accounts) == len(handlers.volt.registrations) == 1
    assert known.connections[0].token is not None


async def test_the_audit_trail(handlers: Handlers, made: Connecting) -> None:
    """Who connected, changed and ended is in the trail, without tokens and numbers."""
    await connect(handlers)
    await home(handlers)
    await press(handlers, "connect_token")
    await fill(handlers, secret_token=handlers.volt.token)
    await press(handlers, "connect_end")
    await handlers.slack.until(lambda: "Disconnected." in words(window(handlers)))
    lines = [
        tuple(row)
        for row in await handlers.bridge.store._writer.run(
            lambda writer: writer.execute("SELECT actor, action, detail FROM audit ORDER BY id").fetchall()
        )
    ]
    assert lines == [
        (AVA, "connected", f"volt in {CHANNEL}"),
        (AVA, "replaced token", "volt"),
        (AVA, "disconnected", "volt"),
    ]


@pytest.mark.parametrize("view", [form.connect_form(VOLT), form.token_form(ConnectionId(7), VOLT)])
def test_no_form_is_filled_in_with_a_token(view: dict[str, Any]) -> None:
    """No form begins with a token, and none carries one in its metadata."""
    inputs = {block["block_id"]: block["element"] for block in view["blocks"]}
    assert "initial_value" not in inputs["secret_token"]
    assert view["private_metadata"] in ("", "7")
