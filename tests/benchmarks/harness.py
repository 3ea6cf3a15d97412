"""What every benchmark is given: how often, how thoroughly, where, and the signed requests they share."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.benchmarks.machine import Machine
from tests.benchmarks.requests import Signer

CONTACTS = 200
TEXTS = 4_000
FULL = 5
"""How many times as many in a full run."""

SOME_TEXTS, MANY_TEXTS = 2_000, 100_000


@dataclass
class Harness:
    """One run of the suite. `is_full` asks for the long forms."""

    folder: Path
    rounds: int
    is_full: bool
    machine: Machine

    def __post_init__(self) -> None:
        self.signer = Signer()
        self._folders = 0

    def fresh(self) -> Path:
        """Make an empty folder."""
        self._folders += 1
        made = self.folder / f"{self._folders}"
        made.mkdir()
        return made

    @cached_property
    def texts(self) -> list[bytes]:
        """Webhooks with texts of CONTACTS contacts in turn."""
        return self.signer.webhooks(TEXTS * (FULL if self.is_full else 1), contacts=CONTACTS)

    @cached_property
    def many_texts(self) -> list[bytes]:
        """Webhooks of the same contacts for the memory they take: few, and in a full run very many."""
        return self.signer.webhooks(MANY_TEXTS, contacts=CONTACTS) if self.is_full else self.texts[:SOME_TEXTS]
