"""Imports: contacts from files, and what was done with each row."""

import json

from bot.domain.imports import ImportCounts, ImportJob, ImportPlan, ImportRow, ImportState, RowFault, RowState
from bot.domain.timestamps import Micros
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository


class Imports(Repository):
    """Imports of a workspace."""

    def save(self, job: ImportJob) -> None:
        """Store an import."""
        self._do(
            "save_import",
            id=job.id,
            state=job.state.value,
            plan=job.plan.written(),
            author=job.author,
            account=job.account,
            channel=job.channel,
            ts=job.ts,
            is_posting=int(job.is_posting),
            is_reporting=int(job.is_reporting),
            note=job.note,
            body=job.body,
            texter=job.texter,
        )

    def get(self, job_id: str) -> ImportJob | None:
        """Read an import."""
        row = self._one("import", id=job_id)
        return None if row is None else _job(row)

    def all(self, limit: int) -> list[ImportJob]:
        """List imports."""
        return [_job(row) for row in self._all("imports", limit=limit)]

    def add_row(self, job_id: str, row: ImportRow) -> None:
        """Store a row."""
        self._do(
            "add_import_row",
            job=job_id,
            line=row.line,
            number=row.number,
            name=row.name,
            fields=json.dumps(row.fields, ensure_ascii=False),
            state=row.state.value,
            fault=_written(row.fault),
            detail=row.detail,
        )

    def set_row(self, job_id: str, row: ImportRow) -> None:
        """Store what was done with a row; nothing where its person was erased meanwhile."""
        changed = {"state": row.state.value, "fault": _written(row.fault), "detail": row.detail}
        self._do("set_import_row", job=job_id, line=row.line, **changed)

    def rows(self, job_id: str, state: RowState, *, after: int, limit: int) -> list[ImportRow]:
        """List rows."""
        found = self._all("import_rows", job=job_id, state=state.value, after=after, limit=limit)
        return [_row(row) for row in found]

    def line_of(self, job_id: str, number: str) -> int | None:
        """Find the row of a number."""
        row = self._one("import_line_of", job=job_id, number=number)
        return None if row is None else row["line"]

    def last_line(self, job_id: str) -> int:
        """Tell the last line."""
        return self._existing("last_import_line", job=job_id)["line"] or 0

    def counts(self, job_id: str) -> ImportCounts:
        """Count rows."""
        rows: dict[RowState, int] = {}
        faults: dict[RowState, dict[RowFault, int]] = {RowState.REFUSED: {}, RowState.LEFT_OUT: {}}
        for row in self._all("import_counts", job=job_id):
            rows[RowState(row["state"])] = row["rows"]
        for row in self._all("import_faults", job=job_id):
            faults[RowState(row["state"])][RowFault(row["fault"])] = row["rows"]
        texts = {row["status"]: row["texts"] for row in self._all("import_texts", job=job_id)}
        return ImportCounts(rows, faults[RowState.REFUSED], faults[RowState.LEFT_OUT], texts)

    def forget_rows(self, job_id: str, limit: int) -> int:
        """Remove rows."""
        return self._do("forget_import_rows", job=job_id, limit=limit).rowcount

    def forget_old_rows(self, before: Micros, limit: int) -> int:
        """Remove old rows."""
        return self._do("forget_old_import_rows", before=before, limit=limit).rowcount

    def forget(self, job_id: str) -> None:
        """Remove an import."""
        self._do("forget_import", id=job_id)


def _written(fault: RowFault | None) -> str:
    return "" if fault is None else fault.value


def _job(row: Row) -> ImportJob:
    return ImportJob(
        id=row["id"],
        plan=ImportPlan.read(row["plan"]),
        author=row["author"],
        account=row["account"],
        channel=row["channel"],
        state=ImportState(row["state"]),
        ts=row["ts"],
        is_posting=bool(row["is_posting"]),
        is_reporting=bool(row["is_reporting"]),
        note=row["note"],
        body=row["body"],
        texter=row["texter"],
        made_at=row["made_at"],
    )


def _row(row: Row) -> ImportRow:
    fault = RowFault(row["fault"]) if row["fault"] else None
    fields = json.loads(row["fields"])
    return ImportRow(row["line"], row["number"], row["name"], fields, RowState(row["state"]), fault, row["detail"])
