"""From a thread onto the phone: what an agent writes is texted exactly once, in order, and nothing else is."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.sandbox.slack.state.model import Message
from bot.sandbox.slack.state.wire import envelope, hidden_event, message_object
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO

LATE_EDIT = "This text had already been sent and cannot be changed on the phone. It says:"
LATE_DELETION = "A deleted message had already been sent. The phone still shows:"


async def nothing_but(relay: Relay, thread_ts: str, *texts: str) -> None:
    """Check that these texts and no others went out: one more reply goes through, and comes right after them."""
    await relay.reply(thread_ts, "that is all")
    await relay.receives(*texts, "that is all")


async def test_a_reply_is_one_create_message(relay: Relay) -> None:
    """A reply is exactly one createMessage, from the account number to the contact, with a key of printable ASCII."""
    thread = await relay.open_thread()
    await relay.reply(thread, "It is ready")
    await relay.reply(thread, "See you")
    await relay.receives("It is ready", "See you")
    first, second = (send.variables for send in relay.sends())
    assert (first["to"], first["from"], first["body"]) == (DANA, ACCOUNT, "It is ready")
    assert set(first) == {"to", "from", "body", "passthrough"}
    assert first["passthrough"] != second["passthrough"]
    assert re.fullmatch(r"[\x20-\x7e]{1,512}", first["passthrough"])


async def test_what_only_looks_different_goes_out_plain(relay: Relay) -> None:
    """Curly quotes, dashes and no-break spaces reach the phone in their plain form, so that one segment stays one."""
    thread = await relay.open_thread()
    await relay.reply(thread, "“See you” – at\u00a05…")
    await relay.receives('"See you" - at 5...')


async def test_five_redeliveries_send_once(relay: Relay) -> None:
    """An event delivered five more times, with a retry header and under new ids in turn, is one text."""
    thread = await relay.open_thread()
    relay.slack.rules.repeat_events = 5
    before = len(relay.slack.deliveries)
    await relay.reply(thread, "once")
    await relay.slack.until(lambda: len(relay.slack.deliveries) >= before + 6)
    relay.slack.rules.repeat_events = 0
    assert {delivery.status for delivery in relay.slack.deliveries} == {200}
    await nothing_but(relay, thread, "once")


async def test_redeliveries_after_a_restart(relay: Relay) -> None:
    """An event delivered again after a restart, under the same or a new id, sends nothing more."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "once")
    event = relay.event_of(ts)
    await relay.receives("once")
    assert await relay.slack.deliver(event) == 200
    await relay.restart()
    assert await relay.slack.deliver(event) == 200
    assert await relay.slack.deliver(relay.event_of(ts)) == 200
    await nothing_but(relay, thread, "once")


async def test_a_retry_of_an_event_that_was_lost_is_taken(relay: Relay) -> None:
    """An event whose first deliveries nobody took is sent when it comes with a retry header."""
    thread = await relay.open_thread()
    await relay.stop()
    await relay.reply(thread, "while you were out")
    await relay.start(catch_up_minutes=0)  # or the reply would be found before Slack brings it
    await relay.receives("while you were out")
    assert max(delivery.retry_num for delivery in relay.slack.deliveries) > 0


@pytest.mark.parametrize(
    "note", ["// not for Dana", "//note", "  // spaces first", "🔇 hush", ":mute: hush", "// <@U0BEN> look", "//"]
)
async def test_notes_stay_inside(relay: Relay, note: str) -> None:
    """What begins with // or 🔇 is never texted, and nothing is said about it."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, note)
    await nothing_but(relay, thread)
    assert relay.lines() == ["Hello"]
    assert relay.slack.find(CHANNEL, ts) is not None
    assert not relay.slack.find(CHANNEL, ts).reactions  # type: ignore[union-attr]


async def test_slashes_further_on_are_texted(relay: Relay) -> None:
    """// in the middle of a reply is text like any other."""
    thread = await relay.open_thread()
    await relay.reply(thread, "Open 9//17")
    await relay.receives("Open 9//17")


async def test_a_reply_of_another_company(relay: Relay) -> None:
    """What somebody of another company writes in a shared channel stays inside, edited or not; that is said once."""
    thread = await relay.open_thread()
    ours = relay.event_of(await relay.reply(thread, "first"), blocks=[], user=BEN)["event"]
    await relay.receives("first")
    for number, words in enumerate(("Shall I answer?", "Or you?")):
        written = ours | {"text": words, "ts": f"{thread[:-6]}{number:06}", "client_msg_id": f"c{number}"}
        edited = {"text": f"{words} Anybody?", "edited": {"user": BEN, "ts": f"{thread[:-6]}9{number:05}"}}
        change = {"type": "message", "subtype": "message_changed", "channel": CHANNEL, "ts": written["ts"]}
        for event in (
            written | {"user_team": "T0THEIRS"},
            change | {"message": written | edited, "previous_message": written},
        ):
            body = envelope(event) | {"is_ext_shared_channel": True}
            assert await relay.slack.deliver(body) == 200
    line = await relay.line(f"Not texted: <@{BEN}> is of another company")
    assert "Admins and owners of the workspace can allow that company in the Home of this app." in seen(line)
    await relay.reply(thread, "last")
    await relay.receives("first", "last")
    assert len([one for one in relay.lines() if "another company" in one]) == 1


async def test_a_leading_mention_stays_inside(relay: Relay) -> None:
    """A reply that begins with a mention is kept among the agents, and the thread says so."""
    thread = await relay.open_thread()
    await relay.reply(thread, "<@U0BEN> can you take this?")
    line = await relay.line("Kept in Slack, because it begins with a mention.")
    assert line.thread_ts == thread
    await nothing_but(relay, thread)


async def test_mentions_become_names(relay: Relay) -> None:
    """Mentions of people and channels are texted as names, links as URLs, emoji as characters."""
    thread = await relay.open_thread()
    await relay.reply(
        thread, "Ask <@U0BEN> in <#C0SUPPORT> :wave: or see <https://example.com/a|our page> &amp; 1 < 2 <!here>"
    )
    await relay.receives("Ask @Ben Okafor in #support 👋 or see our page (https://example.com/a) &amp; 1 < 2 @here")


def bot_post(fields: dict[str, Any]) -> dict[str, Any]:
    """Make the fields of a post by somebody else."""
    return {"user": "U0OTHER", "text": "from a machine", "blocks": [], "client_msg_id": ""} | fields


@pytest.mark.parametrize(
    "fields",
    [
        bot_post({"bot_id": "B0OTHER"}),
        bot_post({"bot_id": "B0OTHER", "app_id": "A0OTHER", "bot_profile": {"id": "B0OTHER"}}),
        bot_post({"app_id": "A0OTHER"}),
        bot_post({"subtype": "bot_message", "bot_id": "B0OTHER", "user": None}),
        bot_post({"subtype": "bot_message", "user": None, "username": "Zap"}),
        bot_post({"user": "USLACKBOT"}),
        bot_post({"user": None}),
        bot_post({"subtype": "channel_join"}),
        bot_post({"subtype": "channel_topic"}),
        bot_post({"subtype": "reminder_add"}),
        bot_post({"subtype": "huddle_thread"}),
        bot_post({"subtype": "assistant_app_thread"}),
        bot_post({"subtype": "message_replied"}),
        bot_post({"subtype": "something_new"}),
        bot_post({"subtype": 7}),
        bot_post({"thread_ts": None}),
        bot_post({"thread_ts": "1600000000.000100"}),
        bot_post({"thread_ts": 1600000000.0001}),
        bot_post({"channel": "C0ELSEWHERE"}),
        bot_post({"type": "reaction_added"}),
    ],
)
async def test_what_no_person_wrote_in_the_thread_is_not_texted(relay: Relay, fields: dict[str, Any]) -> None:
    """Posts of bots and apps, joins, unknown subtypes, and words outside a known thread are answered 200, not sent."""
    thread = await relay.open_thread()
    ts = relay.slack.next_ts()
    event = {"type": "message", "channel": CHANNEL, "ts": ts, "event_ts": ts, "thread_ts": thread} | fields
    assert await relay.slack.deliver(envelope({key: value for key, value in event.items() if value is not None})) == 200
    await nothing_but(relay, thread)


async def test_own_posts_are_not_texted(relay: Relay) -> None:
    """The bot's own posts come back as events and are never texted, whoever Slack says wrote them."""
    thread = await relay.open_thread()
    own = relay.thread()[0]
    assert await relay.slack.deliver(relay.event_of(own.ts)) == 200
    assert await relay.slack.deliver(relay.event_of(own.ts, bot_id=None, bot_profile=None)) == 200
    await nothing_but(relay, thread)


async def test_words_in_the_channel_are_not_texted(relay: Relay) -> None:
    """What people write in the channel itself, or under somebody's message, goes nowhere."""
    thread = await relay.open_thread()
    chat = await relay.slack.say(BEN, CHANNEL, "Lunch?")
    await relay.slack.say(AVA, CHANNEL, "Yes", thread_ts=chat)
    await nothing_but(relay, thread)


async def test_an_unfurl_is_no_edit(relay: Relay) -> None:
    """A message that Slack changes by itself (a link's preview) is neither sent again nor called edited."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "See https://example.com")
    await relay.receives("See https://example.com")
    message = relay.slack.find(CHANNEL, ts)
    assert message is not None
    before = message_object(message)
    after = before | {"attachments": [{"id": 1, "from_url": "https://example.com", "title": "Example"}]}
    change = hidden_event(
        relay.slack.channels[CHANNEL],
        "message_changed",
        relay.slack.next_ts(),
        message=after,
        previous_message=before,
    )
    assert await relay.slack.deliver(envelope(change)) == 200
    await nothing_but(relay, thread, "See https://example.com")
    assert not [line for line in relay.lines() if LATE_EDIT in line]


@pytest.mark.parametrize("subtype", ["thread_broadcast", "me_message"])
async def test_replies_in_other_forms_are_texted(relay: Relay, subtype: str) -> None:
    """A reply also sent to the channel, and /me, are replies."""
    thread = await relay.open_thread()
    await relay.reply(thread, "waves", subtype=subtype)
    await relay.receives("waves")


@pytest.mark.parametrize("text", ["", " ", "\u200b \u202e", "\ufe0f"])
async def test_a_reply_without_words(relay: Relay, text: str) -> None:
    """A reply in which nothing is left that a phone could show sends nothing, and the thread says so."""
    thread = await relay.open_thread()
    await relay.reply(thread, text, blocks=[])
    await relay.line("Nothing was sent: a phone cannot show this message, or a part of it.")
    await nothing_but(relay, thread)


async def test_a_long_reply_is_split_in_order(relay: Relay) -> None:
    """A reply longer than Volt takes goes out in numbered parts, in order, nothing lost between them."""
    thread = await relay.open_thread()
    words = " ".join(f"word{number:04d}" for number in range(600))
    await relay.reply(thread, words)
    await relay.agree()
    await relay.volt.until(lambda: len(relay.phone()) == 4)
    await relay.reply(thread, "after")
    await relay.volt.until(lambda: len(relay.phone()) == 5)
    *parts, after = relay.phone()
    assert after == "after"
    assert [part[:6] for part in parts] == ["(1/4) ", "(2/4) ", "(3/4) ", "(4/4) "]
    assert " ".join(part[6:] for part in parts) == words
    assert max(map(len, parts)) <= 1_600


async def test_an_edit_within_the_undo_window(relay: Relay) -> None:
    """A reply edited while it waits is sent once, as edited."""
    await relay.restart(undo_seconds=1)
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "Your order are ready")
    await relay.slack.edit(CHANNEL, ts, "Your order is ready")
    await relay.receives("Your order is ready")
    await nothing_but(relay, thread, "Your order is ready")
    assert relay.lines() == ["Hello"]


async def test_a_deletion_within_the_undo_window(relay: Relay) -> None:
    """A reply deleted while it waits is never sent, and nothing is said about it."""
    await relay.restart(undo_seconds=1)
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "Oh no")
    await relay.slack.delete(CHANNEL, ts)
    await nothing_but(relay, thread)
    assert relay.lines() == ["Hello"]


async def test_an_edit_into_a_note_within_the_undo_window(relay: Relay) -> None:
    """A reply made a note while it waits stays inside, like any note: unmarked, and nothing is said about it."""
    await relay.restart(undo_seconds=1)
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "Tell them no")
    await relay.slack.edit(CHANNEL, ts, "// Tell them no")
    await nothing_but(relay, thread)
    await relay.marked(ts)
    await relay.volt.text(DANA, "after")
    await relay.shows(DANA, "Hello", "after")
    assert relay.lines() == ["Hello", "after"]


async def test_an_edit_into_a_mention_within_the_undo_window(relay: Relay) -> None:
    """A reply that begins with a mention once edited stays inside."""
    await relay.restart(undo_seconds=1)
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "can you take this?")
    await relay.slack.edit(CHANNEL, ts, "<@U0BEN> can you take this?")
    await nothing_but(relay, thread)


async def test_a_note_edited_into_a_reply(relay: Relay) -> None:
    """A note whose // is taken away is no reply that anybody sent knowingly: it stays inside."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "// only for us")
    await relay.slack.edit(CHANNEL, ts, "only for us")
    await nothing_but(relay, thread)


async def test_replies_that_arrive_in_the_wrong_order(relay: Relay) -> None:
    """Events that Slack delivers in the wrong order within the undo window are texted in the order of writing."""
    await relay.restart(undo_seconds=1)
    thread = await relay.open_thread()
    written = [Message(CHANNEL, relay.slack.next_ts(), text, user=AVA, thread_ts=thread) for text in ("one", "two")]
    for message in reversed(written):
        event = {"channel": CHANNEL, "event_ts": message.ts} | message_object(message)
        assert await relay.slack.deliver(envelope(event)) == 200
    await relay.receives("one", "two")


async def test_a_late_edit_is_said(relay: Relay) -> None:
    """An edit after sending changes nothing on the phone; the thread says so, with what the phone shows."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "Come at 5")
    await relay.receives("Come at 5")
    await relay.slack.edit(CHANNEL, ts, "Come at 6")
    line = await relay.line(LATE_EDIT)
    assert seen(line) == f"{LATE_EDIT}\nCome at 5\n[Send a correction]"
    await nothing_but(relay, thread, "Come at 5")


async def test_a_correction_is_sent_once(relay: Relay) -> None:
    """The correction button texts the edited words, once however often it is pressed, and is gone afterwards."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "Come at 5")
    await relay.receives("Come at 5")
    await relay.slack.edit(CHANNEL, ts, "Come at 6")
    line = await relay.line("[Send a correction]")
    payload = await relay.slack.press(BEN, CHANNEL, line.ts, "send_correction")
    assert payload.status == 200
    await relay.receives("Come at 5", "Come at 6")
    await relay.slack.until(lambda: "[Send a correction]" not in seen(line))
    await nothing_but(relay, thread, "Come at 5", "Come at 6")


async def test_a_late_deletion_is_said(relay: Relay) -> None:
    """A deletion after sending is said in the thread, with what the phone still shows."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "Come at 5")
    await relay.receives("Come at 5")
    await relay.slack.delete(CHANNEL, ts)
    line = await relay.line(LATE_DELETION)
    assert seen(line) == f"{LATE_DELETION}\nCome at 5"
    await nothing_but(relay, thread, "Come at 5")


async def test_a_deleted_reply_has_no_mark_to_keep(relay: Relay) -> None:
    """What happens to a sent text after its message was deleted is said in the thread, once, and warns nobody."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "Come at 5")
    (text,) = await relay.receives("Come at 5")
    await relay.marked(ts, "outbox_tray")
    await relay.slack.delete(CHANNEL, ts)
    await relay.line(LATE_DELETION)
    await relay.volt.receipt(text, "delivered")
    await relay.line("Delivered")
    await nothing_but(relay, thread, "Come at 5")
    assert sum(LATE_DELETION in line for line in relay.lines()) == 1
    assert "warning" not in relay.log
    assert "set_aside" not in relay.log


async def test_a_mark_on_a_message_that_is_gone_warns_nobody(relay: Relay) -> None:
    """A message that was deleted without our being told takes no mark, and that is no fault of anybody."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "Come at 5")
    (text,) = await relay.receives("Come at 5")
    await relay.marked(ts, "outbox_tray")
    channel = relay.slack.channels[CHANNEL]
    channel.messages[:] = [one for one in channel.messages if one.ts != ts]
    await relay.volt.receipt(text, "delivered")
    await relay.line("Delivered")
    await relay.slack.until(lambda: any(call.answer.get("error") == "message_not_found" for call in relay.slack.calls))
    await nothing_but(relay, thread, "Come at 5")
    assert "set_aside" not in relay.log


async def test_somebody_elses_edit_event_is_not_taken(relay: Relay) -> None:
    """A change to a message that is no reply of ours is ignored."""
    thread = await relay.open_thread()
    chat = await relay.slack.say(BEN, CHANNEL, "Lunch?")
    await relay.slack.edit(CHANNEL, chat, "Dinner?")
    await relay.slack.delete(CHANNEL, chat)
    await nothing_but(relay, thread)
    assert relay.lines() == ["Hello"]


async def test_a_reply_before_the_bot_knows_its_header(relay: Relay) -> None:
    """A reply written under a header whose ts the bot has not been told yet is sent all the same."""
    answers: list[str] = []

    def answer_at_once(kind: str, thing: object) -> None:
        if kind == "message" and isinstance(thing, Message) and thing.bot_id and not thing.is_reply and not answers:
            answers.append(thing.ts)
            relay.slack.server.spawn(relay.reply(thing.ts, "that was quick"))

    relay.slack.listeners.append(answer_at_once)
    relay.slack.rules.drop_answers = 1
    await relay.volt.text(DANA, "Hello")
    await relay.receives("that was quick")
    await relay.shows(DANA, "Hello")
    await nothing_but(relay, answers[0], "that was quick")
    assert len(relay.headers()) == 1


async def test_replies_of_two_agents_keep_their_order(relay: Relay) -> None:
    """Replies of two agents who write in turn reach the phone in the order of writing."""
    thread = await relay.open_thread()
    texts = [f"reply {number}" for number in range(12)]
    for number, text in enumerate(texts):
        await relay.reply(thread, text, (AVA, BEN)[number % 2])
    await relay.receives(*texts)


async def test_equal_replies_both_go(relay: Relay) -> None:
    """Equal replies are different texts: both are sent."""
    thread = await relay.open_thread()
    for _ in range(3):
        await relay.reply(thread, "ok")
    await relay.receives("ok", "ok", "ok")


async def test_one_gesture_under_two_ts_is_one_text(relay: Relay) -> None:
    """A message that Slack's client posted twice (same client_msg_id, new ts) is one text."""
    thread = await relay.open_thread()
    await relay.reply(thread, "once", client_msg_id="6f1d4b1e-0000-4000-8000-000000000001")
    await relay.reply(thread, "once", client_msg_id="6f1d4b1e-0000-4000-8000-000000000001")
    await nothing_but(relay, thread, "once")


async def test_replies_go_to_their_own_contact(relay: Relay) -> None:
    """Replies in two threads reach each the contact of its thread, whatever numbers they mention."""
    dana, marco = await relay.open_thread(DANA), await relay.open_thread(MARCO)
    await relay.reply(dana, f"for Dana, not for {MARCO}")
    await relay.reply(marco, f"for Marco, not for {DANA}")
    await relay.receives(f"for Dana, not for {MARCO}", contact=DANA)
    await relay.receives(f"for Marco, not for {DANA}", contact=MARCO)


async def test_a_reply_in_a_own_place(relay: Relay) -> None:
    """A reply in a thread whose header was deleted still reaches its contact."""
    old = await relay.open_thread()
    await relay.slack.delete(CHANNEL, old)
    await relay.reply(old, "still here")
    await relay.receives("still here")


async def test_a_reply_that_waits_is_sent_after_a_restart(relay: Relay) -> None:
    """A reply that waits in its undo window when the bot stops is sent once after the restart."""
    await relay.restart(undo_seconds=2)
    thread = await relay.open_thread()
    await relay.reply(thread, "waiting")
    await relay.stop()
    assert relay.phone() == []
    await relay.start()
    await relay.receives("waiting")
    await nothing_but(relay, thread, "waiting")
