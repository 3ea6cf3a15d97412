"""From a phone into a thread: what a contact texts appears once, in order, unchanged, and nowhere else."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from bot.sandbox.slack.ui.typing import escape
from bot.sandbox.volt.model import VoltMessage
from bot.sandbox.volt.wire import envelope, received
from tests.harness.in_process import Relay
from tests.harness.posts import EMPTY, seen
from tests.harness.world import ACCOUNT, CHANNEL, DANA, MARCO

OTHER_ACCOUNT = "+15555550188"


def webhook(text: str | None, contact: str = DANA, to: str = ACCOUNT, **changes: Any) -> dict[str, Any]:
    """Make the envelope of message.received for a new text, with fields of its payload changed."""
    message = VoltMessage(to, contact, text or "", direction="inbound", status="received")
    return envelope(received(message) | {"text": text} | changes)


async def post(relay: Relay, body: dict[str, Any]) -> int:
    """Sign and post a webhook."""
    status, _, _ = await relay.volt.post(json.dumps(body).encode())
    return status


async def test_first_text_opens_a_thread_and_later_ones_go_under_it(relay: Relay) -> None:
    """A contact's first text opens a thread whose header names the number; later texts are replies in it."""
    assert (await relay.volt.text(DANA, "Hello")).status == 200
    await relay.shows(DANA, "Hello")
    assert (await relay.volt.text(DANA, "Is it ready?")).status == 200
    await relay.shows(DANA, "Hello", "Is it ready?")
    (header,) = relay.headers()
    assert seen(header).startswith("(555) 555-0145 · new contact")
    assert all(one.thread_ts == header.ts for one in relay.posts() if one is not header)


async def test_a_header_names_the_contact(relay: Relay) -> None:
    """A contact whom Volt knows by name is named in the header."""
    relay.volt.add_contact(DANA, "Dana Whitfield")
    await relay.open_thread()
    (header,) = relay.headers()
    assert seen(header).startswith("Dana Whitfield · (555) 555-0145")
    assert header.text == "Dana Whitfield · (555) 555-0145"


async def test_a_strange_name_neither_pings_nor_formats(relay: Relay) -> None:
    """A contact's name is shown as it is, whatever markup it is made of."""
    relay.volt.add_contact(DANA, "<!channel> *Dana* & <@U0AVA>")
    await relay.open_thread()
    (header,) = relay.headers()
    assert header.text == "&lt;!channel&gt; *Dana* &amp; &lt;@U0AVA&gt; · (555) 555-0145"
    assert seen(header).startswith("<!channel> *Dana* & <@U0AVA> · ")


async def test_twenty_contacts_interleaved(relay: Relay) -> None:
    """Texts of 20 contacts that arrive interleaved stand each in its own contact's thread, in order."""
    contacts = [f"+155555502{number:02d}" for number in range(20)]
    for turn in range(4):
        await asyncio.gather(*(relay.volt.text(contact, f"{contact[-2:]} says {turn}") for contact in contacts))
    wanted = {contact: [f"{contact[-2:]} says {turn}" for turn in range(4)] for contact in contacts}
    await relay.slack.until(lambda: sum(len(relay.texts(contact)) for contact in contacts) >= 80)
    assert {contact: relay.texts(contact) for contact in contacts} == wanted
    assert len(relay.headers()) == 20


async def test_concurrent_first_texts_share_one_thread(relay: Relay) -> None:
    """First texts of one contact that arrive at the same instant share one thread."""
    relay.slack.rules.delay_s = 0.1
    bodies = [webhook(f"text {number}") for number in range(5)]
    assert await asyncio.gather(*(post(relay, body) for body in bodies)) == [200] * 5
    await relay.slack.until(lambda: len(relay.texts()) >= 5)
    assert sorted(relay.texts()) == [f"text {number}" for number in range(5)]
    assert len(relay.headers()) == 1


async def test_texts_stand_in_the_order_the_carrier_took_them(relay: Relay) -> None:
    """Texts that arrive in the wrong order while Slack is slow are shown in the carrier's order."""
    await relay.open_thread()
    relay.slack.rules.down = True
    early = webhook("early", received_at="2026-01-01T10:00:00.000+00:00")
    late = webhook("late", received_at="2026-01-01T10:00:01.000+00:00")
    assert [await post(relay, late), await post(relay, early)] == [200, 200]
    await relay.slack.until(lambda: any(call.status == 503 for call in relay.slack.calls))
    relay.slack.rules.down = False
    await relay.volt.text(DANA, "last")
    await relay.slack.until(lambda: len(relay.texts()) == 4)
    assert set(relay.texts()) == {"Hello", "early", "late", "last"}
    assert relay.texts().index("early") < relay.texts().index("late")


async def test_a_text_without_text(relay: Relay) -> None:
    """A text that is null, empty or blank is shown as an empty one; nothing stumbles."""
    for text in (None, "", " \n "):
        assert await post(relay, webhook(text)) == 200
    await relay.volt.text(DANA, "after")
    await relay.shows(DANA, EMPTY, EMPTY, EMPTY, "after")


async def test_words_of_strangers_are_inert(relay: Relay) -> None:
    """What a contact texts can neither ping, link nor format: it is one plain text element, escaped elsewhere."""
    text = "<!channel> <!here> <@U0AVA> <#C0SUPPORT> @here *b* _i_ ~s~ `c` ```p``` :smile: > <http://a.b|bank> &lt;"
    await relay.volt.text(DANA, text)
    await relay.shows(DANA, text)
    (shown,) = relay.thread()
    (block,) = shown.blocks
    assert block["elements"] == [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}]
    assert shown.text == escape(text)


async def test_every_script_arrives_unchanged(relay: Relay) -> None:
    """Words in any script, emoji with joiners and skin tones included, are shown as they were texted."""
    text = "Grüße, 你好, مرحبا, שלום, नमस्ते 👩‍👩‍👧‍👦 👍🏽 🏴󠁧󠁢󠁳󠁣󠁴󠁿 e\u0301 \u200d\nnext line"
    await relay.volt.text(DANA, text)
    await relay.shows(DANA, text)


async def test_control_characters_are_left_out(relay: Relay) -> None:
    """Control and direction characters of a text are not passed on; the words are."""
    await relay.volt.text(DANA, "a\x00b\x07c \u202edesrever\u202c")
    await relay.shows(DANA, "abc desrever")


async def test_repeats_by_the_same_id(relay: Relay) -> None:
    """A webhook delivered again with the same id is answered 200 and shown once, also after a restart."""
    body = webhook("once")
    assert [await post(relay, body) for _ in range(3)] == [200] * 3
    await relay.shows(DANA, "once")
    await relay.restart()
    assert await post(relay, body) == 200
    relay.volt.rules.repeat_webhooks = 2
    await relay.volt.text(DANA, "after")
    await relay.shows(DANA, "after")
    await relay.volt.until(lambda: len(relay.volt.webhooks) == 3)
    relay.volt.rules.repeat_webhooks = 0
    await relay.volt.text(DANA, "last")
    await relay.shows(DANA, "once", "after", "last")
    assert relay.texts() == ["once", "after", "last"]


async def test_repeats_in_a_new_envelope(relay: Relay) -> None:
    """The same text in a new envelope is known again and shown once."""
    body = webhook("once")
    assert await post(relay, body) == 200
    for number in range(3):
        assert await post(relay, body | {"id": f"rfw_6962ccb5_{number:032x}"}) == 200
    await relay.volt.text(DANA, "after")
    await relay.shows(DANA, "after")
    assert relay.texts() == ["once", "after"]


async def test_equal_texts_both_appear(relay: Relay) -> None:
    """Equal texts with ids of their own both appear, however close together."""
    await asyncio.gather(*(post(relay, webhook("ok")) for _ in range(2)))
    await relay.volt.text(DANA, "ok")
    await relay.slack.until(lambda: len(relay.texts()) >= 3)
    await relay.volt.text(DANA, "after")
    await relay.shows(DANA, "after")
    assert relay.texts() == ["ok", "ok", "ok", "after"]


async def test_a_long_text_is_whole(relay: Relay) -> None:
    """A text as long as carriers take (1,600 characters, of any width) is shown whole."""
    for text in ("word " * 319 + "END", "🙂" * 1_600):
        await relay.volt.text(DANA, text)
        await relay.shows(DANA, text)


async def test_an_endless_text_says_that_it_was_cut(relay: Relay) -> None:
    """A text longer than Slack takes in one post is cut, with words that say so."""
    await relay.volt.text(DANA, "word " * 4_000)
    line = await relay.line("(cut, the whole text has 20,000 characters)")
    assert 11_900 < len(seen(line)) <= 12_000
    await relay.volt.text(DANA, "after")
    await relay.shows(DANA, "after")


async def test_a_burst_arrives_whole(relay: Relay) -> None:
    """A burst of 59 long texts, larger than any post may be, arrives whole and in order."""
    await relay.open_thread()
    texts = [f"{number:02d} " + "x" * 900 for number in range(59)]
    relay.slack.rules.delay_s = 0.02
    for text in texts:
        await relay.volt.text(DANA, text)
    await relay.shows(DANA, *texts, timeout_s=30)
    assert relay.texts() == ["Hello", *texts]


async def test_numbers_in_a_text_do_not_route(relay: Relay) -> None:
    """A number inside a text leads nobody anywhere: its owner's texts go to a thread of their own."""
    await relay.open_thread(DANA, "Please call Marco at +15555550146, or (555) 555-0146")
    await relay.volt.text(MARCO, "This is Marco")
    await relay.shows(MARCO, "This is Marco")
    assert relay.texts(DANA) == ["Please call Marco at +15555550146, or (555) 555-0146"]
    assert len(relay.headers()) == 2


async def test_another_account_number_has_conversations_of_its_own(relay: Relay) -> None:
    """A text to another number of the organization gets its own thread, and replies there leave from that number."""
    relay.volt.add_account(OTHER_ACCOUNT, "Sales")
    ours = await relay.open_thread(DANA, "to the first number")
    assert await post(relay, webhook("to the other number", to=OTHER_ACCOUNT)) == 200
    await relay.shows(DANA, "to the other number")
    first, other = relay.headers(DANA)
    assert "(555) 555-0188" in seen(other)
    assert "(555) 555-0188" not in seen(first)
    await relay.reply(other.ts, "from the other number")
    await relay.volt.until(lambda: len(relay.sends()) == 1)
    await relay.reply(ours, "from the first number")
    await relay.volt.until(lambda: len(relay.sends()) == 2)
    ways = [(send.variables["from"], send.variables["to"], send.variables["body"]) for send in relay.sends()]
    assert ways == [
        (OTHER_ACCOUNT, DANA, "from the other number"),
        (ACCOUNT, DANA, "from the first number"),
    ]


async def test_a_number_of_the_pool_belongs_to_the_account(relay: Relay) -> None:
    """Texts to a number of the account's pool are in the account's conversation, and replies leave from the account."""
    relay.volt.add_contact(DANA, "Dana Whitfield", mapped_number="+15555550177")
    assert (await relay.volt.text(DANA, "to the pool")).status == 200
    await relay.shows(DANA, "to the pool")
    assert (await relay.volt.text(DANA, "to the account", to=ACCOUNT)).status == 200
    await relay.shows(DANA, "to the pool", "to the account")
    (header,) = relay.headers()
    assert "(555) 555-0123" in seen(header)
    await relay.reply(header.ts, "answer")
    await relay.volt.until(lambda: len(relay.sends()) == 1)
    assert relay.sends()[0].variables["from"] == ACCOUNT


async def test_a_number_of_the_pool_is_remembered(relay: Relay) -> None:
    """A number of the pool that was seen before is known after a restart, also while Volt's API is down."""
    relay.volt.add_contact(DANA, "Dana Whitfield", mapped_number="+15555550177")
    await relay.open_thread(DANA, "to the pool")
    relay.volt.rules.down = True
    await relay.restart()
    assert (await relay.volt.text(DANA, "to the pool again")).status == 200
    await relay.shows(DANA, "to the pool", "to the pool again")
    assert len(relay.headers()) == 1


async def test_a_deleted_header_opens_a_new_thread(relay: Relay) -> None:
    """After somebody deleted a thread's header nothing is texted, and the next text opens a new thread that works."""
    old = await relay.open_thread()
    await relay.reply(old, "first answer")
    await relay.receives("first answer")
    await relay.slack.delete(CHANNEL, old)
    await relay.volt.text(DANA, "Anyone there?")
    await relay.slack.until(lambda: len(relay.headers(DANA)) == 1 and relay.headers(DANA)[0].ts != old)
    await relay.shows(DANA, "Anyone there?")
    await relay.reply(relay.headers(DANA)[0].ts, "Yes")
    await relay.receives("first answer", "Yes")


async def test_a_deleted_header_without_replies(relay: Relay) -> None:
    """A header that is deleted before anything stood under it is replaced by a new one, with the text."""
    answer = await relay.slack.command("U0AVA", CHANNEL, "/volt", "open (555) 555-0145")
    assert answer.status == 200
    await relay.slack.until(lambda: len(relay.headers(DANA)) == 1)
    await relay.slack.delete(CHANNEL, relay.headers(DANA)[0].ts)
    await relay.volt.text(DANA, "Hello")
    await relay.shows(DANA, "Hello")
    assert len(relay.headers(DANA)) == 1


async def test_a_header_deleted_while_texts_wait(relay: Relay) -> None:
    """Texts that wait while Slack is down and the header is deleted meanwhile appear under a new header."""
    old = await relay.open_thread()
    relay.slack.rules.down = True
    await relay.volt.text(DANA, "while down")
    await relay.slack.until(lambda: any(call.status == 503 for call in relay.slack.calls))
    await relay.slack.delete(CHANNEL, old)
    relay.slack.rules.down = False
    await relay.slack.until(lambda: [one.ts for one in relay.headers(DANA)] not in ([], [old]))
    await relay.shows(DANA, "while down")


async def test_a_restart_keeps_threads(relay: Relay) -> None:
    """After a restart on the same database later texts go under the same header."""
    await relay.open_thread()
    await relay.restart()
    await relay.volt.text(DANA, "again")
    await relay.shows(DANA, "Hello", "again")
    assert len(relay.headers()) == 1


async def test_a_text_while_the_bot_is_down(relay: Relay) -> None:
    """A text that Volt could not deliver while the bot was down is shown once it runs again."""
    await relay.open_thread()
    await relay.stop()
    texting = await relay.volt.text(DANA, "while you were out")
    assert texting.status == 0
    await relay.start()
    await relay.shows(DANA, "Hello", "while you were out")


async def test_unknown_events_are_taken_and_ignored(relay: Relay) -> None:
    """Kinds of events that are not acted on are answered 200, and nothing is posted for them."""
    for kind in ("call.initiated", "message.read", "message.queued", "", None):
        assert await post(relay, webhook("not a text", event_type=kind)) == 200
    assert await post(relay, {"type": "contact", "id": "rfw_1", "payload": {"event_type": "message.received"}}) == 200
    assert await post(relay, {"type": "test"}) == 200
    await relay.volt.text(MARCO, "a text")
    await relay.shows(MARCO, "a text")
    assert len(relay.headers()) == 1


async def test_a_name_that_volt_cannot_tell_holds_nothing_up(relay: Relay) -> None:
    """While Volt's API is down, texts are shown at once, under the number alone."""
    relay.volt.add_contact(DANA, "Dana Whitfield")
    relay.volt.rules.down = True
    await relay.open_thread()
    assert seen(relay.headers()[0]).startswith("(555) 555-0145")
