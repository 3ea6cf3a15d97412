"""What the figures depend on: the processor, SQLite, how long the disk takes; and what a process uses.

Reads /proc, so it works on Linux only.
"""

import os
import platform
import sqlite3
import statistics
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SYNCS = 300
"""How often the disk is asked."""

PAGE_BYTES = 4096

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Machine:
    """One line for every report. `fdatasync_ms` is the median."""

    cpu: str
    cores: int
    python: str
    sqlite: str
    fdatasync_ms: float

    def __str__(self) -> str:
        return (
            f"{self.cpu}, {self.cores} cores, Python {self.python}, SQLite {self.sqlite}, "
            f"fdatasync p50 {self.fdatasync_ms:.2f} ms"
        )


def this_machine(folder: Path) -> Machine:
    """Look at the machine; the disk is the one that holds the folder."""
    return Machine(
        cpu=_cpu_model(),
        cores=len(os.sched_getaffinity(0)),
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        fdatasync_ms=fdatasync_ms(folder),
    )


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def fdatasync_ms(folder: Path) -> float:
    """Measure the median time to overwrite one page and have it on the disk, in milliseconds."""
    file = os.open(folder / "fdatasync", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.pwrite(file, b"x" * PAGE_BYTES, 0)
        os.fsync(file)
        return statistics.median(_sync_once(file) for _ in range(SYNCS)) * 1_000
    finally:
        os.close(file)


def _sync_once(file: int) -> float:
    begun = time.perf_counter()
    os.pwrite(file, b"y" * PAGE_BYTES, 0)
    os.fdatasync(file)
    return time.perf_counter() - begun


def resident_mb(pid: int) -> float:
    """Tell how much memory a process holds now, in MB (10^6 bytes)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(kib) * 1024 / 1e6


def cpu_s(pid: int) -> float:
    """Tell how much processor time a process has used so far, in seconds."""
    return sum(_ticks(pid)[:2]) / _TICKS_PER_S


def family_cpu_s(pid: int) -> float:
    """Tell how much a process has used, with its children: those that have ended, and those that run."""
    spent = sum(_ticks(pid))
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):  # one that has ended meanwhile
            if int(_fields(int(folder.name))[1]) == pid:
                spent += sum(_ticks(int(folder.name)))
    return spent / _TICKS_PER_S


def _ticks(pid: int) -> list[int]:
    """Read the processor time of a process, for itself and the system, then the same of its children that ended."""
    return [int(field) for field in _fields(pid)[11:15]]


def _fields(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
