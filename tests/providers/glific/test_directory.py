"""The directory: contacts, conversations, the inbox, groups, and what is sent to them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.domain.errors import Rejected
from bot.domain.phone import E164
from bot.providers.glific.calls import client as client_module
from bot.providers.glific.calls.client import GlificClient
from bot.providers.glific.calls.operations import OPERATIONS
from bot.providers.glific.stream.stream import SUBSCRIPTIONS
from bot.sandbox import GlificStandIn
from tests.providers.glific.stage import Bot
from tests.providers.glific.test_session import failure_of

DANA, ELI, NEW = (E164(f"+{digits}") for digits in ("15555550145", "15555550167", "15555550199"))
ROOM = Path(client_module.__file__).parent
SOURCE = "".join((ROOM / name).read_text("utf-8") for name in ("account.py", "directory.py", "client.py"))


@pytest.fixture
async def client(bot: Bot, glific: GlificStandIn) -> GlificClient:
    """Give a client: Dana wrote a moment ago, Eli agreed to be written to."""
    glific.add_contact(ELI[1:], "Eli Lund", consents=True)
    return GlificClient(await bot.calls(await bot.session()))


def test_each_operation_is_called_once() -> None:
    """No operation lies about unused, and every name that is called is an operation of the file."""
    called = re.findall(r'(?:read|send|_part|_find)\(\s*"(\w+)"', SOURCE)
    assert sorted((*called, *SUBSCRIPTIONS)) == sorted(OPERATIONS)


async def test_contacts_are_found_made_and_changed(client: GlificClient, glific: GlificStandIn) -> None:
    """A contact is made without the plus sign, found by name, renamed, given fields, and blocked and let in again."""
    made = await client.create_contact(NEW, "Gil Moss")
    assert (made.phone, glific.contact_of(NEW[1:]) is not None) == (NEW, True)
    assert (await failure_of(client.create_contact(NEW, "Gil"))).code == "invalid"
    fields = json.dumps({"city": {"value": "Pune"}})
    assert (await client.change_contact(made.id, name="Gil M.", fields=fields)).name == "Gil M."
    assert [one.name for one in await client.search_contacts("gil")] == ["Gil M."]
    assert (await client.block(made.id, is_blocked=True)).status == "BLOCKED"
    assert await client.search_contacts("gil") == []
    assert (await client.block(made.id, is_blocked=False)).status == "VALID"


async def test_what_staff_may_not_do_is_said(client: GlificClient, glific: GlificStandIn) -> None:
    """Where the user's role is too low, the call is refused with Glific's word for it."""
    glific.users[0].role = "staff"
    error = await failure_of(client.opt_in(NEW))
    assert (type(error), error.code) == (Rejected, "refused")
    assert "Unauthorized" in error.user_message


async def test_a_conversation_is_read_backwards(client: GlificClient, glific: GlificStandIn) -> None:
    """Pages go back by message numbers to the first message, each message once."""
    for number in range(2, 131):
        await glific.text(DANA[1:], f"text {number}")
    read: list[int] = []
    pages, before = 0, 0
    while pages == 0 or before:
        messages, before = await client.conversation(DANA, before)
        read += [one.number or 0 for one in messages]
        pages += 1
    assert read == list(range(130, 0, -1))
    assert pages == 3


async def test_the_inbox_is_listed(client: GlificClient, glific: GlificStandIn) -> None:
    """Conversations come with their latest message, and with whether somebody has read them at Glific."""
    [row] = await client.inbox()
    assert (row.contact.name, row.is_unread) == ("Dana Berg", True)
    assert row.latest is not None
    assert row.latest.text == "hello"
    dana = glific.contact_of(DANA[1:])
    assert dana is not None
    dana.is_org_read = True
    assert [row.is_unread for row in await client.inbox()] == [False]


async def test_groups_are_made_filled_and_written_to(client: GlificClient, glific: GlificStandIn) -> None:
    """A group has members and a count by window; a text reaches those it may, and its summary row is found."""
    glific.rules.broadcast_after_s = 0.0
    dana, eli = await client.find_contact(DANA), await client.find_contact(ELI)
    assert dana is not None
    assert eli is not None
    group = await client.create_group("News", "Whoever wants them")
    assert (await failure_of(client.create_group("News"))).code == "invalid"
    await client.change_members(group.id, add=[dana.id, eli.id])
    found = await client.group(group.id)
    assert found is not None
    assert ([one.name for one in found.members], found.size) == (["Dana Berg", "Eli Lund"], 2)
    assert await client.group_windows(group.id) == {"total": 2, "session": 1, "hsm": 1}
    assert list(await client.send_to_group(group.id, "News for @you.")) == [dana.id, eli.id]
    await glific.until(lambda: glific.outbound(DANA[1:]))
    [broadcast] = await client.broadcasts(group.id)
    assert broadcast.body == "News for @you."
    assert {str(one.broadcast_id) for one in glific.outbound(DANA[1:])} == {broadcast.id}
    await client.change_members(group.id, remove=[dana.id])
    assert [one.size for one in await client.groups("new")] == [1]
    assert await client.group("999") is None


async def test_a_group_that_is_not_there(client: GlificClient) -> None:
    """A text to a group that nobody knows is refused."""
    assert (await failure_of(client.send_to_group("999", "hi"))).code == "not_found"
