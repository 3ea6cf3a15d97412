"""For every test: no network beyond this machine, and one bot between two stand-ins for those that ask for it.

The fence is an audit hook, so it also stops what a library does behind our back. It cannot be taken down again, which
is why it is put up once per run.
"""

from __future__ import annotations

import gc
import ipaddress
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from bot.config import Config

pytest_plugins = ["tests.postgres.fixtures"]
pytest.register_assert_rewrite(
    "tests.harness.in_process",
    "tests.harness.whatsapp",
    "tests.harness.carium",
    "tests.harness.sight",
    "tests.harness.handlers",
)

from tests.harness.carium import Carium  # noqa: E402
from tests.harness.in_process import Relay  # noqa: E402 - only a module not yet imported can be rewritten
from tests.harness.whatsapp import WhatsApp  # noqa: E402

KEPT = pytest.StashKey[list[str]]()

SLOW = ("tests/crash/", "tests/hostile/", "tests/e2e/")
"""Tests that take long and mostly wait: for processes, for peers that hang, for windows that pass."""

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("busy"), max_examples=20)
settings.load_profile("busy")  # a machine that does much else is no fault of what is tested


class BeyondTheFence(RuntimeError):
    """A test, or what it runs, wanted to leave this machine."""


def _is_here(host: object) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name is None or name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(name).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _fence(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        connecting, address = arguments
        is_unix = connecting.family == getattr(socket, "AF_UNIX", None)
        host = "" if is_unix else address[0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        raise BeyondTheFence(f"{event}: tests reach loopback only, not {host!r}")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --keep-db."""
    parser.addoption(
        "--keep-db", action="store_true", help="keep the databases of the end-to-end tests and print where they are"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Put up the fence."""
    config.stash[KEPT] = []
    sys.addaudithook(_fence)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deal the slow tests out to the workers, in front of the others: what only computes leaves no gap at the end."""
    workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
    slow = [one for one in items if one.nodeid.startswith(SLOW)]
    others = [one for one in items if not one.nodeid.startswith(SLOW)]
    size = -(-len(others) // workers)
    shares = ((*slow[turn::workers], *others[turn * size : (turn + 1) * size]) for turn in range(workers))
    items[:] = [one for share in shares for one in share]


def pytest_collection_finish() -> None:
    """Keep what the collection made, thousands of tests, out of every later search for garbage."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say where the databases are."""
    for line in terminalreporter.config.stash[KEPT]:
        terminalreporter.write_line(line)


@pytest.fixture
async def whatsapp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WhatsApp]:
    """Give a running bot between a stand-in Slack and a stand-in Glific, without any setting of Volt's."""
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    async with WhatsApp(tmp_path) as running:
        yield running
    sys.stderr.write(running.log)
    running.forget_database()


@pytest.fixture
async def both_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WhatsApp]:
    """Give a running bot with a line at Volt and one at Glific, whose login has Volt's own number."""
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    async with WhatsApp(tmp_path, has_volt=True) as running:
        yield running
    sys.stderr.write(running.log)
    running.forget_database()


@pytest.fixture
async def carium(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Carium]:
    """Give a running bot between a stand-in Slack and a stand-in courier, without any setting of Volt's."""
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    async with Carium(tmp_path) as running:
        yield running
    sys.stderr.write(running.log)
    running.forget_database()


@pytest.fixture
async def relay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[Relay]:
    """Give a running bot between a stand-in Slack and a stand-in Volt; its log is shown where a test fails."""
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    async with Relay(tmp_path) as running:
        yield running
    sys.stderr.write(running.log)
    if request.config.getoption("--keep-db"):
        request.config.stash[KEPT].append(f"{request.node.nodeid}: {running.database}")
    else:
        running.forget_database()
