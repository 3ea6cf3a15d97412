"""What is on the platter: synced bytes, and the writes since then, of which a power loss keeps what it likes.

A loss keeps each 512-byte sector of each unsynced write or not, in any order, now and then torn in the middle; likewise
every truncation, the length of a file, and the names of files made or removed since the folder was last synced.
It harms no byte that was not being written: SQLite assumes so too (https://sqlite.org/psow.html).
"""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import apsw

SECTOR = 512
KEPT = (0.0, 0.1, 0.5, 0.9, 1.0)
"""Shares of the unsynced sectors that survive; one is drawn for every file at every loss."""

TORN = 0.05
"""Of the sectors that survive, the share that is cut in the middle."""


class PowerLost(apsw.IOError):
    """The machine is off."""


@dataclass(frozen=True)
class Write:
    """Bytes written at an offset."""

    data: bytes
    offset: int


@dataclass(frozen=True)
class Cut:
    """A file made this long."""

    size: int


@dataclass
class Platter:
    """One file. `is_named` tells whether its name in the folder is synced, `is_removed` whether it was deleted."""

    synced: bytearray = field(default_factory=bytearray)
    pending: list[Write | Cut] = field(default_factory=list)
    is_named: bool = False
    is_removed: bool = False

    def sync(self) -> None:
        """Promise everything written so far."""
        for change in self.pending:
            apply(self.synced, change)
        self.pending.clear()

    def after_loss(self, random: Random) -> bytes | None:
        """Return what a power loss leaves of the file, or None where the file itself is gone."""
        if (not self.is_named or self.is_removed) and random.random() < 0.5:
            return None
        image, share = bytearray(self.synced), random.choice(KEPT)
        for change in self.pending:
            for piece in pieces(change):
                if random.random() < share:
                    apply(image, torn(piece, random) if random.random() < TORN else piece)
        self._lengthen(image, random)
        return bytes(image)

    def _lengthen(self, image: bytearray, random: Random) -> None:
        """Now and then the length reached the platter without the bytes."""
        longest = max(
            (change.offset + len(change.data) for change in self.pending if isinstance(change, Write)), default=0
        )
        if longest > len(image) and random.random() < 0.3:
            missing = longest - len(image)
            image.extend(random.randbytes(missing) if random.random() < 0.5 else bytes(missing))


def apply(content: bytearray, change: Write | Cut) -> None:
    """Make one change to a file's bytes."""
    if isinstance(change, Cut):
        del content[change.size :]
        content.extend(bytes(change.size - len(content)))
        return
    content.extend(bytes(max(0, change.offset - len(content))))
    content[change.offset : change.offset + len(change.data)] = change.data


def pieces(change: Write | Cut) -> list[Write | Cut]:
    """Split a write at the borders of sectors."""
    if isinstance(change, Cut):
        return [change]
    end, starts = change.offset + len(change.data), [change.offset]
    starts += range(change.offset // SECTOR * SECTOR + SECTOR, end, SECTOR)
    cuts = zip(starts, [*starts[1:], end], strict=True)
    return [Write(change.data[start - change.offset : stop - change.offset], start) for start, stop in cuts]


def torn(change: Write | Cut, random: Random) -> Write | Cut:
    """Keep only the beginning or only the end of a write."""
    if isinstance(change, Cut):
        return change
    at = random.randrange(len(change.data) + 1)
    return random.choice((Write(change.data[:at], change.offset), Write(change.data[at:], change.offset + at)))


class Disk:
    """The files of one folder, and how many more deeds (writes, cuts, syncs, removals) there are before the loss."""

    def __init__(self, folder: Path, deeds_left: int) -> None:
        self.deeds_left = deeds_left
        self.struck_in = ""
        self._files = {path.name: Platter(bytearray(path.read_bytes()), is_named=True) for path in folder.iterdir()}

    @property
    def is_dead(self) -> bool:
        """Whether the power is gone."""
        return bool(self.struck_in)

    def require_power(self) -> None:
        """Raise PowerLost where there is none."""
        if self.is_dead:
            raise PowerLost(self.struck_in)

    def file(self, name: str) -> Platter:
        """Return a file, making it where it is not there."""
        if name not in self._files or self._files[name].is_removed:
            self._files[name] = Platter()
        return self._files[name]

    def change(self, name: str, change: Write | Cut) -> None:
        """Change a file; where the power goes now, perhaps in part."""
        self.require_power()
        self.file(name).pending.append(change)
        self._live_on(f"{type(change).__name__.lower()} {name}")

    def sync(self, name: str, *, with_folder: bool) -> None:
        """Sync a file, and where asked the names in its folder; where the power goes now, nothing is promised."""
        self.require_power()
        self._live_on(f"sync {name}")
        self.file(name).sync()
        if with_folder:
            self._sync_folder()

    def remove(self, name: str, *, with_folder: bool) -> None:
        """Remove a file; without a sync of the folder it may be back after the loss."""
        self.require_power()
        self._live_on(f"remove {name}")
        self.file(name).is_removed = True
        if with_folder:
            self._sync_folder()

    def _sync_folder(self) -> None:
        self._files = {name: file for name, file in self._files.items() if not file.is_removed}
        for file in self._files.values():
            file.is_named = True

    def _live_on(self, deed: str) -> None:
        self.deeds_left -= 1
        if self.deeds_left <= 0:
            self.lose_power(deed)
            raise PowerLost(deed)

    def lose_power(self, deed: str) -> None:
        """Switch off."""
        self.struck_in = self.struck_in or deed

    def leave(self, folder: Path, random: Random) -> None:
        """Write what the loss left into a new folder."""
        folder.mkdir()
        for name, file in sorted(self._files.items()):
            content = file.after_loss(random)
            if content is not None:
                folder.joinpath(name).write_bytes(content)
