"""Check of the audit trail: every line is there, in its place, and as it was written.

The trail of each workspace is a chain. Refuses nothing: what is wrong is said, the first fault of a chain and the rest.
"""

from collections.abc import Iterator, Sequence

from bot.domain.audit_chain import ChainedLine, ChainEnds, faults_in
from bot.domain.text import counted
from bot.domain.workspaces import WorkspaceId
from bot.store.sql.connection import Connection


def faults_in_chains(reader: Connection, workspace: WorkspaceId | None) -> tuple[list[str], list[ChainedLine]]:
    """Say what is wrong with the chain of a workspace, or of all, and give the lines that were looked at.

    The reader sees the database as of one moment. Raises what the engine raises.
    """
    chains = dict(_chains(reader, workspace))
    names = {row["id"]: row["name"] for row in reader.execute(reader.statements["export_workspaces"])}
    faults = []
    for number, (ends, lines) in chains.items():
        where = f"workspace {names.get(number) or number}: " if len(chains) > 1 else ""
        faults += [f"{where}{fault}" for fault in faults_in(ends, lines)]
    return faults, [line for _, lines in chains.values() for line in lines]


def _chains(
    reader: Connection, workspace: WorkspaceId | None
) -> Iterator[tuple[int, tuple[ChainEnds, list[ChainedLine]]]]:
    sql, wanted = reader.statements, {"workspace": workspace}
    ends = {row["workspace"]: ChainEnds(*tuple(row)[1:]) for row in reader.execute(sql["audit_ends"], wanted)}
    lines: dict[int, list[ChainedLine]] = {number: [] for number in ends}
    for row in reader.execute(sql["audit_chain_lines"], wanted):
        lines.setdefault(row["workspace"], []).append(ChainedLine(*tuple(row)))
    for number, found in lines.items():
        yield number, (ends.get(number, ChainEnds()), found)


def looked_at(lines: Sequence[ChainedLine], notes: int) -> str:
    """Say in words what was looked at: lines of people, and what was noted of exports and backups."""
    erased = sum(not line.salt for line in lines)
    noted = counted(notes, "export or backup", "exports and backups")
    words = f"{counted(len(lines), 'line')} of the audit trail, {noted}"
    return f"{words}; the details of {counted(erased, 'line')} are erased" if erased else words
