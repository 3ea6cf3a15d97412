"""What is to be texted later: asked for and not yet confirmed, scheduled at the provider, sent to many. Pure."""

import json
from dataclasses import dataclass
from typing import Any, Self

from bot.domain.ids import ChannelId, ConversationId, MessageTs, PostKey, UserId
from bot.domain.timestamps import Micros

NOT_YET = Micros(0)


@dataclass(frozen=True)
class PendingConfirmation:
    """What somebody asked for and has not confirmed by a button. `body` is JSON of its kind's own shape.

    `tries` counts certain refusals, after each of which the button counts again; `outcome` is what became of it.
    """

    id: str
    kind: str
    author: UserId
    body: str
    tries: int = 0
    outcome: str = ""

    @property
    def once(self) -> str:
        """Name this try, so that it is made once."""
        return f"{self.id}:{self.tries}"


@dataclass(frozen=True)
class ScheduledText:
    """A text that the provider sends later. `id` is ours; without `is_certain` nobody knows whether it was taken."""

    id: str
    conversation_id: ConversationId
    body: str
    author: UserId
    send_at: Micros
    is_certain: bool = True


@dataclass(frozen=True)
class WavePlan:
    """One text to many as it was asked for. `people` is how many at most where `is_most`; `segments` per person."""

    name: str
    body: str
    at: Micros
    lists: tuple[str, ...]
    people: int
    segments: int
    is_most: bool = False
    is_draft: bool = False
    picture: str = ""

    def written(self) -> str:
        """Write it for the books; every field is named, so that a renamed one changes nothing that is stored."""
        fields = {
            "name": self.name,
            "body": self.body,
            "at": self.at,
            "lists": self.lists,
            "people": self.people,
            "segments": self.segments,
            "is_most": self.is_most,
            "is_draft": self.is_draft,
            "picture": self.picture,
        }
        return json.dumps(fields, ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `written` wrote."""
        fields: dict[str, Any] = json.loads(text)
        return cls(
            name=fields["name"],
            body=fields["body"],
            at=Micros(fields["at"]),
            lists=tuple(fields["lists"]),
            people=fields["people"],
            segments=fields["segments"],
            is_most=fields["is_most"],
            is_draft=fields["is_draft"],
            picture=fields["picture"],
        )


@dataclass(frozen=True)
class Wave:
    """A wave that the provider has, and the card in Slack that shows it; `ts` is None until the card is there.

    `id` is the provider's, or ours where it told none; without `is_certain` nobody knows whether the provider has it.
    `made_at` is when it was asked for; the books know it.
    """

    id: str
    plan: WavePlan
    author: UserId
    channel: ChannelId
    ts: MessageTs | None
    card_key: PostKey
    is_certain: bool = True
    made_at: Micros = NOT_YET
