"""A contact who writes a lot: their texts are shown once a minute, or not until somebody unmutes them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.bridge.conversations.queries import get_conversation
from bot.bridge.messages import muting
from bot.bridge.messages.send import SendRequest, record_send
from bot.bridge.parked_events import park_shown_text, shown_texts
from bot.bridge.post_metadata import text_stamp
from bot.domain.conversation import Conversation, Stage
from bot.domain.ids import MessageTs
from bot.domain.phone import E164
from bot.domain.subjects import Flood
from bot.ports.storage import Transaction
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA

MIA = E164("+15555550202")
FLOOD = "Texts are shown once a minute."


async def flood(harness: Harness, first: int, last: int, *, look_every: int = 1) -> None:
    """Take in a text each second, and show what is due whenever so many have come."""
    for number in range(first, last + 1):
        await harness.take_in(DANA, f"text {number}.")
        if number % look_every == 0 or number == last:
            await harness.pay()
        harness.wait(1)


def shown(harness: Harness) -> list[str]:
    """List the texts that stand in the thread, in order."""
    words = " ".join(seen(post) for post in harness.posts()[1:])
    return [f"text {part.split('.')[0]}." for part in words.split("text ")[1:]]


def numbered(first: int, last: int) -> list[str]:
    """List the texts of that many numbers."""
    return [f"text {number}." for number in range(first, last + 1)]


async def danas(harness: Harness) -> Conversation:
    """Read Dana's conversation."""

    def unit(tx: Transaction) -> Conversation:
        found = tx.conversations.find(ACCOUNT, DANA)
        assert found is not None
        return found

    return await harness.store.run(unit)


async def mute(harness: Harness) -> None:
    """Mute Dana."""
    own = (await danas(harness)).id
    assert await harness.store.run(lambda tx: muting.mute(tx, own, AVA))
    await harness.pay()


async def unmute(harness: Harness) -> None:
    """Unmute Dana."""
    own = (await danas(harness)).id
    while await harness.store.run(lambda tx: muting.unmute(tx, own, BEN)):
        pass
    await harness.pay()


async def test_many_texts_are_shown_once_a_minute(harness: Harness) -> None:
    """After 60 texts in ten minutes, those of each minute share a post, in order, and one line says so."""
    await flood(harness, 1, muting.MANY)
    before = len(harness.posts())
    await flood(harness, muting.MANY + 1, 300, look_every=5)
    harness.wait(60)
    await harness.pay()
    assert shown(harness) == numbered(1, 300)
    assert sum(FLOOD in line for line in harness.lines()) == 1
    assert len(harness.posts()) - before <= 1 + 5


async def test_up_to_the_limit_each_text_is_shown_at_once(harness: Harness) -> None:
    """Sixty texts in ten minutes, that of the harness among them, are shown as they come, and nothing is said."""
    await flood(harness, 1, muting.MANY - 1)
    assert shown(harness) == numbered(1, muting.MANY - 1)
    assert not any(FLOOD in line for line in harness.lines())


async def test_it_ends_by_itself(harness: Harness) -> None:
    """Ten minutes after the last text that was one too many, texts are shown at once; a new flood says so anew."""
    await flood(harness, 1, 70, look_every=10)
    harness.wait(601)
    await harness.pay()
    await flood(harness, 71, 71)
    assert shown(harness) == numbered(1, 71)
    await flood(harness, 72, 140, look_every=10)
    assert sum(FLOOD in line for line in harness.lines()) == 2


async def test_a_long_minute_is_split(harness: Harness) -> None:
    """Texts of a minute that are too long for one post share several, and none is cut."""
    await flood(harness, 1, muting.MANY, look_every=10)
    for number in range(61, 71):
        await harness.hear(f"text {number}." + " word" * 300)
    harness.wait(60)
    await harness.pay()
    assert shown(harness) == numbered(1, 70)


async def test_another_contact_does_not_wait(harness: Harness) -> None:
    """Behind 600 texts of one contact at a post a second, another contact's text is shown within five seconds."""
    harness.caller.limiter = type(harness.caller.limiter)(1.0)
    for number in range(600):
        await harness.take_in(DANA, f"text {number}.")
        harness.wait(0.1)
    await harness.take_in(MIA, "Me too")
    for _ in range(5):
        await harness.pay()
        harness.wait(1)
    assert any("Me too" in seen(post) for post in harness.posts())


async def test_muted_texts_are_stored_counted_and_not_shown(harness: Harness) -> None:
    """While a contact is muted, the header says by whom and how much is not shown, and nobody has to reply."""
    await mute(harness)
    await harness.answer("Later, please")
    await harness.pay()
    assert "not shown" not in seen(harness.posts()[0])
    await flood(harness, 1, 3)
    harness.wait(10)
    await harness.pay()
    assert shown(harness) == []
    assert "Muted by" in seen(harness.posts()[0])
    assert "3 texts not shown" in seen(harness.posts()[0])
    assert "text 3" not in seen(harness.posts()[0])
    found = await danas(harness)
    assert (found.unshown, found.stage) == (3, Stage.WAITING)


@pytest.mark.on_file  # hundreds of texts, one after the other
@pytest.mark.parametrize("texts", [3, muting.AT_ONCE, muting.AT_ONCE + 70])
async def test_unmuting_shows_them_in_order(harness: Harness, texts: int) -> None:
    """Whoever unmutes a contact gets everything of the meantime, each text once, and what comes then behind it."""
    await mute(harness)
    for number in range(1, texts + 1):
        await harness.take_in(DANA, f"text {number}.")
        harness.wait(0.01)
    before = len(harness.posts())
    await unmute(harness)
    assert len(harness.posts()) - before <= 2 + texts // 40 + 1
    harness.wait(700)
    await flood(harness, texts + 1, texts + 1)
    assert shown(harness) == numbered(1, texts + 1)
    found = await danas(harness)
    assert (found.unshown, found.stage, found.muted_by) == (0, Stage.OPEN, None)


async def test_it_survives_a_restart(harness: Harness) -> None:
    """A contact stays muted when the bot starts anew, and nothing of the meantime is lost."""
    await mute(harness)
    await flood(harness, 1, 2)
    await harness.store.close()
    harness.reopen()
    await harness.store.start()
    await flood(harness, 3, 3)
    assert shown(harness) == []
    await unmute(harness)
    assert shown(harness) == numbered(1, 3)


async def test_a_restored_database_shows_nothing_twice(harness: Harness) -> None:
    """Unmuted since the backup was made, and muted again by it: what Slack shows of the meantime is not shown again."""
    await mute(harness)
    muted = await danas(harness)
    await flood(harness, 1, 2)
    backup = await danas(harness)
    await unmute(harness)
    assert shown(harness) == numbered(1, 2)
    await harness.store.run(lambda tx: tx.conversations.save(replace(muted, unshown=backup.unshown)))
    await unmute(harness)
    assert shown(harness) == numbered(1, 2)


async def test_a_stop_counts_while_muted(harness: Harness) -> None:
    """A muted contact who texts STOP has opted out, and the thread says so."""
    await mute(harness)
    await harness.hear("STOP")
    harness.wait(5)
    await harness.pay()
    assert (await danas(harness)).is_opted_out
    assert any("opted out" in line for line in harness.lines())


async def test_receipts_stand_while_muted(harness: Harness) -> None:
    """What we send to a muted contact leaves and is confirmed as ever."""
    await mute(harness)
    await flood(harness, 1, 1)
    request = SendRequest("trigger", ACCOUNT, DANA, AVA)
    await harness.store.run(lambda tx: record_send(tx, request, ("By command",), channel=CHANNEL))
    await harness.pay()
    assert harness.phone()[-1] == "By command"
    assert any("By command" in line for line in harness.lines())


async def test_the_line_follows_what_was_pressed(harness: Harness) -> None:
    """The line about many texts says that they are muted, and how to show them again; each is in the audit trail."""
    await flood(harness, 1, 61, look_every=10)
    await mute(harness)
    assert any("not shown until somebody presses Unmute" in line for line in harness.lines())
    own = await danas(harness)
    assert not await harness.store.run(lambda tx: muting.mute(tx, own.id, BEN))
    await unmute(harness)
    assert any(FLOOD in line for line in harness.lines())
    assert await harness.store.run(lambda tx: muting.unmute(tx, own.id, BEN)) is None
    done = await harness.store.run(lambda tx: tx.audit.of_conversation(own.id, 9))
    assert [(line.actor, line.action) for line in done] == [
        (BEN, "unmuted"),
        (AVA, "muted"),
        (AVA, "assigned on reply"),
    ]
    assert own.flood_at is not None
    assert await harness.store.run(lambda tx: tx.shown_lines.get(own.id, Flood(own.flood_at or 0)))
    assert (await harness.store.run(lambda tx: get_conversation(tx, own.id))).muted_by is None


async def test_texts_that_take_more_room_fill_more_posts(harness: Harness) -> None:
    """Texts without words take a block each, so that a post of a minute holds few of them and none is left out."""
    await flood(harness, 1, muting.MANY, look_every=10)
    before = len(harness.posts())
    for _ in range(60):
        await harness.take_in(DANA, "")
        harness.wait(0.5)
    harness.wait(60)
    await harness.pay()
    empty = [seen(post).count("An empty text.") for post in harness.posts()[before:]]
    assert sum(empty) == 60


async def test_what_slack_was_seen_to_show_is_not_shown_again(harness: Harness) -> None:
    """A database that lost where the texts stand knows them by the stamps of the posts that were read in Slack."""
    await mute(harness)
    muted = await danas(harness)
    await flood(harness, 1, 2)
    await unmute(harness)
    await flood(harness, 3, 3)
    own = next(post for post in harness.posts() if "text 1." in seen(post))

    def restore(tx: Transaction) -> None:
        for message in tx.messages.inbound_after(muted.id, muted.muted_after, 2):
            park_shown_text(tx, muted.id, text_stamp(message), MessageTs(own.ts))
        tx.conversations.save(replace(muted, unshown=2))

    await harness.store.run(restore)
    await harness.run_sql("UPDATE message SET channel = NULL, ts = NULL WHERE body IN ('text 1.', 'text 2.')")
    await unmute(harness)
    assert shown(harness) == numbered(1, 3)
    assert await harness.store.run(lambda tx: shown_texts(tx, muted.id)) == []
