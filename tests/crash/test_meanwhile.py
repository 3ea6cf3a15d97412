"""What goes on beside a round is heard of where it ended by itself: without it a round proves less than it says."""

from __future__ import annotations

import asyncio

import pytest

from tests.crash.meanwhile import Meanwhile


class Broken(Meanwhile):
    """One that ends at once."""

    async def _run(self) -> None:
        raise LookupError("no such button")


class Endless(Meanwhile):
    """One that goes on."""

    async def _run(self) -> None:
        await asyncio.Event().wait()


async def test_what_ended_it_is_told() -> None:
    """Where it failed, its stop says so."""
    broken = Broken()
    broken.begin()
    await asyncio.sleep(0)
    with pytest.raises(LookupError):
        await broken.stop()


async def test_it_is_stopped() -> None:
    """One that goes on is stopped, and may begin anew."""
    endless = Endless()
    for _ in range(2):
        endless.begin()
        await endless.stop()
