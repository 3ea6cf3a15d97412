"""What came of the requests on one route: statuses, memory, open files, log lines, and every promise that broke."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.hostile.requests import RawRequest

DOORS = ("slack", "volt", "secret")
"""The routes that want a signature."""

MOST_GROWTH = 1.2
MORE_FILES = 12
"""Connections that the bot keeps to both stand-ins, and to its readers of the database."""

SHOWN_BYTES = 700
SHOWN_ALIKE = 3
TITLE = "route     requests  seconds  longest line  MiB before  after   peak  files      statuses"
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")


@dataclass
class Count:
    """One route's line of the table; memory in MiB."""

    route: str
    requests: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    before: float = 0.0
    after: float = 0.0
    peak: float = 0.0
    files_before: int = 0
    files_after: int = 0
    longest_line: int = 0
    seconds: float = 0.0

    def take(self, number: int, sent: RawRequest, *, is_signed: bool, answer: bytes) -> None:
        """Count the statuses of one request's answers, and note what must not be."""
        found = [status.decode() for status in _STATUS.findall(answer)]
        self.requests += 1
        self.statuses.update(found or ["-"])
        faults = [f"answered {status}" for status in found if status >= "500"]
        if sent.is_answered and not found:
            faults.append("not answered")
        if not is_signed and self.route in DOORS and any("200" <= status < "300" for status in found):
            faults.append("taken in unsigned")
        shown = b"".join(sent.parts)[:SHOWN_BYTES]
        self.faults += [f"{self.route} #{number} ({sent.name}): {fault}: {shown!r}" for fault in faults]

    def weigh(self) -> None:
        """Note what has grown."""
        if self.after > self.before * MOST_GROWTH:
            self.faults.append(f"{self.route}: memory grew from {self.before:.1f} to {self.after:.1f} MiB")
        if self.files_after > self.files_before + MORE_FILES:
            self.faults.append(f"{self.route}: open files grew from {self.files_before} to {self.files_after}")

    def line(self) -> str:
        """Write one line of the table under TITLE."""
        statuses = " ".join(f"{status}:{times}" for status, times in sorted(self.statuses.items()))
        numbers = f"{self.route:8}  {self.requests:8}  {self.seconds:7.1f}  {self.longest_line:12}"
        memory = f"{self.before:10.1f}  {self.after:5.1f}  {self.peak:5.1f}"
        return f"{numbers}  {memory}  {self.files_before:3} → {self.files_after:3}  {statuses}"


def some_of_each(faults: Iterable[str]) -> list[str]:
    """Leave out what repeats: alike are faults that begin alike, numbers aside."""
    alike: Counter[str] = Counter()
    shown = []
    for fault in faults:
        beginning = re.sub(r"\d+", "", fault)[:60]
        alike[beginning] += 1
        if alike[beginning] <= SHOWN_ALIKE:
            shown.append(fault)
    return shown
