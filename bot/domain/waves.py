"""Waves: one text to many contacts, as it was asked for and as the provider has it. Pure."""

import json
import re
from dataclasses import dataclass
from typing import Any, Self

from bot.domain.ids import ChannelId, MessageTs, PostKey, UserId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros

NOT_YET = Micros(0)
"""The time of a wave that is not stored yet."""


_OWN_ID = re.compile("[0-9a-f]{32}")


def is_own_id(wave_id: str) -> bool:
    """Tell whether an id of a wave is our own, because the provider has told none."""
    return _OWN_ID.fullmatch(wave_id) is not None


@dataclass(frozen=True)
class WavePlan:
    """A wave as it was asked for. `people` is how many at most where `is_most`; `segments` per person.

    `account` is the number that it is sent from; None for one that was made before that was stored. `is_now`: it leaves
    as soon as it is confirmed, and `at` is when it was asked for. `left_out` are on the lists, and get nothing now.
    """

    name: str
    body: str
    at: Micros
    lists: tuple[str, ...]
    people: int
    segments: int
    is_most: bool = False
    is_draft: bool = False
    picture: str = ""
    account: E164 | None = None
    is_now: bool = False
    left_out: int = 0

    def written(self) -> str:
        """Encode the plan for the database. Names of fields stand here too: renaming one changes nothing stored."""
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
            "account": self.account,
            "is_now": self.is_now,
            "left_out": self.left_out,
        }
        return json.dumps(fields, ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Decode what `written` encoded."""
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
            account=fields.get("account"),
            is_now=fields.get("is_now", False),
            left_out=fields.get("left_out", 0),
        )


@dataclass(frozen=True)
class Wave:
    """A wave that the provider has, and the card in Slack that shows it; `ts` is None until the card is there.

    `id` is the provider's, or ours where it told none; without `is_certain` nobody knows whether the provider has it.
    `made_at` is when it was asked for; the store fills it in.
    """

    id: str
    plan: WavePlan
    author: UserId
    channel: ChannelId
    ts: MessageTs | None
    card_key: PostKey
    is_certain: bool = True
    made_at: Micros = NOT_YET
