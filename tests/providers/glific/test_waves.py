"""Collections and messages to them: lists and waves of a WhatsApp line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import OutcomeUnknown, Retryable
from bot.domain.phone import E164
from bot.domain.provider_records import Rule, WaveRecord
from bot.providers.glific.contact_lists import GlificLists
from bot.providers.glific.provider import GlificProvider
from bot.providers.glific.waves import GlificWaves
from bot.sandbox import GlificStandIn
from bot.sandbox.glific.model import Message
from tests.providers.glific.stage import OURS
from tests.providers.glific.test_session import failure_of

DANA, ELI, NEW = (E164(f"+{digits}") for digits in ("15555550145", "15555550167", "15555550199"))
CROWD = [f"1555552{number:04}" for number in range(70)]


@pytest.fixture
def waves(line: GlificProvider) -> GlificWaves:
    """Give the waves of the line."""
    return GlificWaves(line.line, line.calls)


@pytest.fixture
def lists(line: GlificProvider) -> GlificLists:
    """Give the lists of the line."""
    return GlificLists(line.calls)


async def send(waves: GlificWaves, body: str, *media: str, to: str = "VIP") -> WaveRecord | None:
    """Send a text to a collection."""
    return await waves.schedule_wave(OURS, "News", body, datetime.now(UTC), [to], is_draft=False, media=media)


async def collection(glific: GlificStandIn, phones: list[str]) -> None:
    """Make a collection of people who wrote a moment ago, and of Eli, who did not."""
    glific.rules.broadcast_after_s = 0.0
    for phone in phones:
        await glific.text(phone, "hello")
    people = [one for phone in phones if (one := glific.contact_of(phone))]
    glific.add_group("VIP", *people, glific.add_contact(ELI[1:], "Eli", consents=True))


def sent(glific: GlificStandIn) -> list[Message]:
    """Return what went to people by broadcasts."""
    return [one for one in glific.messages if one.is_broadcast and one.contact is not None]


async def test_lists_are_collections(lists: GlificLists, glific: GlificStandIn) -> None:
    """A list is made and filled by numbers, found by its exact name, and knows whom free text reaches now."""
    assert await lists.contact_list(OURS, "VIP") is None
    made = await lists.save_list(OURS, "VIP")
    assert (await lists.save_list(OURS, "VIP")).id == made.id
    glific.add_contact(ELI[1:], "Eli", consents=True)
    filled = await lists.add_to_list(OURS, "VIP", [DANA, ELI])
    assert (filled.size, filled.reached) == (2, 1)
    glific.add_group("VIP friends")
    assert await lists.list_names(OURS, "vip") == ["VIP", "VIP friends"]
    assert await lists.contact_list(OURS, "vip") is None
    assert (await lists.contact_list(OURS, "VIP")) == filled


async def test_nobody_is_put_on_a_list_where_one_is_not_known(lists: GlificLists, glific: GlificStandIn) -> None:
    """Who is no contact cannot be put on a list, and then nobody is; a list has no query, and must be there."""
    group = glific.add_group("VIP")
    assert (await failure_of(lists.add_to_list(OURS, "VIP", [DANA, NEW]))).code == "not_found"
    assert glific.members_of(group) == []
    assert (await failure_of(lists.add_to_list(OURS, "Nobody", [DANA]))).code == "no_list"
    rule = Rule("city", "is", "Pune")
    assert (await failure_of(lists.save_list(OURS, "VIP", rules=[rule]))).code == "no_queries"


async def test_a_wave_reaches_those_it_may_and_is_counted(waves: GlificWaves, glific: GlificStandIn) -> None:
    """A wave has the ids of its group and broadcast; its counts are those of its own messages, over several pages."""
    await collection(glific, CROWD)
    made = await send(waves, "News for all: 50% off_today @shop.")
    assert made is not None
    await glific.until(lambda: len(sent(glific)) == len(CROWD))
    await glific.text(DANA[1:], "50% off_today")
    await glific.colleague_text(DANA[1:], "News for all: 50% off_today @shop.")
    for message in sent(glific)[:5]:
        glific.receipt(message, "DELIVERED")
    for message in sent(glific)[:2]:
        glific.receipt(message, "READ")
    glific.receipt(sent(glific)[-1], "ERROR", "unknown number")
    assert made.id.startswith("demo.glific.com:")
    found = await waves.wave(made.id)
    assert found is not None
    assert (found.total, found.delivered, found.read, found.failed) == (len(CROWD), 5, 2, 1)
    assert (found.body, found.lists, found.is_growing) == ("News for all: 50% off_today @shop.", ("VIP",), True)


async def test_a_wave_with_a_picture(waves: GlificWaves, glific: GlificStandIn) -> None:
    """A picture goes along with its words as a caption, and its progress is told."""
    await collection(glific, CROWD[:3])
    made = await send(waves, "Look", glific.picture_url())
    await glific.until(lambda: len(sent(glific)) == 3)
    assert {(one.type, one.shown) for one in sent(glific)} == {("IMAGE", "Look")}
    assert made is not None
    found = await waves.wave(made.id)
    assert found is not None
    assert found.total == 3


async def test_what_a_wave_cannot_do_is_refused(waves: GlificWaves, glific: GlificStandIn) -> None:
    """Several collections, a later time, a draft and a collection that is gone are refused, and nothing is sent."""
    await collection(glific, CROWD[:1])
    now = datetime.now(UTC)
    for lists, at, is_draft, code in (
        (["VIP", "News"], now, False, "one_list"),
        (["VIP"], now + timedelta(hours=1), False, "now_only"),
        (["VIP"], now, True, "now_only"),
        (["Gone"], now, False, "not_found"),
    ):
        error = await failure_of(waves.schedule_wave(OURS, "News", "Hi", at, lists, is_draft=is_draft))
        assert error.code == code
    assert sent(glific) == []
    for foreign in ("17", "other.glific.com:1-1", "1-1-1", "demo.glific.com:999-1", "rf_8mAx2kTq"):
        assert await waves.wave(foreign) is None


async def test_a_lost_answer_is_looked_up_among_the_broadcasts(waves: GlificWaves, glific: GlificStandIn) -> None:
    """Where the answer is lost, the one new broadcast with these words settles it; without one it stays unknown."""
    await collection(glific, CROWD[:2])
    glific.rules.only, glific.rules.drop_answers = ("createAndSendMessageToGroup",), 1
    made = await send(waves, "Once")
    await glific.until(lambda: len(sent(glific)) == 2)
    assert made is not None
    glific.rules.hang = 0
    glific.rules.statuses = [(502, "bad gateway")]
    assert type(await failure_of(send(waves, "Never"))) is OutcomeUnknown
    assert len(sent(glific)) == 2


async def test_nothing_is_sent_where_nothing_can_be_asked(waves: GlificWaves, glific: GlificStandIn) -> None:
    """A failure before the sending is certain: nothing was sent, and it may be tried again."""
    await collection(glific, CROWD[:1])
    glific.rules.statuses = [(500, "oops")]
    assert type(await failure_of(send(waves, "Hi"))) is Retryable
    assert sent(glific) == []
