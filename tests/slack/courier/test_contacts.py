"""Contacts of a line at Carium: what a carrier says of a number, and the channel that reaches somebody."""

from __future__ import annotations

import pytest

from bot.bridge.workspaces.roles import change_policy, read_policy
from bot.domain.ids import UserId
from bot.domain.roles import Members, Policy, Role
from bot.sandbox import CourierStandIn
from tests.harness.screen import names, seen, typed
from tests.harness.trail import deeds_in
from tests.harness.world import AVA, BEN, DANA, MARCO
from tests.slack.courier.conftest import Line

UNKNOWN = "11111111-1111-1111-1111-111111111111"


async def test_the_card_says_which_carrier_the_number_has(handlers: Line, courier: CourierStandIn) -> None:
    """The first look has the carrier asked, and a later one shows what it said; nothing can be changed there."""
    courier.carriers[DANA] = ("T-Mobile USA", "mobile")
    card = await typed(handlers, f"contact {DANA}")
    assert "Carrier: asked just now; look again in a minute" in seen(card)
    courier.resolve(courier.infos[0])
    card = await typed(handlers, f"contact {DANA}")
    assert "Carrier: T-Mobile USA, mobile" in seen(card)
    assert "SMS by Carium (experimental) keeps no contacts: this is what is known here." in seen(card)
    assert "Reached by" not in seen(card)
    assert names(card) == ["Open thread"]


async def test_a_card_without_a_carrier(handlers: Line, courier: CourierStandIn) -> None:
    """Where the carrier knows nothing, or nobody can be asked, the card has no line about it."""
    await typed(handlers, f"contact {DANA}")
    courier.resolve(courier.infos[0])
    assert "Carrier" not in seen(await typed(handlers, f"contact {DANA}"))
    assert "Carrier" not in seen(await typed(handlers, "contact +44 20 7183 8750"))


async def test_a_card_while_carium_is_away(handlers: Line, courier: CourierStandIn) -> None:
    """A card is shown although Carium does not answer, and says that the carrier is not known just now."""
    await handlers.open_thread(DANA, "Where is my order?")
    courier.rules.down = True
    card = seen(await typed(handlers, f"contact {DANA}"))
    assert "Carrier: Carium does not say just now" in card
    assert "Where is my order?" in card


async def test_a_channel_is_set_and_taken_back(channels: Line, courier: CourierStandIn) -> None:
    """Texts go by the channel that a manager set, and as texts again once it is taken back; both are in the trail."""
    channel = courier.add_channel(DANA, "Dana", "Whitfield")
    await channels.open_thread(DANA, "Hello")
    assert "Reached by: texts" in seen(await typed(channels, f"contact {DANA}"))
    done = await typed(channels, f"contact {DANA} channel `{channel.id.upper()}`")
    assert done["text"].startswith("(555) 555-0145 is reached by this channel at Carium from now on")
    assert f"Reached by: the channel {channel.id} at Carium" in seen(await typed(channels, f"contact {DANA}"))
    await channels.reply(channels.headers(DANA)[-1].ts, "By the channel")
    await channels.idle()
    assert [one.message for one in channel.shown] == ["By the channel"]
    done = await typed(channels, f"contact {DANA} Channel OFF")
    assert done["text"] == "(555) 555-0145 is reached by texts again, and not by a channel."
    await channels.reply(channels.headers(DANA)[-1].ts, "By a text")
    await channels.idle()
    assert [one.message for one in courier.texts] == ["By a text"]
    deeds = [deed for deed in deeds_in(channels.database) if "channel" in deed[1]]
    assert deeds == [(AVA, "set channel", channel.id.upper()), (AVA, "removed channel", "")]
    log = seen(await typed(channels, f"contact {DANA}"))
    assert "had the contact reached by texts again" in log


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("channel", "Write the id of the channel after the word channel, or off for texts."),
        ("channel 17", "This is no id of a channel"),
        (f"channel {UNKNOWN}", "Carium has no such channel, or does not show it to the bot's user."),
        ("chanel off", "There are words after the number."),
    ],
)
async def test_what_is_no_channel(channels: Line, words: str, said: str) -> None:
    """What is no channel is refused in words, and nothing is changed."""
    assert said in (await typed(channels, f"contact {DANA} {words}"))["text"]
    assert "Reached by: texts" in seen(await typed(channels, f"contact {DANA}"))


async def test_a_channel_of_other_people(channels: Line, courier: CourierStandIn) -> None:
    """A channel whose people have other numbers is refused: what is written to one would reach another."""
    channel = courier.add_channel(MARCO, "Marco", "Rossi")
    said = (await typed(channels, f"contact {DANA} channel {channel.id}"))["text"]
    assert "The people of this channel have other numbers." in said
    assert "Nothing was changed." in said


async def test_channels_are_for_managers(channels: Line, courier: CourierStandIn) -> None:
    """Who is no manager is told who may set a channel; the card they may read."""
    channel = courier.add_channel(DANA, "Dana", "Whitfield")
    policy = Policy({Role.MANAGER: Members(frozenset({AVA}))})
    before = await channels.store.run(read_policy)
    await channels.store.run(lambda tx: change_policy(tx, before.version, policy, UserId(AVA)))
    said = (await typed(channels, f"contact {DANA} channel {channel.id}", BEN))["text"]
    assert said.startswith("Only ")
    assert "Reached by: texts" in seen(await typed(channels, f"contact {DANA}", BEN))


async def test_the_help_tells_of_channels(channels: Line) -> None:
    """Where channels are used the help says how one is set, in the list and beside the command."""
    for asked in ("help", "help contact"):
        assert "`/volt contact (555) 555-0145 channel ID`" in (await typed(channels, asked))["text"]
