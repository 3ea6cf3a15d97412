"""What people look up, on real files: who is found by which words, what waits for whom, and by which index."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Mode, Stage
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import StoreUnavailable
from bot.domain.ids import ConversationId
from bot.domain.message import Failure
from bot.domain.outbox import EntryKind, Lane, NewEntry
from bot.domain.routing import Route
from bot.domain.template import Template
from bot.domain.timestamps import Micros
from bot.domain.worklist import TextPreview
from bot.ports.storage import Transaction
from bot.store.sql.read_model import SqlReadModel
from bot.store.sqlite.connection import open_for_reading, reader_of
from bot.store.sqlite.statements import queries
from tests.harness.world import AVA, BEN, CHANNEL
from tests.store.looked_up import Database


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("dana", ["Dana Whitfield"]),
        ("DANA WHIT", ["Dana Whitfield"]),
        ("whit dana", ["Dana Whitfield"]),
        ("itfie", ["Dana Whitfield"]),
        ("jose", ["José Ångström"]),
        ("ång", ["José Ångström"]),
        ("angs", ["José Ångström"]),
        ("j", ["José Ångström"]),
        ("0145", ["Dana Whitfield"]),
        ("(555) 555-01", ["José Ångström", "+15555550147", "Dana Whitfield"]),
        ("+1 555 555 0147", ["+15555550147"]),
        ("0146", ["José Ångström"]),
        ("nobody", []),
        ("", []),
        ("%", []),
        ("_ana", []),
        ('"', []),
    ],
)
async def test_contacts_are_found(database: Database, typed: str, found: list[str]) -> None:
    """A contact is found by any part of the name or number, whatever case and accents, the last active first."""
    await database.contact(145, "Dana Whitfield", last_inbound_at=Micros(10))
    await database.contact(146, "José Ångström", last_outbound_at=Micros(10_000))
    await database.contact(147, last_inbound_at=Micros(100))
    assert await database.found(typed) == found


async def test_a_new_name_is_found_and_the_old_one_is_not(database: Database) -> None:
    """A contact who was renamed is found by the new name only, and no more contacts are given than were asked for."""
    conversation = await database.contact(145, "Dana Whitfield")
    await database.contact(146, "Dana Fox")
    assert len(await database.found("dana", 1)) == 1
    await database.store.run(lambda tx: tx.conversations.save(replace(conversation, name="Dora Whitfield")))
    assert await database.found("dana") == ["Dana Fox"]
    assert await database.found("dora") == ["Dora Whitfield"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("order", ["Order 12-34 is LATE", "my order: where?"]),
        ("ord", ["Order 12-34 is LATE", "my order: where?"]),
        ("where order", ["my order: where?"]),
        ("order late", ["Order 12-34 is LATE"]),
        ("12-34", ["Order 12-34 is LATE"]),
        ("cafe", ["Café à la carte"]),
        ("rder", []),
        ("order NOT late", []),
        ("order -", ["Order 12-34 is LATE", "my order: where?"]),
        ("", []),
        ("*", []),
    ],
)
async def test_texts_are_found(database: Database, typed: str, found: list[str]) -> None:
    """A text is found by words that it has, the last one perhaps unfinished; the newest text comes first."""
    conversation = await database.contact(145, "Dana")
    for body in ("my order: where?", "Café à la carte", "something else"):
        await database.text(conversation, body)
    await database.text(conversation, "Order 12-34 is LATE", status=DeliveryStatus.SENT)
    await database.text(conversation, "order taken back", status=DeliveryStatus.CANCELLED)
    assert await database.hits(typed) == found
    hits = await database.read_model.search_texts("late", 10)
    assert [(hit.conversation, hit.preview.is_inbound) for hit in hits] == [(conversation, False)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(typed=st.text(max_size=300) | st.text(alphabet='"*^:(){}+-\0 ORANDNEar,', max_size=40))
async def test_whatever_is_typed_is_a_search(database: Database, typed: str) -> None:
    """No search is ever an error, whatever is typed."""
    await database.read_model.search_contacts(typed, 3)
    await database.read_model.search_texts(typed, 3)


async def test_what_waits_for_whom(database: Database) -> None:
    """A desk shows what waits for me and for anybody, longest first, with what came since our last answer."""
    mine = await database.contact(145, "Dana", assignee=AVA, last_inbound_at=Micros(4))
    free = await database.contact(146, "Marco", last_inbound_at=Micros(7))
    longest = await database.contact(147, "Noor", last_inbound_at=Micros(1))
    await database.contact(148, "Ben's", assignee=BEN)
    await database.contact(149, "closed", stage=Stage.CLOSED)
    await database.contact(150, "answered", stage=Stage.WAITING, assignee=AVA)
    await database.text(longest, "anybody?")
    await database.text(mine, "Hello")
    await database.text(mine, "Hi Dana", status=DeliveryStatus.DELIVERED)
    await database.text(mine, "taken back", status=DeliveryStatus.CANCELLED)
    await database.text(mine, "One more thing")
    await database.text(mine, "")
    await database.text(free, "Hello")
    await database.text(longest, "still there?")
    worklist = await database.read_model.desk_of(AVA, 2)
    (row,) = worklist.mine
    assert (row.conversation, row.unread, row.since, row.last) == (
        mine,
        2,
        4,
        TextPreview("", True, Micros(6)),
    )
    assert [(row.conversation.name, row.unread, row.since) for row in worklist.free] == [
        ("Noor", 2, 1),
        ("Marco", 1, 7),
    ]
    assert (worklist.mine_count, worklist.free_count) == (1, 2)
    assert [line.text for line in await database.read_model.last_texts(mine.id, 3)] == ["", "One more thing"]


async def test_what_a_team_shares(database: Database) -> None:
    """Templates by name, routes, modes and the signature are read as they were stored last."""

    def unit(tx: Transaction) -> None:
        tx.settings.add_template("b", "Bye", AVA)
        tx.settings.add_template("A", "Hello", AVA)
        tx.settings.set_route(Route("keyword", "order", CHANNEL), AVA)
        tx.settings.set_channel_mode(CHANNEL, Mode.CONFIRM, AVA)
        tx.settings.set_value("signature", "– {agent}")

    assert (await database.read_model.team()).signature == ""
    await database.store.run(unit)
    team = await database.read_model.team()
    assert [one.name for one in team.templates] == ["A", "b"]
    assert team.routes == (Route("keyword", "order", CHANNEL),)
    assert team.modes == ((CHANNEL, Mode.CONFIRM),)
    assert team.signature == "– {agent}"


async def test_names_of_templates_are_unique(database: Database) -> None:
    """No two templates have one name, whatever its case; one that is gone can be neither changed nor dropped."""
    run = database.store.run
    assert await run(lambda tx: tx.settings.add_template("Hello", "a", AVA))
    assert not await run(lambda tx: tx.settings.add_template("HELLO", "b", AVA))
    assert await run(lambda tx: tx.settings.add_template("Bye", "c", AVA))
    second, first = await run(lambda tx: tx.settings.templates())
    assert not await run(lambda tx: tx.settings.save_template(replace(second, name="hello"), AVA))
    assert await run(lambda tx: tx.settings.save_template(replace(first, name="HELLO", body="d"), AVA))
    assert await run(lambda tx: tx.settings.templates()) == [second, Template(first.id, "HELLO", "d")]
    assert await run(lambda tx: tx.settings.drop_template(first.id))
    assert not await run(lambda tx: tx.settings.drop_template(first.id))
    assert not await run(lambda tx: tx.settings.save_template(first, AVA))
    assert await run(lambda tx: tx.settings.template(first.id)) is None


async def test_health(database: Database) -> None:
    """Health tells of the last text in, the last one handed over, and what is pending since when."""
    empty = await database.read_model.health()
    assert (empty.last_inbound_at, empty.last_sent_at, empty.pending, empty.pending_since) == (None, None, 0, None)
    conversation = await database.contact(145)
    heard = await database.text(conversation, "Hello")
    sent = await database.text(conversation, "Hi", status=DeliveryStatus.SENT)
    waiting = await database.text(conversation, "more", status=DeliveryStatus.QUEUED)

    def unit(tx: Transaction) -> Micros:
        tx.messages.save(replace(sent, last_attempt_at=77))
        tx.outbox.add(NewEntry(conversation.id, Lane.OUT, EntryKind.SEND, "send", message_id=waiting.id, sort_key=3))
        return tx.now

    pending_at = await database.store.run(unit)
    health = await database.read_model.health()
    assert (health.last_inbound_at, health.last_sent_at) == (heard.created_at, 77)
    assert (health.pending, health.pending_since) == (1, pending_at)


async def test_a_board_that_is_closed_says_so(database: Database, tmp_path: Path) -> None:
    """A look at a database that is closed or missing is refused as every failure of the store is."""
    reader = reader_of(tmp_path / "none.db")
    missing = SqlReadModel(reader)
    with pytest.raises(StoreUnavailable):
        await missing.team()
    await reader.close()
    with pytest.raises(StoreUnavailable):
        await missing.team()


PLANS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "tags_of_several": ({"ids": "[1]"}, {"conversation_tag"}),
    "saved_searches": ({"user": AVA}, {"saved_search"}),
    "open_conversations_of": ({"user": AVA, "limit": 9}, {"waiting_order"}),
    "count_open_conversations_of": ({"user": AVA}, {"waiting_order"}),
    "open_conversations_of_nobody": ({"limit": 9}, {"waiting_order"}),
    "count_open_conversations_of_nobody": ({}, {"waiting_order"}),
    "decisions": ({"limit": 9}, {"message_draft", "message_unknown"}),
    "count_decisions": ({}, {"message_draft", "message_unknown"}),
    "last_messages": ({"id": ConversationId(1), "limit": 9}, {"message_conversation"}),
    "pending_now": ({}, {"outbox_pending", "outbox_busy"}),
    "channel_modes": ({}, {"channel_mode"}),
    "last_times": ({}, {"message_created"}),
}
TABLES = ("conversation", "message", "outbox", "text_index")


@pytest.mark.on_file
@pytest.mark.parametrize("name", PLANS)
async def test_no_look_reads_a_whole_table(database: Database, name: str) -> None:
    """Every look goes through an index, or along the end of a table."""
    values, used = PLANS[name]
    reader = open_for_reading(database.path)
    plan = [str(row[3]) for row in reader.execute(f"EXPLAIN QUERY PLAN {queries()[name]}", values | {"workspace": 1})]
    reader.close()
    assert all(any(index in step for step in plan) for index in used), plan
    scans = [step.split()[1] for step in plan if step.startswith("SCAN ") and "INDEX" not in step]
    assert [table for table in scans if table in TABLES] == [], plan


async def test_what_only_a_person_decides(database: Database) -> None:
    """Drafts, and texts whose outcome nobody could find out, are decisions until somebody has settled them."""
    conversation = await database.contact(145, is_opted_out=True)
    await database.text(conversation, "sent", status=DeliveryStatus.SENT)
    await database.text(conversation, "being looked up", status=DeliveryStatus.UNKNOWN)
    draft = await database.text(conversation, "draft", status=DeliveryStatus.DRAFT)
    lost = await database.text(conversation, "lost", status=DeliveryStatus.UNKNOWN)
    failure = Failure("", "nobody knows", allows_manual_retry=True)
    await database.store.run(lambda tx: tx.messages.save(replace(lost, failure=failure)))
    state = await database.read_model.desk_of(AVA, 10)
    assert [(one.text.text, one.is_draft, one.approval_reasons) for one in state.decisions] == [
        ("draft", True, (ApprovalReason.OPTED_OUT,)),
        ("lost", False, (ApprovalReason.OPTED_OUT,)),
    ]
    assert state.decision_count == 2
    settled = replace(lost, failure=failure, decided_by=BEN)
    await database.store.run(lambda tx: tx.messages.save(settled))
    await database.store.run(lambda tx: tx.messages.save(replace(draft, status=DeliveryStatus.QUEUED)))
    assert (await database.read_model.desk_of(AVA, 10)).decision_count == 0
