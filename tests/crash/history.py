"""What was said, and what its authors did about it afterwards: the history that a verdict is reached on.

A text is accepted when the bot has answered 200 to it; from then on it must not get lost. So is a deed: an edit, a
deletion, the wish to take a text back, the word to send it. Holds no judgement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum

INBOUND, OUTBOUND = "in", "out"


class Act(Enum):
    """What a person in Slack does about a reply. Of the button alone nobody is told in the thread that it came late."""

    EDIT = "edit"
    DELETE = "delete"
    REACT = "react"  # asks for it back by a reaction
    UNDO = "undo"  # asks for it back by the button
    SEND = "send"  # says that a draft may go


TAKES_BACK = frozenset({Act.DELETE, Act.REACT, Act.UNDO})


@dataclass
class Carried:
    """Something that is handed to the bot; times in Unix seconds, infinite until they come."""

    offered_at: float = math.inf  # the first request that carried it began
    accepted_at: float = math.inf  # the first answer 200 was there

    @property
    def is_accepted(self) -> bool:
        """Whether the bot has answered 200."""
        return self.accepted_at < math.inf


@dataclass
class Deed(Carried):
    """One act; `words` are the new ones of an edit, and those that the button to send stood under."""

    act: Act = Act.EDIT
    words: str = ""


@dataclass
class _Text:
    way: str
    contact: str
    number: int


@dataclass
class Said(Carried, _Text):
    """One text; `deeds` are in the order in which Slack has them."""

    is_command: bool = False  # said by /volt: Slack brings it once, so what was not answered may be there or not
    is_draft: bool = False  # its thread asks before it sends
    is_unheard: bool = False  # said while the bot was not in the channel: no event tells of it, it has to be read
    is_sent_again: bool = False  # by a person whom the bot asked: it goes behind what was written since
    mark: str = ""  # of its workspace, where there are several
    known_at: float = 0.0  # before this the bot could not know whose thread it stands in
    deeds: list[Deed] = field(default_factory=list)

    @property
    def body(self) -> str:
        """Its first words, which no other text has."""
        return " ".join(filter(None, (self.way, self.mark, self.contact[-4:], f"{self.number}.")))

    @property
    def versions(self) -> list[str]:
        """All words that it was given, one after the other."""
        return [self.body, *(deed.words for deed in self.deeds if deed.act is Act.EDIT)]

    @property
    def is_taken_back(self) -> bool:
        """Whether somebody asked for it back."""
        return any(deed.act in TAKES_BACK for deed in self.deeds)

    @property
    def must_arrive(self) -> bool:
        """Whether it may not be missing in the end."""
        return (self.is_accepted or self.is_unheard) and not self.is_taken_back

    def edit(self) -> Deed:
        """Give it new words, which no other text has."""
        deed = Deed(act=Act.EDIT, words=f"{self.body} Or rather {len(self.versions)}.")
        self.deeds.append(deed)
        return deed

    def did(self, act: Act, words: str = "") -> Deed:
        """Note another act."""
        deed = Deed(act=act, words=words)
        self.deeds.append(deed)
        return deed
