"""A contact's own channel on a clock of its own: whose message counts where, what is lost and found, and erasure."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from bot.bridge.conversations.moving import ask_to_move
from bot.bridge.conversations.own_channel import Asked, ask_for_channel, know_own_channel
from bot.bridge.erasure import begin_erasure
from bot.bridge.post_metadata import OWN_STAMP
from bot.bridge.recovery.adoption import adopt_header
from bot.bridge.slack_events import record_event
from bot.domain.conversation import Conversation, Stage
from bot.domain.dedup import DedupScope
from bot.domain.ids import ChannelId, ConversationId, MessageTs, ThreadRef, UserId
from bot.domain.own_channels import OwnChannel
from bot.domain.phone import E164
from bot.domain.thread_events import Archiving, Renaming, Reply
from bot.domain.timestamps import add_seconds
from bot.ports.storage import Transaction
from bot.sandbox.slack.state.model import Channel
from bot.sandbox.slack.state.model import Message as Post
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO

DANAS = ConversationId(1)


async def pay(harness: Harness) -> None:
    """Make what is due; a move makes no call, so what follows from one is asked for again."""
    for _ in range(4):
        await harness.pay()
        harness.wait(0.5)


async def opened(harness: Harness) -> Channel:
    """Make the channel of Dana's conversation."""
    assert await harness.store.run(lambda tx: ask_for_channel(tx, DANAS, AVA)) is Asked.IS_COMING
    await pay(harness)
    return next(one for one in harness.slack.channels.values() if one.creator)


def top(harness: Harness, channel: Channel) -> list[Post]:
    """Return the bot's posts at the top level of a channel."""
    return [one for one in harness.slack.channels[channel.id].messages if one.bot_id and not one.is_reply]


async def say(harness: Harness, channel: str, text: str, *, thread: str | None = None) -> bool:
    """Take in what Ava writes in a channel; True where it was taken for a reply."""
    ts = MessageTs(await harness.slack.say(AVA, channel, text, thread_ts=thread))
    reply = Reply(f"e{ts}", ChannelId(channel), MessageTs(thread) if thread else None, ts, AVA, (text,))
    taken = await harness.store.run(lambda tx: record_event(tx, reply))
    await pay(harness)
    return taken


async def test_whose_message_counts(harness: Harness) -> None:
    """At top level everything is a reply in the contact's own channel, and nothing is in any other."""
    made = await opened(harness)
    head = top(harness, made)[0]
    assert await say(harness, made.id, "Hello there")
    assert not await say(harness, made.id, "for colleagues", thread=head.ts)
    assert not await say(harness, CHANNEL, "nobody's business")
    assert harness.phone() == ["Hi", "Hello there"]
    last = f"{CHANNEL}:{harness.slack.channels[CHANNEL].messages[-1].ts}"
    assert not await harness.store.run(lambda tx: tx.inbox.was_seen(DedupScope.SLACK_MESSAGE, last))


async def test_a_post_whose_answer_is_lost(harness: Harness) -> None:
    """A text that stands in the channel though Slack's answer was lost is found there, and shown once."""
    made = await opened(harness)
    harness.slack.rules.drops["chat.postMessage"] = 1
    await harness.take_in(DANA, "in doubt")
    await harness.pay()
    for _ in range(6):
        await harness.look(2)
    assert [seen(one) for one in top(harness, made)].count("in doubt") == 1


async def test_a_post_that_is_absent(harness: Harness) -> None:
    """A text that Slack certainly did not show is shown again after a while."""
    made = await opened(harness)
    harness.slack.rules.errors["chat.postMessage"] = ["internal_error"]
    await harness.take_in(DANA, "not yet")
    await harness.pay()
    for _ in range(6):
        await harness.look(2)
    assert [seen(one) for one in top(harness, made)].count("not yet") == 1


async def test_the_header_is_deleted(harness: Harness) -> None:
    """Where somebody deletes the header, a reply is texted nevertheless, and the next text brings a new one."""
    made = await opened(harness)
    await harness.slack.delete(made.id, top(harness, made)[0].ts)
    await harness.store.run(lambda tx: tx.conversations.set_thread(DANAS, None))
    assert await say(harness, made.id, "Hello there")
    await harness.take_in(DANA, "And now?")
    await pay(harness)
    assert harness.phone() == ["Hi", "Hello there"]
    assert any("to text back" in seen(one) for one in top(harness, made) if not one.deleted)


async def test_archived_by_a_person(harness: Harness) -> None:
    """An archived channel closes its conversation, once for each time; another channel closes nothing."""
    made = await opened(harness)
    archived = Archiving("e1", ChannelId(made.id), BEN, harness.now)
    other = Archiving("e2", CHANNEL, BEN)
    assert await harness.store.run(lambda tx: record_event(tx, archived))
    assert not await harness.store.run(lambda tx: record_event(tx, other))
    await harness.hear("One more thing")
    assert not await harness.store.run(lambda tx: record_event(tx, archived))
    assert (await harness.store.run(lambda tx: tx.conversations.get(DANAS))).stage.value == "open"


async def change(
    harness: Harness, channel: Channel, event: str, *, is_undone: bool = False, ago_s: float = 0, who: UserId = AVA
) -> bool:
    """Have somebody archive a channel or undo it, and take in what Slack tells of it; True where something follows."""
    await (harness.slack.unarchive if is_undone else harness.slack.archive)(who, channel.id)
    at = add_seconds(harness.now, -ago_s)
    told = Archiving(event, ChannelId(channel.id), who, at, is_undone)
    taken = await harness.store.run(lambda tx: record_event(tx, told))
    await pay(harness)
    return taken


async def danas(harness: Harness) -> Conversation:
    """Read Dana's conversation."""
    return await harness.store.run(lambda tx: tx.conversations.get(DANAS))


async def test_archived_nobody_waits(harness: Harness) -> None:
    """Who waited for an answer does not once the channel is archived: no goal is missed and nobody is reminded."""
    made = await opened(harness)
    await harness.hear("Hello?")
    assert await harness.store.run(lambda tx: tx.waiting.get(DANAS)) is not None
    harness.wait(1)
    assert await change(harness, made, "e1")
    assert await harness.store.run(lambda tx: tx.waiting.get(DANAS)) is None


async def test_archived_before_the_last_text(harness: Harness) -> None:
    """A text that came after the archiving keeps its conversation open, although Slack tells of that late."""
    made = await opened(harness)
    await harness.hear("One more thing")
    assert not await change(harness, made, "e1", ago_s=60)
    assert (await danas(harness)).stage is Stage.OPEN


async def test_unarchived_by_a_person(harness: Harness) -> None:
    """A channel that a person unarchives has its conversation open again; the bot goes in and says so, once."""
    made = await opened(harness)
    assert await change(harness, made, "e1")
    assert (await danas(harness)).stage is Stage.CLOSED
    harness.wait(60)
    assert await change(harness, made, "e2", is_undone=True)
    assert made.is_member
    assert not await change(harness, made, "e2", is_undone=True)
    assert (await danas(harness)).stage is Stage.OPEN
    said = [seen(one) for one in top(harness, made)]
    assert sum("opened this channel again, so this conversation goes on here" in one for one in said) == 1
    assert await say(harness, made.id, "Where were we?")
    assert harness.phone() == ["Hi", "Where were we?"]


async def test_unarchivings_out_of_order(harness: Harness) -> None:
    """What was done last decides, in whatever order Slack tells of it."""
    made = await opened(harness)
    assert await change(harness, made, "e2", is_undone=True)
    assert not await change(harness, made, "e1", ago_s=60)
    assert (await danas(harness)).stage is not Stage.CLOSED


async def test_unarchived_after_it_was_left(harness: Harness) -> None:
    """A conversation that had left its archived channel goes on there once a person unarchives it."""
    made = await opened(harness)
    assert await change(harness, made, "e1")
    await harness.take_in(DANA, "One more thing")
    await pay(harness)
    await pay(harness)
    assert (await danas(harness)).channel == CHANNEL
    harness.wait(60)
    assert await change(harness, made, "e2", is_undone=True)
    await pay(harness)
    assert (await danas(harness)).channel == made.id
    assert any("opened this channel again" in seen(one) for one in top(harness, made))
    assert await say(harness, made.id, "Here I am")
    assert harness.phone() == ["Hi", "Here I am"]


async def test_unarchived_after_somebody_moved_it(harness: Harness) -> None:
    """A conversation that somebody has moved stays where it is when the channel is unarchived."""
    made = await opened(harness)
    await change(harness, made, "e1")
    await harness.take_in(DANA, "One more thing")
    await pay(harness)
    await pay(harness)
    harness.slack.add_channel("C0SALES", "sales")
    for channel in (ChannelId("C0SALES"), CHANNEL):
        await harness.store.run(partial(ask_to_move, conversation_id=DANAS, channel=channel, user=AVA))
        await pay(harness)
    harness.wait(60)
    assert not await change(harness, made, "e2", is_undone=True)
    await pay(harness)
    assert (await danas(harness)).channel == CHANNEL


async def test_unarchived_without_the_bot(harness: Harness) -> None:
    """Where Slack does not let the bot in, the conversation stays where it is, which says what to do."""
    made = await opened(harness)
    await change(harness, made, "e1")
    await harness.take_in(DANA, "One more thing")
    await pay(harness)
    await pay(harness)
    errors = {"conversations.join": ["missing_scope"], "conversations.unarchive": ["not_in_channel"]}
    harness.slack.rules.errors = errors
    harness.wait(60)
    assert await change(harness, made, "e2", is_undone=True)
    assert (await danas(harness)).channel == CHANNEL
    assert any("does not let the app in" in one for one in harness.lines())


async def test_unarchived_after_erasure(harness: Harness) -> None:
    """The channel of an erased person brings nothing back."""
    made = await opened(harness)
    await change(harness, made, "e1")
    await harness.store.run(lambda tx: begin_erasure(tx, DANA, BEN))
    await pay(harness)
    assert not await change(harness, made, "e2", is_undone=True)


async def test_erased_before_the_bot_goes_in(harness: Harness) -> None:
    """A conversation whose contact is erased while the bot goes into the channel stays closed."""
    made = await opened(harness)
    await change(harness, made, "e1")
    harness.wait(60)
    undone = Archiving("e2", ChannelId(made.id), AVA, harness.now, is_undone=True)
    assert await harness.store.run(lambda tx: record_event(tx, undone))
    await harness.store.run(lambda tx: begin_erasure(tx, DANA, BEN))
    await pay(harness)
    assert (await danas(harness)).stage is Stage.CLOSED


async def test_a_renamed_channel(harness: Harness) -> None:
    """The channel is known by its new id as well."""
    made = await opened(harness)
    await harness.slack.change_id(made.id, "C0OTHER")
    await harness.store.run(lambda tx: record_event(tx, Renaming("e", ChannelId("C0MADE2"), ChannelId("C0OTHER"))))
    assert await say(harness, "C0OTHER", "Hello there")
    assert harness.phone() == ["Hi", "Hello there"]


async def test_erased(harness: Harness) -> None:
    """The channel of an erased person loses name, topic and our posts; what is written there is texted to nobody."""
    made = await opened(harness)
    await harness.hear("My name is Dana")
    await say(harness, made.id, "Hello Dana")
    assert await harness.store.run(lambda tx: begin_erasure(tx, DANA, BEN)) is not None
    await pay(harness)
    assert (made.name, made.topic) == ("erased-1", "This contact was erased.")
    left = [seen(one) for one in top(harness, made) if not one.deleted]
    assert left[0].startswith("This person was erased")
    assert "Slack did not let the bot remove 2 posts of this app" in left[0]  # what Slack wrote about the topic
    assert "1 message that a colleague wrote" in left[0]
    assert left[1:] == ["This was erased."]
    assert not any("Dana" in one for one in left)
    await say(harness, made.id, "Still there?")
    assert harness.phone() == ["Hi", "Hello Dana"]
    kept = await harness.store.run(lambda tx: tx.own_channels.at(ChannelId(made.id)))
    assert kept is not None
    assert kept.name == "erased-1"
    assert await harness.store.run(lambda tx: ask_for_channel(tx, DANAS, AVA)) is Asked.ERASED


async def test_not_erased_while_it_may_be_made(harness: Harness) -> None:
    """Nobody is erased while Slack may have made a channel with their name that we do not know."""
    harness.slack.rules.drops["conversations.create"] = 1
    await harness.store.run(lambda tx: ask_for_channel(tx, DANAS, AVA))
    await harness.pay()
    assert await harness.store.run(lambda tx: begin_erasure(tx, DANA, BEN)) is None
    harness.wait(5)
    await pay(harness)
    assert await harness.store.run(lambda tx: begin_erasure(tx, DANA, BEN)) is not None
    await pay(harness)
    assert [one.name for one in harness.slack.channels.values() if one.creator] == ["erased-1"]


async def test_known_again_from_its_header(harness: Harness) -> None:
    """A restored database that knows nothing of the channel learns from its header whose it is."""
    made = await opened(harness)
    long_ago = datetime.fromtimestamp(0, UTC)
    page = await harness.workspace.read_posts(ThreadRef(ChannelId(made.id)), since=long_ago)
    head = next(one for one in page.found if OWN_STAMP in one.about)
    await harness.run_sql("DELETE FROM own_channel")
    await harness.store.run(lambda tx: adopt_header(tx, ChannelId(made.id), head))
    assert await say(harness, made.id, "Hello there")
    assert harness.phone() == ["Hi", "Hello there"]


async def test_a_thread_that_was_not_known(harness: Harness) -> None:
    """What colleagues wrote under the header of a channel that a restored database did not know stays inside."""
    made = await opened(harness)
    long_ago = datetime.fromtimestamp(0, UTC)
    page = await harness.workspace.read_posts(ThreadRef(ChannelId(made.id)), since=long_ago)
    head = next(one for one in page.found if OWN_STAMP in one.about)
    await harness.run_sql("DELETE FROM own_channel")
    await harness.run_sql("DELETE FROM thread WHERE channel <> 'C0SUPPORT'")
    ts = MessageTs(await harness.slack.say(AVA, made.id, "She is difficult", thread_ts=head.ts))
    reply = Reply("e", ChannelId(made.id), head.ts, ts, AVA, ("She is difficult",), is_under_ours=True)
    assert not await harness.store.run(lambda tx: record_event(tx, reply))
    await harness.store.run(lambda tx: adopt_header(tx, ChannelId(made.id), head))
    await pay(harness)
    assert harness.phone() == ["Hi"]
    assert await say(harness, made.id, "Hello there")
    assert harness.phone() == ["Hi", "Hello there"]


@pytest.mark.parametrize("code", ["restricted_action", "missing_scope", "invalid_name_specials", "what_is_this"])
async def test_refused(harness: Harness, code: str) -> None:
    """Whatever Slack refuses, the thread says so, nothing has changed, and it can be asked for again."""
    harness.slack.rules.errors["conversations.create"] = [code]
    await harness.store.run(lambda tx: ask_for_channel(tx, DANAS, AVA))
    await pay(harness)
    assert any("was not made" in one for one in harness.lines())
    assert not [one for one in harness.slack.channels.values() if one.creator]
    assert (await opened(harness)).name == "contact-0145"


async def test_no_name_is_left(harness: Harness) -> None:
    """Where every fitting name is taken, the thread says so."""
    for number in range(1, 10):
        name = "contact-0145" if number == 1 else f"contact-0145-{number}"
        harness.slack.add_channel(f"C0TAKEN{number}", name)
    await harness.store.run(lambda tx: ask_for_channel(tx, DANAS, AVA))
    for _ in range(5):
        await pay(harness)
        harness.wait(20)
    assert any("every name that fits this contact is taken" in one for one in harness.lines())
    assert await harness.store.run(lambda tx: tx.own_channels.unmade(DANAS)) is None


async def test_somebody_who_cannot_be_invited(harness: Harness) -> None:
    """The channel is made although Ava cannot be let in, and says so."""
    harness.slack.users[AVA].is_restricted = True
    made = await opened(harness)
    assert any("could not be invited: guests cannot be let in" in seen(one) for one in top(harness, made))


async def test_two_that_have_one_number_at_the_end(harness: Harness) -> None:
    """Two contacts never share a name, nor a channel."""
    await harness.hear_from(E164("+15555560145"), "Hello")
    made = await opened(harness)
    assert await harness.store.run(lambda tx: ask_for_channel(tx, ConversationId(2), BEN)) is Asked.IS_COMING
    await pay(harness)
    names = {one.name: one.id for one in harness.slack.channels.values() if one.creator}
    assert set(names) == {"contact-0145", "contact-0145-2"}
    assert made.id == names["contact-0145"]
    assert await say(harness, names["contact-0145-2"], "For the other")
    assert harness.phone() == ["Hi"]
    assert MARCO not in {one.contact for one in harness.volt.messages}


async def test_only_the_first_is_kept(harness: Harness) -> None:
    """A channel that is known is not given to another conversation by a header in it."""
    made = await opened(harness)
    await harness.hear_from(MARCO, "Hello")

    def unit(tx: Transaction) -> OwnChannel | None:
        know_own_channel(tx, tx.conversations.get(ConversationId(2)), ChannelId(made.id))
        return tx.own_channels.at(ChannelId(made.id))

    kept = await harness.store.run(unit)
    assert kept is not None
    assert kept.conversation_id == DANAS
