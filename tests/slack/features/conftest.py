"""The harness that the tests of handlers share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.handlers import Handlers


@pytest.fixture
async def handlers(tmp_path: Path) -> AsyncIterator[Handlers]:
    """Give the handlers of Slack's features between two stand-ins."""
    async with Handlers(tmp_path) as running:
        yield running
