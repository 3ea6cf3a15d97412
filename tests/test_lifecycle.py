"""The end of the bot: everything that was opened is closed, the last first, whatever goes wrong meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

import pytest

from bot.domain.errors import StoreUnavailable
from bot.lifecycle import Lifecycle


class Journal:
    """Keeps when things are opened and closed."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def closer(self, name: str, error: Exception | None = None) -> Callable[[], Coroutine[None, None, None]]:
        """Make what closes one of them, and may fail to."""

        async def close() -> None:
            self.said.append(f"close {name}")
            if error is not None:
                raise error

        return close


class Switch:
    """One component; it may refuse to start."""

    def __init__(self, journal: Journal, name: str, *, starts: bool = True) -> None:
        self._journal, self._name, self._starts = journal, name, starts
        self.close = journal.closer(name)

    async def start(self) -> None:
        """Begin."""
        if not self._starts:
            raise OSError(self._name)
        self._journal.said.append(f"start {self._name}")


async def test_the_last_is_closed_first() -> None:
    """Components are closed in the reverse order of their start, and only once."""
    journal, lifecycle = Journal(), Lifecycle()
    await lifecycle.start(Switch(journal, "store"))
    lifecycle.close_later(journal.closer("session"))
    await lifecycle.start(Switch(journal, "door"))
    await lifecycle.close()
    await lifecycle.close()
    assert journal.said == ["start store", "start door", "close door", "close session", "close store"]


async def test_what_did_not_start_is_not_closed() -> None:
    """A component that cannot start says so to whoever starts it; what stands already can still be closed."""
    journal, lifecycle = Journal(), Lifecycle()
    await lifecycle.start(Switch(journal, "store"))
    with pytest.raises(OSError, match="door"):
        await lifecycle.start(Switch(journal, "door", starts=False))
    await lifecycle.close()
    assert journal.said == ["start store", "close store"]


async def test_what_cannot_be_closed_keeps_nothing_open(capsys: pytest.CaptureFixture[str]) -> None:
    """Where closing one fails the log says so, and all others are closed."""
    journal, lifecycle = Journal(), Lifecycle()
    lifecycle.close_later(journal.closer("store"))
    lifecycle.close_later(journal.closer("session", ValueError("torn")))
    lifecycle.close_later(journal.closer("door"))
    await lifecycle.close()
    assert journal.said == ["close door", "close session", "close store"]
    said = capsys.readouterr()
    assert "close.failed" in said.out + said.err
    assert "torn" in said.out + said.err


async def test_what_could_not_be_stored_at_the_end_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A database that is away while the bot stops is no fault of the bot's: said in words, without a traceback."""
    journal, lifecycle = Journal(), Lifecycle()
    lifecycle.close_later(journal.closer("loop", StoreUnavailable("the database cannot be reached")))
    await lifecycle.close()
    said = "".join(capsys.readouterr())
    assert "the database cannot be reached" in said
    assert "Traceback" not in said
