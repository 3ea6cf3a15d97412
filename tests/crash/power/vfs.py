"""Between SQLite and the file system: every change goes to the disk that can lose power.

Files are really there (SQLite's shared memory needs that), so reads see what an operating system would show; `Disk`
keeps what would survive.
"""

from pathlib import Path
from typing import Any

import apsw

from tests.crash.power.disk import Cut, Disk, Write

WITH_FOLDER = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL
"""Files that SQLite on Unix syncs together with the folder when it has made them (os_unix.c, UNIXFILE_DIRSYNC)."""


class LosingVfs(apsw.VFS):
    """Hands every change to the disk before it is made."""

    def __init__(self, name: str, disk: Disk) -> None:
        super().__init__(name, base="")
        self._disk = disk

    def xOpen(self, name: Any, flags: list[int]) -> "LosingFile":  # noqa: N802 - SQLite's name
        """Open a file on the disk."""
        self._disk.require_power()
        return LosingFile(self._disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: FBT001, N802 - SQLite's name and order
        """Remove a file."""
        self._disk.remove(Path(filename).name, with_folder=syncdir)
        super().xDelete(filename, False)


class LosingFile(apsw.VFSFile):
    """One open file."""

    def __init__(self, disk: Disk, name: str | apsw.URIFilename, flags: list[int]) -> None:
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        self._is_new = not path.exists()
        self._syncs_folder = self._is_new and bool(flags[0] & WITH_FOLDER)
        super().__init__("", name, flags)
        self._disk, self._name = disk, path.name
        disk.file(path.name)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        """Read what the operating system would show."""
        self._disk.require_power()
        return super().xRead(amount, offset)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        """Write; nothing is promised."""
        self._disk.change(self._name, Write(bytes(data), offset))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        """Change the length; nothing is promised."""
        self._disk.change(self._name, Cut(newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: ARG002, N802
        """Promise the file. The real file is not synced: nobody will miss it."""
        self._disk.sync(self._name, with_folder=self._syncs_folder)
        self._syncs_folder = False
