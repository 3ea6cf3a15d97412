"""TODO."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, UserId
from bot.domain.worklist import Health, SearchHit, TeamSettings, TextPreview, Worklist


class ReadModel(Protocol):
    """What people look up, read beside the writer: it keeps no text waiting. All methods raise StoreUnavailable.

    What a unit of work has stored is seen as soon as `Store.run` has returned.
    """

    async def search_contacts(self, words: str, limit: int) -> Sequence[Conversation]:
        """Find contacts by a part of their name or the digits of their number, who was last heard of first."""

    async def search_texts(self, words: str, limit: int) -> Sequence[SearchHit]:
        """Find texts that hold all the words, the last word perhaps unfinished; the newest first."""

    async def desk_of(self, user: UserId, limit: int) -> Worklist:
        """Read which open conversations are somebody's and which nobody's, at most `limit` rows of each."""

    async def last_texts(self, conversation_id: ConversationId, limit: int) -> Sequence[TextPreview]:
        """Read the newest texts of a conversation, the newest first; none that was taken back."""

    async def team(self) -> TeamSettings: ...
    async def health(self) -> Health: ...
