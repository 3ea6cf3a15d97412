"""Flow stops: a person who answers takes over from the flow that talks to the contact, on whichever bot they answer."""

from __future__ import annotations

from bot.domain.phone import E164
from bot.providers.glific.calls.client import GlificClient
from bot.providers.glific.flows.stops import FlowStops
from bot.sandbox import GlificStandIn
from tests.providers.glific.stage import DANA, Bot

CONTACT, MARCO = E164(f"+{DANA}"), E164("+15555550177")


async def _stops(bot: Bot) -> FlowStops:
    return FlowStops(GlificClient(await bot.calls(await bot.session())))


def _asked(glific: GlificStandIn) -> int:
    return sum(request.operation == "StopFlows" for request in glific.requests)


async def test_once_is_enough_for_who_watches(bot: Bot, glific: GlificStandIn) -> None:
    """A bot that would see a flow write asks Glific once for each contact."""
    stops = await _stops(bot)
    async with stops.watching():
        await stops.before_a_person(CONTACT)
        await stops.before_a_person(CONTACT)
    assert _asked(glific) == 1


async def test_another_flow_is_stopped_by_who_does_not_watch(bot: Bot, glific: GlificStandIn) -> None:
    """A bot that sees no flow, as another one watches or it does so no more, stops one that has begun since."""
    stops = await _stops(bot)
    contact = glific.add_contact(MARCO.removeprefix("+"), "Marco Bianchi")
    async with stops.watching():
        await stops.before_a_person(MARCO)
    for _ in range(2):
        contact.flow = glific.add_flow("Menu", "Choose 1 or 2")
        await stops.before_a_person(MARCO)
        assert contact.flow is None
