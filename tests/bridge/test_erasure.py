"""Erasure of a person: nothing of them is left in the files, and their threads in Slack say so."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from bot.bridge.conversations.settings import save_template
from bot.bridge.conversations.state import set_mode
from bot.bridge.conversations.tags import add_rule, change_tags, put_tags, team_tags
from bot.bridge.erasure import begin_erasure, erased_at, go_on_erasing
from bot.bridge.inbox.processor import process_inbox, store_events
from bot.bridge.messages.receipts import record_receipt
from bot.bridge.messages.send import SendRequest, record_send
from bot.bridge.slack_events import record_event
from bot.domain.contact_channels import CONTACT_CHANNELS, read_channels, written_channels
from bot.domain.conversation import Mode
from bot.domain.delivery import DeliveryStatus
from bot.domain.erasure import ErasureResult
from bot.domain.ids import ConversationId, MessageTs, UserId
from bot.domain.message import Inbound, Receipt
from bot.domain.sender import sender_of
from bot.domain.tags import RuleKind
from bot.domain.thread_events import Edit, Reply
from bot.domain.timestamps import from_micros
from bot.ports.storage import Transaction
from bot.sandbox.volt.model import VoltMessage
from bot.store.sqlite.operations import SqliteOperations
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.stored_bytes import stored_bytes
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA, MARCO

NAME = "Dana Whitfield"
OPERATOR = UserId("root")


async def erase(harness: Harness) -> ErasureResult:
    """Erase Dana as the running bot does, and make every call that follows."""
    result = await harness.store.run(lambda tx: begin_erasure(tx, DANA, OPERATOR))
    assert result is not None
    while await harness.store.run(go_on_erasing):
        pass
    await harness.store.run(lambda tx: tx.erasure.tidy(begins=True))
    while not await harness.store.run(lambda tx: tx.erasure.tidy(begins=False)):
        pass
    for _ in range(9):
        await harness.pay()
        harness.wait(2)
    return result


async def talk(harness: Harness) -> str:
    """Let Dana and the team talk, in every way that leaves something; return the thread."""
    harness.volt.add_contact(DANA, NAME)
    for text in ("my zebrafish is ill", "zebrafish food please"):
        await harness.hear_from(DANA, text)
    header = next(post.ts for post in harness.posts() if not post.is_reply)
    for number, text in enumerate(("Hello Dana, quokka", "about your quokka")):
        ts = MessageTs(await harness.slack.say(AVA, CHANNEL, text, thread_ts=header))
        reply = Reply(f"e{number}", CHANNEL, MessageTs(header), ts, AVA, (text,))
        await harness.store.run(partial(record_event, event=reply))
        await harness.pay()
    edit = Edit("x", CHANNEL, ts, MessageTs(f"{int(ts.split('.')[0]) + 5}.000100"), ("your okapi",), AVA)
    await harness.store.run(partial(record_event, event=replace(edit, thread_ts=MessageTs(header))))
    request = SendRequest("trigger", ACCOUNT, DANA, AVA)
    await harness.store.run(lambda tx: record_send(tx, request, ("a wombat for you",), channel=CHANNEL))
    for _ in range(9):
        await harness.pay()
        harness.wait(2)
    return header


WORDS = (b"zebrafish", b"quokka", b"okapi", b"wombat", NAME.encode(), b"Whitfield", b"5555550145", b"hitf")


@pytest.mark.on_file
async def test_nothing_is_left(harness: Harness) -> None:
    """The digits, the texts and the names occur nowhere in the bytes of database, log and backup, nor in Slack."""
    header = await talk(harness)
    assert b"zebrafish" in stored_bytes(harness.database)
    result = await erase(harness)
    assert (result.conversations, result.own) == (1, 3)
    stored = stored_bytes(harness.database)
    assert [word for word in WORDS if word in stored] == []
    left = [one for one in harness.slack.thread(CHANNEL, header) if not one.deleted]
    assert [one.text for one in left if not one.bot_id] == ["Hi", "Hello Dana, quokka", "about your quokka"]
    assert {one.text for one in left[1:] if one.bot_id} == {"This was erased."}  # Slack does not let us delete those
    assert "This person was erased" in seen(left[0])
    assert "3 messages that colleagues wrote" in seen(left[0])
    assert "0145" not in str(left[0])
    assert SqliteOperations(harness.database).check_audit(None)[0] == []


@pytest.mark.on_file
async def test_the_channel_of_a_contact(harness: Harness) -> None:
    """By which channel of a provider the person was reached is erased, too, and others keep theirs."""
    stored = written_channels({ACCOUNT: {DANA: "okapi-7", MARCO: "another"}})
    await harness.store.run(lambda tx: tx.settings.set_value(CONTACT_CHANNELS, stored))
    await harness.hear_from(DANA, "zebrafish")
    await erase(harness)
    left = await harness.store.run(lambda tx: tx.settings.value(CONTACT_CHANNELS))
    assert read_channels(left) == {ACCOUNT: {MARCO: "another"}}
    assert b"okapi-7" not in stored_bytes(harness.database)


@pytest.mark.on_file
async def test_a_later_text_begins_anew(harness: Harness) -> None:
    """A later text of the same number opens a new thread; what is written in the old one is texted to nobody."""
    header = await talk(harness)
    await erase(harness)
    before = len(harness.phone())
    await harness.hear_from(DANA, "Hello again")
    assert sum(not post.is_reply and not post.deleted for post in harness.posts()) == 2
    reply = Reply("late", CHANNEL, MessageTs(header), MessageTs("1900000000.000100"), AVA, ("into the void",))
    await harness.store.run(partial(record_event, event=reply))
    await harness.pay()
    assert len(harness.phone()) == before
    assert b"into the void" not in stored_bytes(harness.database)


async def test_what_slack_does_not_let_us_remove(harness: Harness) -> None:
    """A post that cannot be deleted is overwritten; one that cannot even be overwritten is counted in the header."""
    header = await talk(harness)
    harness.slack.rules.errors = {"chat.update": ["edit_window_closed"] * 2}
    await erase(harness)
    left = [one for one in harness.slack.thread(CHANNEL, header) if not one.deleted and one.bot_id]
    assert "This was erased." in [seen(one) for one in left]
    assert "did not let the bot remove 1 post" in seen(left[0])


async def test_a_header_that_cannot_be_overwritten(harness: Harness) -> None:
    """Where Slack does not let us change the header, a line in the thread says that this person was erased."""
    header = await talk(harness)
    posts = sum(one.bot_id is not None for one in harness.slack.thread(CHANNEL, header))
    harness.slack.rules.errors = {"chat.update": ["edit_window_closed"] * 9}
    await erase(harness)
    last = harness.slack.thread(CHANNEL, header)[-1]
    assert "This person was erased" in seen(last)
    assert f"did not let the bot remove {posts - 1} post" in seen(last) or "posts of this app" in seen(last)


async def test_slack_is_asked_again(harness: Harness) -> None:
    """Where Slack is down or asks to slow down, the thread is erased later."""
    header = await talk(harness)
    harness.slack.rules.down = True
    await erase(harness)
    harness.slack.rules.down = False
    harness.slack.rules.errors = {"chat.delete": ["ratelimited"]}
    for _ in range(9):
        harness.wait(60)
        await harness.pay()
    left = [one for one in harness.slack.thread(CHANNEL, header) if not one.deleted]
    assert {one.text for one in left[1:] if one.bot_id} == {"This was erased."}
    assert "This person was erased" in seen(left[0])


@pytest.mark.on_file
async def test_others_keep_theirs(harness: Harness) -> None:
    """Texts of others stay, without the number where they name it; so do templates; questions about it go."""
    await harness.hear_from(MARCO, "Call (555) 555-0145 or +15555550145 about the lynx")
    await harness.store.run(lambda tx: save_template(tx, None, "call", "Call 5555550145", AVA))
    await talk(harness)
    await erase(harness)
    stored = stored_bytes(harness.database)
    assert b"555-0145" not in stored
    assert b"5555550145" not in stored
    assert b"about the lynx" in stored


@pytest.mark.parametrize(
    ("name", "left", "left_rules"),
    [
        ("Dana Whitfield", {"berlin", "dana", "vip", "where"}, ["berlin", "dana"]),
        ("Berlin", {"berlin", "dana", "dana-whitfield", "vip", "where"}, ["berlin", "dana", "dana whitfield"]),
        ("Dana", {"berlin", "dana-whitfield", "vip", "where"}, ["berlin", "dana", "dana whitfield"]),
        ("Where", {"berlin", "dana", "dana-whitfield", "vip", "where"}, ["berlin", "dana", "dana whitfield"]),
    ],
)
async def test_tags_that_name_the_person(harness: Harness, name: str, left: set[str], left_rules: list[str]) -> None:
    """A whole name goes from all tags; a single word, which may be a town's, stays where others use it."""
    for contact in (DANA, MARCO):
        await harness.hear_from(contact, "Hello")

    def put(tx: Transaction) -> None:
        hers, other = (tx.conversations.with_contact(contact)[0] for contact in (DANA, MARCO))
        tx.conversations.save(replace(hers, name=name))
        change_tags(tx, hers.id, ("berlin", "dana", "vip", "dana-whitfield"), (), AVA)
        change_tags(tx, other.id, ("berlin", "vip", "dana-whitfield"), (), AVA)
        add_rule(tx, "where", RuleKind.KEYWORD, "berlin", AVA)
        for word in ("dana", "dana whitfield"):
            add_rule(tx, "vip", RuleKind.KEYWORD, word, AVA)

    await harness.store.run(put)
    await harness.pay()
    await erase(harness)
    team = await harness.store.run(team_tags)
    assert {tag for tag, _ in team.counts} == left
    assert [rule.subject for rule in team.rules] == left_rules


async def test_headers_of_others_lose_the_tag(harness: Harness) -> None:
    """A tag that names the person is gone from what the threads of others show, too."""
    for contact in (DANA, MARCO):
        await harness.hear_from(contact, "Hello")

    def put(tx: Transaction) -> None:
        hers, other = (tx.conversations.with_contact(contact)[0] for contact in (DANA, MARCO))
        tx.conversations.save(replace(hers, name=NAME))
        put_tags(tx, other.id, ("dana-whitfield", "vip"), AVA)

    await harness.store.run(put)
    await harness.pay()
    assert "dana-whitfield" in str(harness.posts())
    await erase(harness)
    assert "Tag: vip" in str(harness.posts())
    assert "dana-whitfield" not in str(harness.posts())


@pytest.mark.on_file
async def test_what_others_wait_for(harness: Harness) -> None:
    """Drafts and templates of others lose the number however it is written."""
    await harness.hear_from(MARCO, "Hi")
    marco = (await harness.store.run(lambda tx: tx.conversations.with_contact(MARCO)))[0]
    await harness.store.run(lambda tx: set_mode(tx, marco.id, Mode.CONFIRM, AVA))
    header = [post.ts for post in harness.posts() if not post.is_reply][-1]
    await harness.answer("Call (555) 555-0145 about the lynx", header)
    await harness.store.run(lambda tx: save_template(tx, None, "call", "Call 555.555.0145, the puma", AVA))
    await erase(harness)
    stored = stored_bytes(harness.database)
    assert [word for word in (b"555-0145", b"555.0145") if word in stored] == []
    assert [word for word in (b"about the lynx", b"the puma") if word not in stored] == []


async def test_events_that_are_not_processed_yet(harness: Harness) -> None:
    """A text that was taken in and not processed yet is removed where it is theirs; others' are shown all the same."""
    at = from_micros(harness.now)
    texts = ((DANA, "my zebrafish"), (MARCO, "Call (555) 555-0145 or +15555550145 about the lynx"))
    events = [Inbound(text[:2], text[:2], ACCOUNT, contact, text, (), at) for contact, text in texts]
    await harness.store.run(lambda tx: store_events(tx, events))
    await erase(harness)
    await harness.store.run(lambda tx: process_inbox(tx, channel=CHANNEL))
    await harness.pay()
    assert harness.lines()[-1] == "Call (… or … about the lynx"
    stored = stored_bytes(harness.database)
    assert [word for word in (b"zebrafish", b"5555550145", b"555-0145") if word in stored] == []


@pytest.mark.on_file
async def test_a_call_under_way(harness: Harness) -> None:
    """While a call about the person is under way the erasure waits, and nothing new of theirs begins."""
    await talk(harness)
    await harness.take_in(DANA, "one more")
    claimed = await harness.claim()
    assert claimed
    assert await harness.store.run(lambda tx: begin_erasure(tx, DANA, OPERATOR)) is None
    for attempt in claimed:
        await harness.caller.perform(attempt)
    await erase(harness)
    assert b"one more" not in stored_bytes(harness.database)


@pytest.mark.on_file
async def test_a_late_report(harness: Harness) -> None:
    """A report of the carrier about a text that was erased since brings nothing of it back."""
    sent = VoltMessage(DANA, ACCOUNT, "a numbat from elsewhere", direction="outbound", status="sent")
    at = from_micros(harness.now)
    told = Receipt("r1", DeliveryStatus.SENT, ACCOUNT, DANA, at, provider_id=sent.id, text=sent.body)
    await harness.store.run(lambda tx: record_receipt(tx, told, channel=CHANNEL))
    await harness.pay()
    assert b"numbat" in stored_bytes(harness.database)
    await erase(harness)
    late = replace(told, event_id="r2", status=DeliveryStatus.DELIVERED)
    await harness.store.run(lambda tx: record_receipt(tx, late, channel=CHANNEL))
    assert b"numbat" not in stored_bytes(harness.database)


async def test_the_record_does_not_bring_it_back(harness: Harness) -> None:
    """When a number was erased is known for a week, by a hash; of other numbers nothing is known."""
    await talk(harness)
    await erase(harness)
    assert await harness.store.run(lambda tx: erased_at(tx, DANA)) is not None
    assert await harness.store.run(lambda tx: erased_at(tx, MARCO)) is None


@pytest.mark.on_file
async def test_a_sender_who_calls_themselves_erased(harness: Harness) -> None:
    """Whatever name a sender has, none of their texts is taken for one of an erased person."""
    await harness.hear("Hello")
    for name in ("erased 1", "erased  1"):
        await harness.hear_from(sender_of(name), "my lynx")
    await erase(harness)
    assert stored_bytes(harness.database).count(b"my lynx") >= 2
    dana, other = await harness.store.run(lambda tx: [tx.conversations.get(ConversationId(own)) for own in (1, 2)])
    assert (dana.is_erased, other.is_erased) == (True, False)
