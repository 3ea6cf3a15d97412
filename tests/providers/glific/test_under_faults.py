"""Everything at once: many contacts under traffic while sockets are cut, events get lost, and answers do."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from datetime import timedelta

import pytest

from bot.domain.errors import OutcomeUnknown, Retryable
from bot.domain.ids import MessageKey
from bot.domain.phone import E164
from bot.domain.provider_messages import OutgoingText
from bot.providers.glific.calls.client import GlificClient
from bot.sandbox import GlificStandIn
from tests.providers.glific.stage import Bot
from tests.providers.glific.watching import Watcher, watcher

OURS = E164("+917834811114")
PATIENCE_S = 100.0
"""On a busy machine a cut is noticed late, and closing what is cut alone may take ten seconds."""

CROWD = [f"155555502{number:02}" for number in range(20)]


def by_contact(one: Watcher) -> dict[str, list[str]]:
    """Sort the inbound texts by their contact."""
    found: dict[str, list[str]] = defaultdict(list)
    for message in one.got:
        if message.is_inbound and message.contact is not None and message.contact.phone is not None:
            found[message.contact.phone[1:]].append(message.text)
    return found


@pytest.mark.timeout(240)
async def test_a_crowd_is_heard_in_order(bot: Bot, watchers: list[Watcher], glific: GlificStandIn) -> None:
    """Twenty contacts write at once: repeats, disorder, lost events, cuts and dead tokens change nothing."""
    one = await watcher(bot, watchers)
    await one.start()
    glific.rules.repeat_events, glific.rules.reorder_events, glific.rules.hold_s = 1, True, 0.02
    for number in range(8):
        if number in (2, 5):
            glific.sessions.end_access()
            glific.sockets.cut()
        if number in (3, 6):
            glific.rules.lose_events = 7
        await asyncio.gather(*(glific.text(phone, f"{number}") for phone in CROWD))
    expected = {phone: [f"{number}" for number in range(8)] for phone in CROWD}
    await one.subscribed(PATIENCE_S)
    glific.rules.lose_events = 0
    for phone in CROWD:  # whatever is still missing shows by the number of the next one
        await glific.text(phone, "8")
        expected[phone].append("8")
    with contextlib.suppress(TimeoutError):  # what is missing then is named below
        everything = 9 * len(CROWD) + 1
        await glific.until(lambda: sum(map(len, by_contact(one).values())) >= everything, PATIENCE_S)
    heard = by_contact(one)
    assert {phone: heard[phone] for phone in CROWD} == expected


@pytest.mark.parametrize("fault", ["drop_answers", "internal"])
async def test_lost_answers_are_settled_by_the_record(bot: Bot, glific: GlificStandIn, fault: str) -> None:
    """Of twenty texts whose answers were lost each is on record once, and found by its words."""
    calls = await bot.calls(await bot.session())
    client = GlificClient(calls)
    phones = [E164(f"+{phone}") for phone in CROWD]
    for phone in CROWD:
        await glific.text(phone, "hello")
    glific.rules.only = ("createAndSendMessage",)
    setattr(glific.rules, fault, -1)
    for number, phone in enumerate(phones):
        known = {one.id for one in await client.texts_with(phone)}
        with pytest.raises(OutcomeUnknown):
            await client.send(OutgoingText(MessageKey("0" * 32), OURS, phone, f"text {number}"))
        [found] = [one for one in await client.texts_with(phone) if one.id not in known]
        assert (found.text, found.is_inbound) == (f"text {number}", False)
    assert [len(glific.outbound(phone)) for phone in CROWD] == [1] * len(CROWD)


async def test_no_text_is_lost_to_a_token_or_a_limit(bot: Bot, glific: GlificStandIn) -> None:
    """Texts that are refused for a token leave under the next one; those above the limit are certain not to have."""
    client = GlificClient(await bot.calls(await bot.session()))
    await glific.text(CROWD[0], "hello")
    phone = E164(f"+{CROWD[0]}")
    glific.rules.calls_a_minute = 10
    sent, refused = 0, 0
    for number in range(15):
        if number % 4 == 0:
            glific.sessions.end_access()
        try:
            await client.send(OutgoingText(MessageKey("0" * 32), OURS, phone, f"text {number}"))
            sent += 1
        except Retryable as error:
            refused += error.code == "http_429"
    assert (sent + refused, len(glific.outbound(CROWD[0]))) == (15, sent)
    assert sent > 0
    assert refused > 0
    glific.clock.move(timedelta(minutes=1))
    await client.send(OutgoingText(MessageKey("0" * 32), OURS, phone, "afterwards"))
