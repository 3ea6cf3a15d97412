"""Read model port: what people look up. Implemented in bot/store."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.conversation import Conversation
from bot.domain.figures import FiguresRead, HourSpan
from bot.domain.ids import ConversationId, UserId
from bot.domain.worklist import Health, SearchHit, TeamSettings, TextPreview, Worklist


class ReadModel(Protocol):
    """Read model, read beside the writer, so that no text waits for it. All methods raise StoreUnavailable.

    What a unit of work has stored is seen as soon as `Store.run` has returned.
    """

    async def search_contacts(self, words: str, limit: int) -> Sequence[Conversation]:
        """Find contacts by a part of their name or the digits of their number, the latest active first."""

    async def search_texts(self, words: str, limit: int) -> Sequence[SearchHit]:
        """Find texts that hold all the words, the last word perhaps unfinished; the newest first."""

    async def desk_of(self, user: UserId, limit: int) -> Worklist:
        """Read the worklist of an agent: own and unassigned open conversations, at most `limit` rows of each."""

    async def last_texts(self, conversation_id: ConversationId, limit: int) -> Sequence[TextPreview]:
        """Read the newest texts of a conversation, the newest first; none that was withdrawn."""

    async def figures(self, spans: Sequence[HourSpan]) -> FiguresRead:
        """Read the figures of days, as spans_of gives them, added up in two ways."""

    async def team(self) -> TeamSettings: ...
    async def health(self) -> Health: ...
