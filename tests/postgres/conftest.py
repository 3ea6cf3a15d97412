"""A bot on PostgreSQL between the two stand-ins, for the tests of tests/e2e that are run here, too."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config import Config
from tests.harness.in_process import Relay


@pytest.fixture
async def relay(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Relay]:
    """Give a running bot on PostgreSQL between both stand-ins; its log is shown where a test fails."""
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    async with Relay(tmp_path, database_url=postgres_url) as running:
        yield running
    sys.stderr.write(running.log)
