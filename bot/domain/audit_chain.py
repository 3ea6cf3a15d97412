"""Chain of the audit trail: each line carries a hash of the one before, so that a change, a gap and a new order show.

The hash of a line covers a digest of its detail, and not the detail: so a detail can be erased and the chain still
holds. The digest covers a random salt besides, which is erased with the detail; what is left tells nothing about it.
Every workspace has a chain of its own. Pure.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

START = ""
"""What stands for the line before the first one."""


@dataclass(frozen=True)
class ChainedLine:
    """A line with its place in the chain; `result_of` is the place of the line whose outcome it adds.

    `salt` is "" once the detail is erased.
    """

    workspace: int
    number: int
    at: int
    actor: str
    action: str
    conversation_id: int | None
    result_of: int | None
    detail: str
    salt: str
    digest: str = ""
    hash: str = ""


@dataclass(frozen=True)
class ChainEnds:
    """Ends of a chain: the last line that was erased for its age, and the last line of all, each with its hash."""

    after: int = 0
    after_hash: str = START
    last: int = 0
    last_hash: str = START


def digest_of(salt: str, detail: str) -> str:
    """Return the digest that stands for a detail."""
    return sha256(f"{salt}:{detail}".encode(errors="replace")).hexdigest()


def hash_of(line: ChainedLine, before: str) -> str:
    """Return the hash of a line behind the line with another hash."""
    covered = (
        line.workspace,
        line.number,
        line.at,
        line.actor,
        line.action,
        line.conversation_id,
        line.result_of,
        line.digest,
        before,
    )
    return sha256(json.dumps(covered, separators=(",", ":"), default=repr).encode()).hexdigest()


def chained(line: ChainedLine, before: str) -> ChainedLine:
    """Complete a new line: its digest, and its hash behind the line before."""
    digested = replace(line, digest=digest_of(line.salt, line.detail))
    return replace(digested, hash=hash_of(digested, before))


def faults_in(ends: ChainEnds, lines: Iterable[ChainedLine]) -> Iterator[str]:
    """Say what is wrong with a chain, given its lines as they are stored, the first stored first."""
    stored = list(lines)
    hashes = {line.number: line.hash for line in stored} | {ends.after: ends.after_hash}
    highest = ends.after
    for line in stored:
        if line.number <= highest:
            yield f"line {line.number} stands in another place"
        highest = max(highest, line.number)
        if _is_changed(line, hashes.get(line.number - 1)):
            yield f"line {line.number} was changed"
    yield from _gaps({line.number for line in stored}, ends.after, max(ends.last, highest))
    if highest > ends.last or (highest == ends.last and hashes[highest] != ends.last_hash):
        yield f"the end was changed: line {highest} is not the last one that was noted"


def _is_changed(line: ChainedLine, before: str | None) -> bool:
    """Tell whether a line is not as it was written; behind a gap only its detail can be compared."""
    is_readable = bool(line.salt)
    if line.digest != digest_of(line.salt, line.detail) and (is_readable or line.detail):
        return True
    return before is not None and line.hash != hash_of(line, before)


def _gaps(numbers: set[int], after: int, last: int) -> Iterator[str]:
    for number in range(after + 1, last + 1):
        if number not in numbers:
            yield f"line {number} is missing"
