"""bot.ports.read_model.Board: what people look up, on one read-only connection in a thread of its own.

Nothing here writes, and no read keeps the writer waiting. Whatever is typed into a search is taken as words: it is
quoted, so that it is never read as the language of the index.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from typing import Any, TypeVar

from bot.domain.approval import current_reasons
from bot.domain.conversation import Conversation, Mode
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import StoreUnavailable
from bot.domain.figures import FiguresRead, HourSpan
from bot.domain.ids import ConversationId, UserId
from bot.domain.message import Direction, Message
from bot.domain.pieces import written_out
from bot.domain.routing import Route
from bot.domain.searches import EVERYTHING, SavedSearch, SearchFilter
from bot.domain.timestamps import Micros
from bot.domain.worklist import (
    UNREAD_COUNTED,
    Decision,
    Health,
    SearchHit,
    TeamSettings,
    TextPreview,
    Worklist,
    WorklistRow,
)
from bot.domain.workspaces import FROM_ENVIRONMENT, WorkspaceId
from bot.store.sql import rows
from bot.store.sql.connection import Connection, Row
from bot.store.sql.figures import figures_read
from bot.store.sql.narrowing import conversation_parts, narrowed_statement, narrowing_values, time_parts
from bot.store.sql.settings import template
from bot.store.sql.tags import saved_search

T = TypeVar("T")

NOT_SENT = frozenset({DeliveryStatus.CANCELLED, DeliveryStatus.DRAFT})
"""What was taken back or waits for a person's word answers nobody."""


MOST_PEOPLE = 100
"""Colleagues among whom a name is looked for."""

MOST_SORTED = 5_000
"""Contacts that are put in order; where more match, the search says too little to be answered well."""

FEW_CONVERSATIONS, FEW_TEXTS = 1_000, 10_000
"""So many are looked through one by one, however many texts have the words."""


class Reader:
    """Reader of a database: a read-only connection in a thread of its own, opened with the first look-up.

    `failures` are the errors of its engine, of which `on_failure` is told; a connection that failed is opened anew.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        failures: type[Exception],
        on_failure: Callable[[Exception], None] = lambda _error: None,
    ) -> None:
        self._connect = connect
        self._failures = failures
        self._on_failure = on_failure
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="board")
        self._connection: Connection | None = None

    async def close(self) -> None:
        """Close the connection; every read from now on fails."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def read(self, look: Callable[[Connection], T]) -> T:
        """Run one look-up. Raises StoreUnavailable."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._look, look)
        except (self._failures, RuntimeError) as error:
            self._on_failure(error)
            raise StoreUnavailable(f"the database cannot be read: {error}") from error

    def _look(self, look: Callable[[Connection], T]) -> T:
        if self._connection is None:
            self._connection = self._connect()
        try:
            return look(self._connection)
        except self._failures:
            self._close()
            raise


class SqlReadModel:
    """Reads of people's look-ups in one workspace."""

    def __init__(self, reader: Reader, workspace: WorkspaceId = FROM_ENVIRONMENT) -> None:
        self._reader = reader
        self._workspace = workspace

    async def _read(self, look: Callable[["_Reads"], T]) -> T:
        return await self._reader.read(lambda connection: look(_Reads(connection, self._workspace)))

    async def search_contacts(
        self, words: str, limit: int, narrowed: SearchFilter = EVERYTHING
    ) -> Sequence[Conversation]:
        """Find contacts by name or number."""
        return await self._read(lambda reads: reads.contacts(words, limit, narrowed))

    async def search_texts(self, words: str, limit: int, narrowed: SearchFilter = EVERYTHING) -> Sequence[SearchHit]:
        """Find texts by their words."""
        return await self._read(lambda reads: reads.hits(words, limit, narrowed))

    async def tags_of(self, conversations: Sequence[ConversationId]) -> Mapping[ConversationId, tuple[str, ...]]:
        """Read the tags of conversations."""
        return await self._read(lambda reads: reads.tags(conversations))

    async def searches_of(self, user: UserId) -> Sequence[SavedSearch]:
        """List kept searches."""
        return await self._read(lambda reads: reads.searches(user))

    async def people(self) -> Sequence[UserId]:
        """List colleagues."""
        return await self._read(lambda reads: reads.people())

    async def desk_of(self, user: UserId, limit: int) -> Worklist:
        """Read what waits for somebody."""
        return await self._read(lambda reads: reads.desk(user, limit))

    async def last_texts(self, conversation_id: ConversationId, limit: int) -> Sequence[TextPreview]:
        """Read the newest texts of a conversation."""
        return await self._read(lambda reads: reads.lines(conversation_id, limit))

    async def figures(self, spans: Sequence[HourSpan], days_together: int = 1) -> FiguresRead:
        """Read figures."""
        return await self._read(lambda reads: reads.figures(spans, days_together))

    async def team(self) -> TeamSettings:
        """Read what a team agreed on."""
        return await self._read(lambda reads: reads.team())

    async def health(self) -> Health:
        """Read whether texts come and go."""
        return await self._read(lambda reads: reads.health())


class _Reads:
    """The reads themselves, on one connection; statements get `:workspace` from here."""

    def __init__(self, reader: Connection, workspace: WorkspaceId) -> None:
        self._reader = reader
        self._workspace = workspace
        self._sql = reader.statements

    def _all(self, query: str, **values: Any) -> list[Row]:
        return self._reader.execute(self._sql[query], {"workspace": self._workspace, **values}).fetchall()

    def _narrowed(self, query: str, narrowed: SearchFilter, parts: list[str], **values: Any) -> list[Row]:
        sql = narrowed_statement(self._sql, query, parts, self._reader.search.condition)
        values |= {"workspace": self._workspace, **narrowing_values(narrowed)}
        return self._reader.execute(sql, values).fetchall()

    def contacts(self, words: str, limit: int, narrowed: SearchFilter) -> list[Conversation]:
        """See bot.ports.read_model.Board."""
        parts = [*conversation_parts(narrowed), *time_parts(narrowed)]
        if words.strip():
            search = self._reader.search.contacts(words) | {"most": MOST_SORTED}
            found = self._narrowed("search_contacts", narrowed, parts, limit=limit, **search)
        else:
            found = self._narrowed("search_conversations", narrowed, parts, limit=limit) if parts else []
        return [rows.conversation(row) for row in found]

    def hits(self, words: str, limit: int, narrowed: SearchFilter) -> list[SearchHit]:
        """See bot.ports.read_model.Board."""
        search: dict[str, Any] = {"words": self._reader.search.texts(words), "limit": limit}
        texts = [rows.message(row) for row in self._texts_with(search, narrowed)]
        conversations = {one.conversation_id: self._conversation(one.conversation_id) for one in texts}
        return [SearchHit(conversations[one.conversation_id], _line(one)) for one in texts]

    def _texts_with(self, search: dict[str, Any], narrowed: SearchFilter) -> list[Row]:
        """Find texts: where only few can be meant, among these; else by their words, the newest first."""
        parts = conversation_parts(narrowed)
        if parts:
            meant = self._narrowed("narrowed_conversations", narrowed, parts, limit=FEW_CONVERSATIONS + 1)
            if len(meant) <= FEW_CONVERSATIONS:
                ids = json.dumps([row["id"] for row in meant])
                return self._narrowed("search_messages_of", narrowed, [], ids=ids, **search) if meant else []
        if narrowed.has_dates:
            (counted,) = self._narrowed("count_texts_between", narrowed, [], limit=FEW_TEXTS + 1)
            if counted["count"] <= FEW_TEXTS:
                return self._narrowed("search_messages_between", narrowed, parts, **search)
        return self._narrowed("search_messages", narrowed, parts, **search)

    def tags(self, conversations: Sequence[ConversationId]) -> dict[ConversationId, tuple[str, ...]]:
        """See bot.ports.read_model.Board."""
        found: dict[ConversationId, tuple[str, ...]] = {}
        for row in self._all("tags_of_several", ids=json.dumps(list(conversations))):
            found[row["conversation_id"]] = (*found.get(row["conversation_id"], ()), row["name"])
        return found

    def searches(self, user: UserId) -> list[SavedSearch]:
        """See bot.ports.read_model.Board."""
        return [saved_search(row) for row in self._all("saved_searches", user=user)]

    def people(self) -> list[UserId]:
        """See bot.ports.read_model.Board."""
        return [UserId(row["person"]) for row in self._all("people", limit=MOST_PEOPLE)]

    def _conversation(self, conversation_id: ConversationId) -> Conversation:
        return rows.conversation(self._all("conversation", id=conversation_id)[0])

    def lines(self, conversation_id: ConversationId, limit: int) -> list[TextPreview]:
        """See bot.ports.read_model.Board."""
        return [_line(one) for one in self._texts(conversation_id, limit)]

    def _texts(self, conversation_id: ConversationId, limit: int) -> list[Message]:
        found = [rows.message(row) for row in self._all("last_messages", id=conversation_id, limit=limit)]
        return [one for one in found if one.status not in NOT_SENT]

    def _unanswered(self, conversation_id: ConversationId, texts: list[Message]) -> list[Message]:
        """List the newest texts of the contact that nobody has answered; an automatic answer is none."""
        automatic: set[int] = set()
        if any(one.direction is Direction.OUTBOUND and one.author is None for one in texts):
            automatic = {row["message_id"] for row in self._all("automatic_answers_of", id=conversation_id)}
        by_people = (one for one in texts if one.id not in automatic)
        return list(takewhile(lambda one: one.direction is Direction.INBOUND, by_people))

    def desk(self, user: UserId, limit: int) -> Worklist:
        """See bot.ports.read_model.Board."""
        mine, mine_count = self._open_of(user, limit)
        free, free_count = self._open_of(None, limit)
        decisions = tuple(self._decision(rows.message(row)) for row in self._all("decisions", limit=limit))
        return Worklist(mine, mine_count, free, free_count, decisions, int(self._all("count_decisions")[0]["count"]))

    def _decision(self, text: Message) -> Decision:
        conversation = self._conversation(text.conversation_id)
        asks = current_reasons(text.approval_reasons, is_stopped=conversation.is_opted_out)
        is_by_workflow = bool(self._all("workflow_text", id=text.id))
        is_draft = text.status is DeliveryStatus.DRAFT
        return Decision(conversation, _line(text), text.author, asks, is_draft, is_by_workflow)

    def _open_of(self, user: UserId | None, limit: int) -> tuple[tuple[WorklistRow, ...], int]:
        if user is None:
            whose = self._all("open_conversations_of_nobody", limit=limit)
            count = self._all("count_open_conversations_of_nobody")
        else:
            whose = self._all("open_conversations_of", user=user, limit=limit)
            count = self._all("count_open_conversations_of", user=user)
        found = sorted((self._row(rows.conversation(row)) for row in whose), key=lambda row: row.since or 0)
        return tuple(found), int(count[0]["count"])

    def _row(self, conversation: Conversation) -> WorklistRow:
        texts = self._texts(conversation.id, UNREAD_COUNTED)
        unread = self._unanswered(conversation.id, texts)
        waiting = self._all("waiting_since", id=conversation.id)  # they may just have been answered
        since = Micros(waiting[0]["since"]) if waiting else conversation.last_inbound_at
        return WorklistRow(conversation, _line(texts[0]) if texts else None, len(unread), since)

    def figures(self, spans: Sequence[HourSpan], days_together: int) -> FiguresRead:
        """See bot.ports.read_model.Board."""
        return figures_read(self._all, spans, days_together)

    def team(self) -> TeamSettings:
        """See bot.ports.read_model.Board."""
        signature = self._all("value", name="signature")
        return TeamSettings(
            templates=tuple(template(row) for row in self._all("templates")),
            routes=tuple(Route(row["kind"], row["subject"], row["channel"]) for row in self._all("routes")),
            modes=tuple((row["channel"], Mode(row["mode"])) for row in self._all("channel_modes")),
            signature=str(signature[0]["value"]) if signature else "",
        )

    def health(self) -> Health:
        """See bot.ports.read_model.Board."""
        (last,), (pending,) = self._all("last_times"), self._all("pending_now")
        return Health(last["last_inbound_at"], last["sent_at"], pending["count"], pending["since"])


def _line(message: Message) -> TextPreview:
    text = message.body or written_out(message.pieces, {})
    return TextPreview(text, message.direction is Direction.INBOUND, Micros(message.created_at))
