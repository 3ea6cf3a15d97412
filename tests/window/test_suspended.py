"""Texts that wait while a number with a window is connected no more, and are asked about once it is again."""

from __future__ import annotations

from functools import partial

from bot.bridge.messages.actions import approve, send_again
from bot.bridge.recovery.suspended import resume, suspend
from bot.domain.ids import MessageKey
from tests.harness.posts import seen
from tests.harness.world import AVA
from tests.window.conftest import Bridge
from tests.window.test_held import _leave_unshown, _send, line_about


async def test_a_text_that_is_sent_again_keeps_its_words(bridge: Bridge) -> None:
    """A text that a person had sent again and that waits then is asked about in its words, and looked up first."""
    bridge.carrier.is_mute = True
    await bridge.answer("It is ready")
    bridge.carrier.is_mute = False
    await _ask(bridge)
    line = next(one for one in bridge.posts() if "[It arrived]" in seen(one))
    key = next(
        MessageKey(one["value"]) for block in line.blocks if block["type"] == "actions" for one in block["elements"]
    )
    await bridge.store.run(partial(send_again, key=key, author=AVA))
    await _go_without(bridge)
    await bridge.decide(approve, line_about(bridge, "It is ready"))
    assert bridge.phone() == ["It is ready"]  # the one whose answer was lost
    await _ask(bridge)
    line = next(one for one in bridge.posts() if "[It arrived]" in seen(one))
    await bridge.press(send_again, line, AVA)
    assert bridge.phone() == ["It is ready", "It is ready"]


async def test_the_rest_of_a_text_by_command_goes_on(bridge: Bridge) -> None:
    """Where the beginning of a text by command has left, the rest leaves as that of a reply does, in its words."""
    await _send(bridge, "word " * 30)
    for attempt in await _leave_unshown(bridge, 2):
        await bridge.caller.perform(attempt)
    await _go_without(bridge)
    assert [text[:5] for text in bridge.phone()] == ["(1/3)", "(2/3)", "(3/3)"]


async def test_a_text_by_command_is_asked_about_once(bridge: Bridge) -> None:
    """A text by command in several parts, of which none has left, is one question."""
    await _send(bridge, "word " * 30)
    for attempt in await _leave_unshown(bridge, 1):
        await bridge.caller.perform(attempt)
    await _go_without(bridge)
    assert bridge.phone() == []
    assert len([line for line in bridge.lines() if "[Do not send]" in line]) == 1


async def _ask(bridge: Bridge) -> None:
    """Let so much time pass that people are asked about what nobody can look up."""
    for seconds in (6, 700, 700):
        await bridge.look(seconds)


async def _go_without(bridge: Bridge) -> None:
    """Be connected no more, and connected again."""
    await bridge.store.run(suspend)
    await bridge.store.run(resume)
    await bridge.pay()
