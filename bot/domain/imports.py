"""Imports: contacts that are read from a file, row by row, and texted with words of their own. Pure.

A row is known by the line of the file that it begins in. What is done with each row is stored, so that a restart goes
on behind it, and nothing is done twice.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from typing import Any, Self

from bot.domain.errors import VoltBotError
from bot.domain.ids import ChannelId, MessageTs, PostKey, UserId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros

MOST_BYTES = 25_000_000
"""Size of a file that is read; a list of 100,000 people is mostly smaller than ten million bytes."""

MOST_ROWS = 100_000

MOST_JOBS = 50
"""Imports of a workspace that are stored at once."""

KEPT_S = 7 * 86_400.0
"""Time for which the rows of an import are kept, for a text with words of their own."""


NOBODY_YET = UserId("")
NOT_YET = Micros(0)
"""The time of an import that is not stored yet."""


class UnreadableFile(VoltBotError):
    """A file that cannot be read as a table; str() is for the person who gave it, in plain text."""


class ImportState(Enum):
    """How far an import is."""

    READING = "reading"
    ASKING = "asking"  # it is read, and a person has to say whether it is done
    SAVING = "saving"  # contacts and list, at the provider
    REPORTING = "reporting"  # the file of what was refused is still to be posted
    DONE = "done"
    TEXTING = "texting"
    TEXTED = "texted"
    STOPPED = "stopped"
    FAILED = "failed"  # the file cannot be read


UNDER_WAY = (ImportState.READING, ImportState.SAVING, ImportState.REPORTING, ImportState.TEXTING)
"""States in which the bot has something to do by itself."""


class RowState(Enum):
    """What was done with a row."""

    READY = "ready"
    REFUSED = "refused"
    SAVED = "saved"
    LISTED = "listed"
    HANDED = "handed"  # its text waits to leave
    TEXTED = "texted"
    LEFT_OUT = "left_out"  # of the texts: the row lacks a word, or its contact wants none


class RowFault(Enum):
    """Why a row is refused, or gets no text."""

    NO_NUMBER = "no_number"
    BAD_NUMBER = "bad_number"  # `detail` says what is wrong with it
    OUR_OWN = "our_own"
    UNREACHABLE = "unreachable"
    TWICE = "twice"  # `detail` is the row that it was in before
    OPTED_OUT = "opted_out"
    BLOCKED = "blocked"
    BAD_SIGNS = "bad_signs"  # a character could not be read
    TOO_MANY_CELLS = "too_many_cells"
    PROVIDER = "provider"  # `detail` is what the provider says
    EMPTY_CELL = "empty_cell"  # `detail` names the column
    TOO_LONG = "too_long"  # its text would be longer than one may be


@dataclass(frozen=True)
class Column:
    """Column of a file: as it is headed, and as a placeholder names it."""

    name: str
    key: str


@dataclass(frozen=True)
class ImportPlan:
    """What a person chose in the form. `number` and `name` are places of columns, `name` is -1 for none."""

    file_id: str
    file_name: str
    list_name: str
    columns: tuple[Column, ...]
    number: int
    name: int = -1
    has_header: bool = True

    def written(self) -> str:
        """Encode the plan for the database."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Decode what `written` encoded."""
        fields: dict[str, Any] = json.loads(text)
        columns = tuple(Column(one["name"], one["key"]) for one in fields["columns"])
        return cls(**{**fields, "columns": columns})


@dataclass(frozen=True)
class ImportCounts:
    """Rows by what was done with them; `texts` are those that were handed over, by how far they are."""

    rows: Mapping[RowState, int] = field(default_factory=dict)
    refused: Mapping[RowFault, int] = field(default_factory=dict)
    left_out: Mapping[RowFault, int] = field(default_factory=dict)
    texts: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.rows.values())

    def of(self, *states: RowState) -> int:
        """Count the rows in these states."""
        return sum(self.rows.get(state, 0) for state in states)

    @property
    def accepted(self) -> int:
        """Rows that were not refused."""
        return sum(self.rows.values()) - self.of(RowState.REFUSED)


@dataclass(frozen=True)
class ImportJob:
    """Import, and the card in Slack that shows it; `ts` is None until the card is there.

    `is_posting` and `is_reporting` are true from before a post is made until it is known: an answer may be lost.
    `note` says in plain text why it failed. `body` is what `texter` has texted to its people, with placeholders.
    """

    id: str
    plan: ImportPlan
    author: UserId
    account: E164
    channel: ChannelId
    state: ImportState = ImportState.READING
    ts: MessageTs | None = None
    is_posting: bool = False
    is_reporting: bool = False
    note: str = ""
    body: str = ""
    texter: UserId = NOBODY_YET
    made_at: Micros = NOT_YET

    @property
    def card_key(self) -> PostKey:
        """Key that the card carries."""
        return PostKey(f"import{self.id}")

    @property
    def report_key(self) -> PostKey:
        """Key by which the file of refused rows is found; its first characters stand in the name of the file."""
        return PostKey(self.id)


@dataclass(frozen=True)
class ImportRow:
    """Row of an import. `fields` are its cells by the keys of their columns."""

    line: int
    number: str
    name: str
    fields: Mapping[str, str]
    state: RowState = RowState.READY
    fault: RowFault | None = None
    detail: str = ""

    def refused(self, fault: RowFault, detail: str = "") -> Self:
        """The same row, refused."""
        return replace(self, state=RowState.REFUSED, fault=fault, detail=detail)


@dataclass(frozen=True)
class Record:
    """Row of a file as it was read: the line that it begins in, and its cells."""

    line: int
    cells: tuple[str, ...]


def columns_named(cells: Sequence[str]) -> tuple[Column, ...]:
    """Name columns by their headers; an empty one by its place, one that comes again with a number."""
    columns: list[Column] = []
    keys: set[str] = set()
    for place, cell in enumerate(cells, start=1):
        name = cell or f"Column {place}"
        key = first = key_of(name) or f"column_{place}"
        again = 2
        while key in keys:
            key, again = f"{first}_{again}", again + 1
        keys.add(key)
        columns.append(Column(name if key == first else f"{name} ({key})", key))
    return tuple(columns)


def key_of(name: str) -> str:
    """Write a header as a placeholder names it: "First name" as first_name."""
    return "_".join("".join(char if char.isalnum() else " " for char in name.casefold()).split())
