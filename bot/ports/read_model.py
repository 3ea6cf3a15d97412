"""Read model port: what people look up. Implemented in bot/store."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.domain.conversation import Conversation
from bot.domain.figures import FiguresRead, HourSpan
from bot.domain.ids import ConversationId, UserId
from bot.domain.searches import EVERYTHING, SavedSearch, SearchFilter
from bot.domain.worklist import Health, SearchHit, TeamSettings, TextPreview, Worklist


class ReadModel(Protocol):
    """Read model, read beside the writer, so that no text waits for it. All methods raise StoreUnavailable.

    What a unit of work has stored is seen as soon as `Store.run` has returned.
    """

    async def search_contacts(
        self, words: str, limit: int, narrowed: SearchFilter = EVERYTHING
    ) -> Sequence[Conversation]:
        """Find contacts by a part of their name or the digits of their number, the latest active first.

        Without words all are found; dates then narrow them to those with a text in that time, and else do not count.
        """

    async def search_texts(self, words: str, limit: int, narrowed: SearchFilter = EVERYTHING) -> Sequence[SearchHit]:
        """Find texts that hold all the words, the last word perhaps unfinished; the newest first."""

    async def tags_of(self, conversations: Sequence[ConversationId]) -> Mapping[ConversationId, tuple[str, ...]]:
        """Read the tags of conversations; those without any are left out."""

    async def searches_of(self, user: UserId) -> Sequence[SavedSearch]:
        """List the kept searches of the team, and then a person's own."""

    async def people(self) -> Sequence[UserId]:
        """List who has conversations or wrote texts, at most a hundred."""

    async def desk_of(self, user: UserId, limit: int) -> Worklist:
        """Read the worklist of an agent: own and unassigned open conversations, at most `limit` rows of each."""

    async def last_texts(self, conversation_id: ConversationId, limit: int) -> Sequence[TextPreview]:
        """Read the newest texts of a conversation, the newest first; none that was withdrawn."""

    async def figures(self, spans: Sequence[HourSpan], days_together: int = 1) -> FiguresRead:
        """Read the figures of days, as spans_of gives them, with so many days together, counted from the last."""

    async def team(self) -> TeamSettings: ...
    async def health(self) -> Health: ...
