"""Approved templates: sent through the outbox as they are, exactly once, whether the window is open or shut."""

from __future__ import annotations

from bot.bridge.erasure import begin_erasure
from bot.bridge.messages.actions import send_again
from bot.bridge.messages.send import SendRequest, record_send
from bot.domain.approved_templates import FilledTemplate, filled
from bot.domain.ids import ConversationId, UserId
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA, MARCO
from tests.window.conftest import Bridge
from tests.window.server import Taken
from tests.window.test_held import shut

BODY = "Dear {{1}}, your order {{2}} comes at {{3}}."
PARAMS = ("Dana & Co", "17", "9:30 & not later")
WORDS = "Dear Dana & Co, your order 17 comes at 9:30 & not later."
TEMPLATE = FilledTemplate("32", PARAMS, "image", "https://example.com/approved.png")


async def send(bridge: Bridge, trigger: str = "t1", author: UserId = AVA) -> None:
    """Send a template, as its form does."""
    request = SendRequest(trigger, ACCOUNT, DANA, author)
    pieces = (filled(BODY, PARAMS),)
    await bridge.store.run(lambda tx: record_send(tx, request, pieces, channel=CHANNEL, template=TEMPLATE))
    await bridge.pay()


async def test_a_template_leaves_while_the_window_is_shut(bridge: Bridge) -> None:
    """It leaves with its id, its blanks and its picture; the words are shown in the thread as the phone has them."""
    await shut(bridge)
    await send(bridge)
    assert bridge.carrier.taken == [Taken(DANA, WORDS, "32", PARAMS, ("https://example.com/approved.png",))]
    assert any(f"<@{AVA}> sent a template:" in line and WORDS in line for line in bridge.lines())


async def test_one_form_sends_one_template(bridge: Bridge) -> None:
    """A form that is submitted twice sends once."""
    await send(bridge)
    await send(bridge)
    assert len(bridge.carrier.taken) == 1


async def test_a_held_reply_stays_held_beside_it(bridge: Bridge) -> None:
    """A template opens no window: what is held waits on, and is not said to be overtaken."""
    await shut(bridge)
    await bridge.answer("Are you there?")
    await send(bridge)
    assert bridge.phone() == [WORDS]
    assert len(bridge.held()) == 1


async def test_a_lost_answer_sends_no_second_one(bridge: Bridge) -> None:
    """A template whose answer is lost is not sent again by itself; people decide where nothing can be looked up."""
    bridge.carrier.is_mute = True
    await send(bridge)
    bridge.carrier.is_mute = False
    for _ in range(4):
        await bridge.look(400)
    assert bridge.phone() == [WORDS]
    assert any("We could not find out whether this text went out." in line for line in bridge.lines())


async def test_a_template_to_who_opted_out_is_held(bridge: Bridge) -> None:
    """Whoever wants no more texts gets no template either."""
    await bridge.hear("STOP")
    await send(bridge)
    assert bridge.phone() == []
    assert any("has opted out. Only they can undo that" in line for line in bridge.lines())


def test_blanks_are_filled_in_by_number() -> None:
    """Blanks stand for what is filled in by their number; white space collapses, and an empty one shows as told."""
    assert filled("{{2}} {{1}} {{ 2 }}", ("a", " b \n c ")) == "b c a b c"
    assert filled("{{1}} {{2}}", ("a",), empty="…") == "a …"
    assert filled("{{1}} {{0}} {{x}}", ("{{2}}", "no")) == "{{2}} {{0}} {{x}}"


async def test_a_number_that_is_erased_is_in_no_blank(bridge: Bridge) -> None:
    """What was filled into the blanks of another contact's template names an erased person no more."""
    request = SendRequest("t1", ACCOUNT, DANA, AVA)
    words, named = f"Ask {MARCO} about it", FilledTemplate("32", (MARCO,))
    await bridge.store.run(lambda tx: record_send(tx, request, (words,), channel=CHANNEL, template=named))
    await bridge.pay()
    await bridge.store.run(lambda tx: begin_erasure(tx, MARCO, AVA))
    (text,) = [one for one in await bridge.store.run(lambda tx: tx.messages.recent(ConversationId(1))) if one.template]
    assert text.template is not None
    assert (text.body, text.template.params) == ("Ask … about it", ("…",))


async def test_a_failed_template_is_sent_again_as_it_was(bridge: Bridge) -> None:
    """Send again makes the same template once more, with what was filled in, also while the window is shut."""
    await shut(bridge)
    bridge.carrier.is_mute = True
    await send(bridge)
    bridge.carrier.is_mute = False
    await bridge.look(6)
    await bridge.look(700)
    await bridge.look(700)
    line = next(one for one in bridge.posts() if "[It arrived]" in seen(one))
    assert await bridge.press(send_again, line, AVA)
    assert [(text.template, text.params) for text in bridge.carrier.taken] == [("32", PARAMS)] * 2
