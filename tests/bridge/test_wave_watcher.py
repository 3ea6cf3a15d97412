"""Cards of waves: posted once, kept current by themselves, one wave's trouble never another's."""

from bot.bridge.unit_of_work import UnitsOfWork
from bot.bridge.waves.cards import post_card
from bot.bridge.waves.watcher import WaveWatcher
from bot.domain.ids import PostKey
from bot.domain.timestamps import add_seconds, from_micros
from bot.domain.waves import Wave, WavePlan
from bot.sandbox.slack.state.model import Message
from bot.sandbox.volt.model import Wave as VoltWave
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA, MARCO


def watch_of(harness: Harness) -> WaveWatcher:
    """Make one that remembers no look, as after a restart."""
    return WaveWatcher(
        harness.store, harness.providers, harness.workspace, CHANNEL, lambda: harness.now, harness.observer
    )


async def planned(harness: Harness, name: str = "Sale", *, ahead_s: float = 300, is_shown: bool = True) -> VoltWave:
    """Have a wave to Dana and Marco at Volt and in the database, with its card."""
    at = add_seconds(harness.now, ahead_s)
    wave = VoltWave("account", ACCOUNT, name, "20% off", from_micros(at), numbers=[DANA, MARCO])
    harness.volt.waves.append(wave)
    plan = WavePlan(name, "20% off", at, ("VIP",), 2, 1)
    posted = Wave(wave.id, plan, AVA, CHANNEL, None, PostKey(f"wave{wave.id}"))
    await harness.store.run(lambda tx: tx.waves.add(posted))
    if is_shown:
        await post_card(UnitsOfWork(harness.store), harness.workspace, posted, home=CHANNEL)
    return wave


def cards(harness: Harness) -> list[str]:
    """Return what people read in the cards."""
    return [words for one in harness.posts() if (words := seen(one)).startswith("Wave: ")]


def lookups(harness: Harness) -> int:
    """Count how often Volt was asked about waves."""
    return sum(request.operation == "Wave" for request in harness.volt.requests)


async def report(harness: Harness, wave: VoltWave, *statuses: str) -> None:
    """Let Volt send the wave if it has not, and give its texts these statuses."""
    await harness.volt.run_due(wave.at)
    for message, status in zip(wave.messages, statuses, strict=True):
        message.status = status


async def test_asked_when_it_is_due(harness: Harness) -> None:
    """A wave is asked about from its time on, every 30 seconds, until all of its texts have come to their end."""
    watch, wave = watch_of(harness), await planned(harness)
    assert await watch.look() == 0
    harness.wait(301)
    await report(harness, wave, "delivered", "sent")
    assert await watch.look() == 1
    assert "Delivered 1, not delivered 0, of 2." in cards(harness)[0]
    assert await watch.look() == 0
    await report(harness, wave, "delivered", "failed")
    harness.wait(31)
    assert await watch.look() == 1
    assert "Delivered 1, not delivered 1, of 2." in cards(harness)[0]
    harness.wait(3_600)
    assert await watch.look() == 0
    assert lookups(harness) == 2


async def test_less_often_later(harness: Harness) -> None:
    """A wave that does not end is asked about less and less often, and no more after a day."""
    watch, wave = watch_of(harness), await planned(harness)
    harness.wait(301)
    await report(harness, wave, "delivered", "sent")
    asked = []
    for minutes in (10, 60, 23 * 60):
        before = lookups(harness)
        for number in range(minutes * 2):
            if minutes < 100 or number % 30 == 0:
                await watch.look()
            harness.wait(30)
        asked.append(lookups(harness) - before)
    assert asked[0] == 20
    assert 20 < asked[1] < 60
    assert asked[2] < 100
    harness.wait(3_600)
    assert await watch.look() == 0


async def test_an_unchanged_count_edits_nothing(harness: Harness) -> None:
    """A look that learns nothing new leaves the card alone."""
    watch, wave = watch_of(harness), await planned(harness)
    harness.wait(301)
    await report(harness, wave, "delivered", "sent")
    for _ in range(3):
        await watch.look()
        harness.wait(31)
    assert sum(call.method == "chat.update" and "Delivered 1" in str(call.args) for call in harness.slack.calls) == 1


async def test_after_a_restart(harness: Harness) -> None:
    """After a restart a wave that is under way is asked about at once."""
    wave = await planned(harness)
    harness.wait(400)
    await report(harness, wave, "delivered", "delivered")
    assert await watch_of(harness).look() == 1
    assert "Delivered 2, not delivered 0, of 2." in cards(harness)[0]


async def test_one_failure_does_not_stop_the_others(harness: Harness) -> None:
    """A wave that Volt does not know any more, or whose card is gone, keeps no other from being shown."""
    await planned(harness, "Gone", ahead_s=100)
    gone = harness.volt.waves.pop()
    lost = await planned(harness, "Lost", ahead_s=200)
    wave = await planned(harness)
    post = next(one for one in harness.posts() if "Lost" in seen(one))
    harness.slack.remove(post)
    harness.wait(301)
    await report(harness, lost, "delivered", "delivered")
    await report(harness, wave, "delivered", "delivered")
    assert gone not in harness.volt.waves
    assert await watch_of(harness).look() == 3
    assert [card for card in cards(harness) if "Delivered 2" in card] == [cards(harness)[-1]]


async def test_a_card_whose_answer_was_lost(harness: Harness) -> None:
    """A card whose post had a lost answer is found by its key and not posted again."""
    harness.slack.rules.drop_answers = 1
    await planned(harness)
    assert len(cards(harness)) == 1
    watch = watch_of(harness)
    assert await watch.look() == 0
    harness.wait(61)
    assert await watch.look() == 1
    assert len(cards(harness)) == 1
    harness.wait(61)
    assert await watch.look() == 0


async def test_a_card_that_was_never_posted(harness: Harness) -> None:
    """A card that is not there, because Slack was down or the bot died, is posted later, once."""
    await planned(harness, is_shown=False)
    watch = watch_of(harness)
    harness.wait(61)
    harness.slack.rules.down = True
    await watch.look()
    harness.slack.rules.down = False
    assert cards(harness) == []
    harness.wait(61)
    await watch.look()
    assert len(cards(harness)) == 1
    harness.wait(61)
    assert await watch.look() == 0


async def test_a_card_in_a_busy_channel(harness: Harness) -> None:
    """However much was said in the channel before a wave was made, a card that was never posted is posted, once."""
    for number in range(520):
        harness.slack.add(Message(CHANNEL, harness.slack.next_ts(), f"Message {number}", user=AVA))
    for one in harness.slack.channels[CHANNEL].messages:
        one.ts = f"{float(one.ts) - 3_600:.6f}"
    await planned(harness, is_shown=False)
    harness.wait(61)
    await watch_of(harness).look()
    assert len(cards(harness)) == 1
    harness.wait(61)
    assert await watch_of(harness).look() == 0


async def test_the_bot_died_while_volt_was_asked(harness: Harness) -> None:
    """A wave that Volt may or may not have gets its card all the same, and Volt is not asked how far it is."""
    plan = WavePlan("Sale", "20% off", add_seconds(harness.now, 300), ("VIP",), 2, 1)
    posted = Wave("0" * 31 + "a", plan, AVA, CHANNEL, None, PostKey("wavea"), is_certain=False)
    await harness.store.run(lambda tx: tx.waves.add(posted))
    harness.wait(61)
    await watch_of(harness).look()
    (card,) = cards(harness)
    assert "we do not know whether this wave is scheduled" in card
    harness.wait(400)
    assert await watch_of(harness).look() == 0
    assert lookups(harness) == 0
