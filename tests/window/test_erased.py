"""What a contact with a window leaves is erased with them, and at its age: times, held templates and hand-overs."""

from __future__ import annotations

import pytest

from bot.bridge.conversations.state import set_mode
from bot.bridge.erasure import begin_erasure, go_on_erasing
from bot.bridge.messages.hand_over import record_hand_over, wants_person
from bot.bridge.messages.send import SendRequest, record_send
from bot.bridge.retention import erase_old
from bot.domain.approved_templates import FilledTemplate
from bot.domain.conversation import Conversation, Mode
from bot.domain.ids import UserId
from bot.domain.message import HandOver
from bot.domain.phone import E164
from bot.domain.timestamps import add_seconds, from_micros
from tests.harness.stored_bytes import stored_bytes
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA, MARCO
from tests.window.conftest import Bridge
from tests.window.test_held import shut

DAY_S = 86_400


async def hand_over(bridge: Bridge, contact: E164 = DANA) -> None:
    """Let a flow hand a contact over, with what it was told."""
    told = HandOver(
        f"flow:{bridge.now}:{contact[-4:]}", ACCOUNT, contact, from_micros(bridge.now), (("pet", "a zebrafish"),)
    )
    await bridge.store.run(lambda tx: record_hand_over(tx, told, channel=CHANNEL))
    await bridge.pay()


async def conversation_of(bridge: Bridge, contact: E164 = DANA) -> Conversation:
    """Read the conversation with a contact."""
    return (await bridge.store.run(lambda tx: tx.conversations.with_contact(contact)))[0]


async def marks(bridge: Bridge) -> int:
    """Count what is stored of hand-overs."""
    known = "SELECT 1 FROM value WHERE name LIKE 'wants a person%'"
    return len(await bridge.engine.run(lambda connection: connection.execute(known).fetchall()))


@pytest.mark.on_file
async def test_nothing_of_a_contact_with_a_window_is_left(bridge: Bridge) -> None:
    """Words, blanks of a held template, what a flow was told, when the window shuts: all goes, and nothing wakes."""
    await hand_over(bridge)
    await shut(bridge)
    await bridge.answer("a held quokka")
    conversation = await conversation_of(bridge)
    await bridge.store.run(lambda tx: set_mode(tx, conversation.id, Mode.CONFIRM, AVA))
    template = FilledTemplate("32", ("an okapi",), "", "")
    request = SendRequest("trigger", ACCOUNT, DANA, AVA)
    await bridge.store.run(lambda tx: record_send(tx, request, ("Dear an okapi",), channel=CHANNEL, template=template))
    await bridge.hear("Hello again")
    words = (b"zebrafish", b"quokka", b"okapi", DANA.removeprefix("+").encode())
    stored = stored_bytes(bridge.database)
    assert [word for word in words if word not in stored] == []
    assert await marks(bridge) == 1
    assert await bridge.store.run(lambda tx: begin_erasure(tx, DANA, UserId("root"))) is not None
    while await bridge.store.run(go_on_erasing):
        pass
    await bridge.store.run(lambda tx: tx.erasure.tidy(begins=True))
    while not await bridge.store.run(lambda tx: tx.erasure.tidy(begins=False)):
        pass
    for _ in range(9):
        await bridge.pay()
        bridge.wait(2)
    stored = stored_bytes(bridge.database)
    assert [word for word in words if word in stored] == []
    assert await marks(bridge) == 0
    after = await bridge.store.run(lambda tx: tx.conversations.get(conversation.id))
    assert after.free_text_until is None
    windows = "SELECT 1 FROM outbox WHERE kind = 'window'"
    assert await bridge.engine.run(lambda connection: connection.execute(windows).fetchall()) == []


async def test_hand_overs_are_kept_as_long_as_texts(bridge: Bridge) -> None:
    """What is stored of a hand-over goes at its age; that of a later one stays."""
    await hand_over(bridge)
    bridge.wait(31 * DAY_S)
    await hand_over(bridge, MARCO)
    before = add_seconds(bridge.now, -30 * DAY_S)
    while await bridge.store.run(lambda tx: erase_old(tx, before)):
        pass
    assert await marks(bridge) == 1
    later = await conversation_of(bridge, MARCO)
    assert await bridge.store.run(lambda tx: wants_person(tx, later))
