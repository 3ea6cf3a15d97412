"""Searches that are narrowed, against a plain model, on both engines; and by which indexes each is answered."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace
from itertools import product

import pytest

from bot.domain.conversation import Stage
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ConversationId, MessageKey, UserId
from bot.domain.message import Direction, Message
from bot.domain.phone import E164
from bot.domain.searches import ALL_TIME, EVERYTHING, SearchFilter
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WorkspaceId
from bot.ports.storage import Transaction
from bot.store.group_commit import GroupCommit
from bot.store.postgres.address import read_address
from bot.store.postgres.connection import open_for_reading as open_for_reading_postgres
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.search import WordSearch
from bot.store.postgres.statements import queries as postgres_queries
from bot.store.sql.narrowing import narrowed_statement, narrowing_values
from bot.store.sql.read_model import FEW_CONVERSATIONS, SqlReadModel
from bot.store.sqlite.connection import open_for_reading
from bot.store.sqlite.search import FullTextSearch
from bot.store.sqlite.statements import queries
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL
from tests.store.looked_up import Database

TAGS = ("late", "vip")
WORDS = ("order", "refund")
PEOPLE = (AVA, BEN)
ALL = 10_000


@dataclass
class Talk:
    """A conversation as the model knows it; texts are their words, who wrote them, and when."""

    id: ConversationId
    name: str
    tags: set[str]
    stage: Stage
    assignee: UserId | None
    last_at: int = 0
    texts: list[tuple[str, UserId | None, int]] = field(default_factory=list)

    def is_meant(self, narrowed: SearchFilter) -> bool:
        """Tell whether a search is about this conversation, whatever the time."""
        has_person = narrowed.person in (None, self.assignee, *(author for _, author, _ in self.texts))
        return set(narrowed.tags) <= self.tags and narrowed.stage in (None, self.stage) and has_person

    def texts_in(self, narrowed: SearchFilter, word: str = "") -> list[tuple[int, str]]:
        """List the texts of the time that have a word."""
        return [(at, body) for body, _, at in self.texts if word in body and narrowed.since <= at < narrowed.until]


def fill(tx: Transaction, count: int, choices: random.Random) -> list[Talk]:
    """Make conversations with up to four texts each, at moments that count up."""
    talks: list[Talk] = []
    at = 0
    for number in range(count):
        stage, assignee = choices.choice([*Stage]), choices.choice([None, *PEOPLE])
        name = choices.choice(["Dana", "Marco"])
        found = tx.conversations.add(ACCOUNT, E164(f"+1555555{number:04d}"), CHANNEL)
        talk = Talk(found.id, name, {tag for tag in TAGS if choices.random() < 0.8}, stage, assignee)
        for tag in talk.tags:
            tx.tags.put(found.id, tag, AVA)
        for _ in range(choices.randrange(1, 4)):
            at += 10
            author = choices.choice([None, *PEOPLE])
            body = f"{choices.choice(WORDS)} {at}{' rare' if at in (10, 90, 400) else ''}"
            direction = Direction.OUTBOUND if author else Direction.INBOUND
            status = DeliveryStatus.SENT if author else None
            key = MessageKey(f"{at:032d}")
            tx.messages.add(Message(0, key, found.id, direction, 0, body, (), at, status, author=author, created_at=at))
            talk.texts.append((body, author, at))
        talk.last_at = at
        changed = replace(found, name=name, stage=stage, assignee=assignee, last_inbound_at=Micros(at))
        tx.conversations.save(changed)
        talks.append(talk)
    return talks


def filters(middle: int) -> list[SearchFilter]:
    """List searches by each part, and by all of them together."""
    times = [(Micros(0), ALL_TIME), (Micros(middle), ALL_TIME), (Micros(middle - 95), Micros(middle + 95))]
    return [
        SearchFilter(tags, person, stage, since, until)
        for tags, person, stage, (since, until) in product([(), ("vip",), TAGS], [None, AVA], [None, Stage.OPEN], times)
    ]


async def check(database: Database, talks: list[Talk], narrowed: SearchFilter) -> None:
    """Search for conversations, for contacts and for texts, and compare."""
    meant = [talk for talk in talks if talk.is_meant(narrowed)]
    in_time = [talk for talk in meant if talk.texts_in(narrowed)]
    found = await database.read_model.search_contacts("", ALL, narrowed)
    expected = sorted(in_time, key=lambda talk: -talk.last_at) if narrowed != EVERYTHING else []
    assert [one.id for one in found] == [talk.id for talk in expected], narrowed
    danas = await database.read_model.search_contacts("dana", ALL, narrowed)
    assert {one.id for one in danas} == {talk.id for talk in in_time if talk.name == "Dana"}
    for word in ("refund", "rare", "nothing"):
        hits = await database.read_model.search_texts(word, 5, narrowed)
        texts = sorted((text for talk in meant for text in talk.texts_in(narrowed, word)), reverse=True)
        assert [hit.preview.text for hit in hits] == [body for _, body in texts[:5]], narrowed


async def test_searches_find_what_a_plain_model_finds(database: Database) -> None:
    """Words, tags, a person, a state and a time narrow a search together; the latest come first."""
    talks = await database.store.run(lambda tx: fill(tx, 40, random.Random(1)))
    for narrowed in filters(talks[-1].last_at // 2):
        await check(database, talks, narrowed)


async def test_searches_among_many(database: Database) -> None:
    """It is the same where so many conversations and texts are meant that they are not looked through one by one."""
    talks = await database.store.run(lambda tx: fill(tx, FEW_CONVERSATIONS * 8 // 5, random.Random(2)))
    middle = Micros(talks[-1].last_at // 2)
    for narrowed in (
        SearchFilter(("vip",)),
        SearchFilter(person=AVA, since=middle),
        SearchFilter(since=Micros(0), until=middle),
    ):
        assert sum(talk.is_meant(narrowed) for talk in talks) > FEW_CONVERSATIONS
        await check(database, talks, narrowed)


async def test_a_narrowed_search_stays_in_its_workspace(database: Database) -> None:
    """Another workspace's conversations, texts and tags are found by none of the parts."""
    await database.store.run(lambda tx: fill(tx, 20, random.Random(3)))
    other = SqlReadModel(database.reader, WorkspaceId(2))
    for narrowed in filters(200):
        for words in ("", "dana"):
            assert not await other.search_contacts(words, ALL, narrowed)
        assert not await other.search_texts("order", ALL, narrowed)


# --- by which indexes

SOUGHT = {"limit": 9, "most": 9, "ids": "[1]"}
ALL_PARTS = ["with_tag", "with_person", "in_stage"]
INDEXES = {
    "with_tag": "conversation_tag_name",
    "with_tags": "conversation_tag_name",
    "with_person": "message_author",
    "with_texts_between": "message_created",
}
SEARCHES = {
    "search_conversations": [*ALL_PARTS, "with_texts_between"],
    "search_contacts": [*ALL_PARTS, "with_tags"],
    "narrowed_conversations": ALL_PARTS,
    "search_messages": ALL_PARTS,
    "search_messages_of": [],
    "search_messages_between": ALL_PARTS,
    "count_texts_between": [],
}
EVERY = narrowing_values(SearchFilter(TAGS, AVA, Stage.OPEN, Micros(1), Micros(9)))


@pytest.mark.on_file
@pytest.mark.parametrize("name", SEARCHES)
async def test_no_search_reads_a_whole_table(database: Database, name: str) -> None:
    """In a file every part is answered by an index, once for the whole search, and no table is read as a whole."""
    search = FullTextSearch()
    sql = narrowed_statement(queries(), name, SEARCHES[name], search.condition)
    words = search.texts("dana") if "text_index" in sql else search.contacts("dana")["words"]
    values = {**SOUGHT, **EVERY, "workspace": 1, "part": '""', "words": words}
    reader = open_for_reading(database.path)
    plan = [str(row[3]) for row in reader.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    reader.close()
    used = {INDEXES[part] for part in SEARCHES[name] if part in INDEXES}
    assert {index for index in used if not any(index in step for step in plan)} == set(), plan
    scans = [step for step in plan if step.startswith("SCAN ") and "INDEX" not in step]
    assert [step for step in scans if step.split()[1] in ("conversation", "message", "own")] == [], plan
    assert not any("CORRELATED" in step for step in plan), plan


@pytest.mark.postgres
@pytest.mark.parametrize("name", SEARCHES)
async def test_parts_are_never_joined_on_postgres(postgres_url: str, name: str) -> None:
    """On PostgreSQL each part becomes a table of hashes: what the server guesses about its size makes no difference."""
    writer = GroupCommit(PostgresEngine(read_address(postgres_url)))
    await writer.start()
    await writer.close()
    sql = narrowed_statement(postgres_queries(), name, SEARCHES[name], WordSearch().condition)
    values = {**SOUGHT, **EVERY, "workspace": 1, **WordSearch().contacts("dana")}
    connection = open_for_reading_postgres(read_address(postgres_url))
    plan = "\n".join(row["QUERY PLAN"] for row in connection.execute(f"EXPLAIN {sql}", values))
    connection.close()
    places = len(re.findall(r"/\* narrowed", postgres_queries()[name]))
    assert len(set(re.findall(r"hashed SubPlan \d+", plan))) == places * len(SEARCHES[name]), plan
