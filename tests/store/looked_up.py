"""A database of either engine, filled by hand and looked up by the read model."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from bot.domain.conversation import Conversation, Stage
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageKey
from bot.domain.message import Direction, Message
from bot.domain.phone import E164
from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction
from bot.store.postgres.address import read_address
from bot.store.postgres.connection import open_for_reading as open_postgres_for_reading
from bot.store.sql.read_model import Reader, SqlReadModel
from bot.store.sql.store import SqlStore
from tests.harness.world import ACCOUNT, CHANNEL


@dataclass
class Database:
    """A store, the read model beside it, and a clock that counts."""

    store: SqlStore
    read_model: SqlReadModel
    path: Path
    reader: Reader
    texts: int = 0

    async def contact(self, number: int, name: str = "", **facts: Any) -> Conversation:
        def unit(tx: Transaction) -> Conversation:
            conversation = tx.conversations.add(ACCOUNT, E164(f"+1555555{number:04d}"), CHANNEL)
            conversation = replace(conversation, name=name, stage=Stage.OPEN)
            conversation = replace(conversation, **facts)
            tx.conversations.save(conversation)
            if conversation.stage is Stage.OPEN:
                since = conversation.last_inbound_at or Micros(20)
                tx.waiting.start(conversation.id, since, conversation.assignee)
            return conversation

        return await self.store.run(unit)

    async def text(self, conversation: Conversation, body: str, *, status: DeliveryStatus | None = None) -> Message:
        self.texts += 1
        number = self.texts
        direction = Direction.INBOUND if status is None else Direction.OUTBOUND
        message = Message(
            0, MessageKey(f"{number:032d}"), conversation.id, direction, 0, body, (), number, status, created_at=number
        )
        return await self.store.run(lambda tx: tx.messages.add(message))

    async def found(self, words: str, limit: int = 10) -> list[str]:
        return [one.name or one.contact for one in await self.read_model.search_contacts(words, limit)]

    async def hits(self, words: str, limit: int = 10) -> list[str]:
        return [hit.preview.text for hit in await self.read_model.search_texts(words, limit)]


def postgres_reader(url: str) -> Reader:
    """Make the reader of a PostgreSQL database."""
    return Reader(lambda: open_postgres_for_reading(read_address(url)), psycopg.Error)
