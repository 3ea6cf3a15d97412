"""The search for what has crossed finds each kind of it: a search that cannot fail would prove nothing."""

from __future__ import annotations

import pytest

from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.slack.state.model import Message
from bot.sandbox.volt.model import VoltMessage
from tests.crash.crossings import crossings, foreign_texts
from tests.harness.tenants import ROOM, Tenant, alone, side_by_side
from tests.harness.world import DANA

SOUTHERN = "in south 0145 0."


@pytest.fixture
def tenants() -> list[Tenant]:
    """Give two workspaces whose bots have one header each."""
    slack = SlackStandIn(installed=False)
    made = side_by_side(slack, VoltStandIn())
    for tenant in made:
        slack.install(tenant.team)
        post(tenant, f"Thread of {tenant.mark}")
    return made


def post(tenant: Tenant, words: str, root: Message | None = None) -> Message:
    """Let the bot of a workspace post."""
    bot, slack = tenant.installed, tenant.slack
    thread_ts = root.ts if root else None
    message = Message(ROOM, slack.next_ts(), words, user=bot.bot_user_id, bot_id=bot.bot_id, thread_ts=thread_ts)
    slack.channels[ROOM].messages.append(message)
    return message


def header(tenant: Tenant) -> Message:
    """Return the header of a workspace."""
    return next(iter(tenant.roots().values()))


def test_nothing_crossed(tenants: list[Tenant]) -> None:
    """What stands in its own workspace is no fault, nor is anything where there is one workspace only."""
    post(tenants[1], SOUTHERN, header(tenants[1]))
    assert crossings(tenants) == []
    assert crossings(alone(SlackStandIn(), VoltStandIn())) == []


def test_words_in_a_thread(tenants: list[Tenant]) -> None:
    """A text in a thread of another workspace, or in one of its headers, has crossed."""
    north = tenants[0]
    post(north, f"Ava texted: {SOUTHERN}", header(north))
    post(north, f"(555) 555-0145 · {SOUTHERN}")
    assert crossings(tenants) == [f"{SOUTHERN} read in north"] * 2


def test_words_for_one_person(tenants: list[Tenant]) -> None:
    """A text that one person alone sees, or App Home shows, has crossed like any other."""
    north = tenants[0]
    north.slack.show_ephemeral({"message_ts": "1.000001", "text": SOUTHERN}, north.installed)
    north.slack.homes[north.writer] = {"blocks": [{"text": SOUTHERN}]}
    assert crossings(tenants) == [f"{SOUTHERN} read in north"] * 2


def test_text_on_a_phone(tenants: list[Tenant]) -> None:
    """A text that leaves from a number of another workspace has crossed."""
    volt = tenants[0].volt
    volt.keep(VoltMessage(volt.account_number, DANA, "out south 0145 0. Or rather 1."))
    assert crossings(tenants) == ["out south 0145 0. sent by north"]


def test_words_of_a_stranger(tenants: list[Tenant]) -> None:
    """What somebody of elsewhere writes in a thread may be quoted there, and has crossed once a phone has it."""
    north = tenants[0]
    post(north, "out north 0000 0.", header(north))
    assert crossings(tenants) == []
    north.volt.keep(VoltMessage(north.volt.account_number, DANA, "out north 0000 0."))
    assert crossings(tenants) == ["out north 0000 0. sent by north"]


def test_post_under_a_header(tenants: list[Tenant]) -> None:
    """A post under a header of another workspace has crossed, whatever it says."""
    north, south = tenants
    post(north, "This conversation is closed.", header(south))
    assert crossings(tenants) == ["a post by north under a header of south"]


def test_reaction(tenants: list[Tenant]) -> None:
    """A bot that reacts to what somebody wrote in a thread of another workspace has crossed."""
    north, south = tenants
    reply = Message(ROOM, south.slack.next_ts(), "out south 0145 0.", user=south.writer, thread_ts=header(south).ts)
    reply.reactions["white_check_mark"] = [south.installed.bot_user_id]
    south.slack.channels[ROOM].messages.append(reply)
    assert crossings(tenants) == []
    reply.reactions["white_check_mark"].append(north.installed.bot_user_id)
    assert crossings(tenants) == ["a reaction by north to out south 0145 0. of south"]


def test_marks() -> None:
    """Texts without a mark are nobody's, and each text with another one is named."""
    assert foreign_texts("in 0145 0. and out 0145 1.", "") == []
    assert foreign_texts("in north 0145 0. and in south 0145 1.", "north") == ["in south 0145 1."]
