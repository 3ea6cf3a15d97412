"""What a stream brought and nobody could read is kept aside: each once, not for ever, and not without end."""

from __future__ import annotations

import json
from functools import partial

import pytest

from bot.bridge.erasure import begin_erasure
from bot.bridge.inbox.kept_aside import ASIDE, KEPT_S, LONGEST, MOST, keep_aside
from bot.bridge.retention import erase_old
from bot.domain.ids import UserId
from tests.harness.on_a_clock import Harness
from tests.harness.world import DANA

SOURCE = "demo.glific.com"


async def keep(harness: Harness, brought: object, event_id: str = "") -> bool:
    """Keep something aside."""
    return await harness.store.run(partial(keep_aside, source=SOURCE, event_id=event_id, brought=brought))


async def kept(harness: Harness) -> list[str]:
    """Return all that is kept, the oldest first."""
    return await harness.store.run(
        lambda tx: [body for one in tx.inbox.parked_subjects(ASIDE) for body in tx.inbox.parked(ASIDE, one)]
    )


async def test_each_is_kept_once(harness: Harness) -> None:
    """What comes again, as it does while readings overlap, is known by its id, or else by its content."""
    odd: list[object] = [{"id": "7", "flow": None}, 7, [], "half a \ud83d", "\x00", None]
    assert [await keep(harness, one) for one in odd] == [True] * len(odd)
    assert not await keep(harness, {"flow": None, "id": "7"})
    assert await keep(harness, {"id": "8", "name": "Dana"}, "8:READ")
    assert not await keep(harness, {"id": "8", "name": "Dana Berg"}, "8:READ")
    odd.append({"id": "8", "name": "Dana"})
    assert sorted(await kept(harness)) == sorted(json.dumps(one, sort_keys=True) for one in odd)


async def test_neither_many_nor_long(harness: Harness) -> None:
    """The oldest makes room for the newest, and of a long one its beginning is kept."""
    for number in range(MOST + 3):
        assert await keep(harness, {"id": number})
    assert {f'{{"id": {number}}}' for number in range(3, MOST + 3)} == set(await kept(harness))
    assert not await keep(harness, {"id": 0})
    assert await keep(harness, "x" * LONGEST * 2)
    assert max(map(len, await kept(harness))) == LONGEST


async def test_not_for_ever(harness: Harness) -> None:
    """It goes after its time, and with the texts that are older than they are to be kept."""
    await keep(harness, "first")
    harness.wait(KEPT_S + 1)
    await keep(harness, "second")
    assert await kept(harness) == ['"second"']
    harness.wait(1)
    while await harness.store.run(lambda tx: erase_old(tx, harness.now)):
        pass
    assert await kept(harness) == []


@pytest.mark.parametrize("spelling", [DANA, DANA[1:], DANA[2:]])
async def test_a_person_who_is_erased_is_in_none(harness: Harness, spelling: str) -> None:
    """With a person goes what names their number."""
    await keep(harness, {"contact": {"phone": spelling}})
    await keep(harness, {"contact": {"phone": "15555550199"}})
    await harness.store.run(lambda tx: begin_erasure(tx, DANA, UserId("root")))
    assert await kept(harness) == ['{"contact": {"phone": "15555550199"}}']
