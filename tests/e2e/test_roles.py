"""Replies of those who may not text: they stay inside for good, and the thread says so once."""

from __future__ import annotations

import asyncio

import pytest

from bot.bridge.workspaces.roles import change_policy, read_policy
from bot.domain.roles import Members, Policy, Role
from bot.sandbox.slack.state.wire import envelope
from tests.harness.in_process import Relay
from tests.harness.world import AVA, BEN, CHANNEL, DANA

GIL, PAT = "U0GIL", "U0PAT"


async def decide(relay: Relay, policy: Policy) -> None:
    """Let Ava decide who may do what."""
    assert relay.app is not None
    store = relay.app.storage.store
    seen = (await store.run(read_policy)).version
    assert await store.run(lambda tx: change_policy(tx, seen, policy, AVA))


def said_of(relay: Relay, user: str) -> list[str]:
    """Return the lines that say why somebody's words were not texted."""
    return [line for line in relay.lines(DANA) if f"Not texted: <@{user}>" in line]


async def test_a_refused_reply_is_not_called_taken_back(relay: Relay) -> None:
    """A reply that is refused after its undo window bears no mark, and nobody is said to have undone it."""
    await relay.restart(undo_seconds=3)
    thread = await relay.open_thread()
    relay.slack.add_person(GIL, "Gil Guest", "guest", channels=[CHANNEL])
    ts = await relay.reply(thread, "Let me help", user=GIL)
    await relay.line("Sending…")
    await relay.line(f"Not texted: <@{GIL}> is a guest, and guests cannot text.")
    await relay.slack.until(lambda: "Sending…" not in " ".join(relay.lines()))
    assert not any("Taken back" in line for line in relay.lines())
    await relay.marked(ts)


async def test_a_guest_who_may_later(relay: Relay) -> None:
    """What a guest wrote is never texted: not after an edit, not after a restart, and not once guests may."""
    thread = await relay.open_thread()
    relay.slack.add_person(GIL, "Gil Guest", "guest", channels=[CHANNEL])
    first = await relay.reply(thread, "I can help you", GIL)
    await relay.line(f"Not texted: <@{GIL}> is a guest, and guests cannot text.")
    await relay.slack.edit(CHANNEL, first, "I can really help you")
    await relay.reply(thread, "Anybody?", GIL)
    await decide(relay, Policy(allows_guests=True))
    await relay.slack.edit(CHANNEL, first, "I can help you now")
    await relay.restart()
    await relay.reply(thread, "Gil may now", GIL)
    await relay.receives("Gil may now")
    await relay.slack.edit(CHANNEL, first, "I could have helped you")
    await relay.reply(thread, "Bye", AVA)
    await relay.receives("Gil may now", "Bye")
    assert len(said_of(relay, GIL)) == 1


async def test_written_while_the_bot_was_away(relay: Relay) -> None:
    """A reply of a guest that is found in the thread afterwards stays inside like any other."""
    thread = await relay.open_thread()
    relay.slack.add_person(GIL, "Gil Guest", "guest", channels=[CHANNEL])
    relay.slack.rules.retry_delays_s = ()
    await relay.stop()
    await relay.reply(thread, "I can help you", GIL)
    await relay.reply(thread, "Somebody is coming", BEN)
    await relay.start()
    await relay.receives("Somebody is coming")
    await relay.line(f"Not texted: <@{GIL}> is a guest")
    assert relay.phone() == ["Somebody is coming"]


async def test_slack_does_not_say_who_wrote(relay: Relay) -> None:
    """A reply is taken at once, and waits with all behind it while Slack does not say who wrote it."""
    thread = await relay.open_thread()
    relay.slack.rules.errors = {"users.info": ["internal_error"] * 2}
    ts = await relay.reply(thread, "one", BEN)
    assert relay.slack.deliveries[-1].status == 200
    await relay.reply(thread, "two", AVA)
    await relay.receives("one", "two", timeout_s=30)
    assert relay.slack.find(CHANNEL, ts) is not None
    assert said_of(relay, BEN) == []


async def test_known_authors_cost_no_call(relay: Relay) -> None:
    """Slack is asked about an author once."""
    thread = await relay.open_thread()
    for number, words in enumerate(("one", "two", "three")):
        await relay.reply(thread, words)
        await relay.receives(*("one", "two", "three")[: number + 1])
    assert [call.method for call in relay.slack.calls].count("users.info") == 1


async def test_a_partner_who_may(relay: Relay) -> None:
    """People of another company text once their workspace is allowed, those of a third do not."""
    thread = await relay.open_thread()
    relay.slack.add_person(PAT, "Pat Ng", "partner", channels=[CHANNEL])
    relay.slack.add_team("T0THIRD", "Third")
    relay.slack.add_person("U0TED", "Ted Third", "partner", channels=[CHANNEL], team_id="T0THIRD")
    await relay.reply(thread, "From Pat", PAT)
    await relay.line(f"Not texted: <@{PAT}> is of another company")
    await decide(relay, Policy(partners=frozenset({relay.slack.users[PAT].team_id})))
    await relay.reply(thread, "From Ted", "U0TED")
    await relay.reply(thread, "From Pat again", PAT)
    await relay.receives("From Pat again")
    await relay.line("Not texted: <@U0TED> is of another company")


async def test_agents_by_name(relay: Relay) -> None:
    """Where agents are named, what another member writes stays inside, and the line names who can add them."""
    thread = await relay.open_thread()
    await decide(relay, Policy({Role.AGENT: Members(frozenset({AVA})), Role.MANAGER: Members(frozenset({AVA}))}))
    await relay.reply(thread, "From Ben", BEN)
    await relay.reply(thread, "From Ava", AVA)
    await relay.receives("From Ava")
    await relay.line(f"Not texted: <@{BEN}> is not one of the agents here. Managers (<@{AVA}>) can add them")


@pytest.mark.parametrize(("user", "texted"), [(GIL, ["Wait for it"]), (BEN, [])])
async def test_a_reaction_that_takes_back(relay: Relay, user: str, texted: list[str]) -> None:
    """A colleague takes a reply back by a reaction; a guest's reaction does nothing."""
    await relay.restart(undo_seconds=2)
    thread = await relay.open_thread()
    relay.slack.add_person(GIL, "Gil Guest", "guest", channels=[CHANNEL])
    ts = await relay.reply(thread, "Wait for it")
    await relay.slack.add_reaction(user, CHANNEL, ts, "leftwards_arrow_with_hook")
    await relay.reply(thread, "And then")
    await relay.receives(*texted, "And then")


async def test_a_reaction_while_slack_does_not_say_whose(relay: Relay) -> None:
    """While Slack does not say who asks for a reply back, it is held back: a text that has left cannot be."""
    await relay.restart(undo_seconds=2)
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "Wait for it")
    relay.slack.rules.errors = {"users.info": ["internal_error"]}
    await relay.slack.add_reaction(BEN, CHANNEL, ts, "leftwards_arrow_with_hook")
    await relay.reply(thread, "And then")
    await relay.receives("And then")


async def test_somebody_becomes_a_guest(relay: Relay) -> None:
    """From the moment at which Slack tells that somebody is a guest now, what they write stays inside."""
    thread = await relay.open_thread()
    await relay.reply(thread, "As a member", BEN)
    await relay.volt.until(lambda: relay.phone() == ["As a member"])
    relay.slack.users[BEN].is_restricted = True
    await relay.slack.deliver(envelope({"type": "user_change", "user": {"id": BEN, "is_restricted": True}}))
    await relay.reply(thread, "As a guest", BEN)
    await relay.line(f"Not texted: <@{BEN}> is a guest")
    assert relay.phone() == ["As a member"]


async def test_many_replies_of_one_person_ask_once(relay: Relay) -> None:
    """However many replies of somebody wait in whatever threads, Slack is asked once who that is."""
    contacts = [f"+1555555016{number}" for number in range(6)]
    threads = [await relay.open_thread(contact) for contact in contacts]
    relay.slack.rules.delay_s = 0.2
    await asyncio.gather(*(relay.reply(thread, "Hello", BEN) for thread in threads))
    await relay.volt.until(lambda: all(relay.phone(contact) == ["Hello"] for contact in contacts))
    assert [call.method for call in relay.slack.calls].count("users.info") == 1
