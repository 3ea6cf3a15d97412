"""Runs the built bot and its proxy as compose.yaml does: hardened, and not as root. Raises AssertionError."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.bot_process import free_port
from tests.harness.world import ACCOUNT
from tests.image.dockerfile import Stage
from tests.image.root import Root
from tests.postgres.cluster import Cluster, binaries

TRIES = 60
PAUSE_S = 1.0


def say(line: str) -> None:
    """Say a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def look_at_bot_and_proxy(stages: Mapping[str, Stage], roots: Mapping[str, Root], folder: Path) -> None:
    """Run both, and say a line for each thing that holds."""
    port, outside = free_port(), free_port()
    async with SlackStandIn() as slack, VoltStandIn(account_number=ACCOUNT) as volt, _server(folder) as database:
        settings = _settings(slack, volt) | {"PORT": str(port), **database}
        writable = "/tmp" if database else "/tmp /var/lib/volt-bot"  # noqa: S108 - the one place that compose.yaml mounts
        async with _running(stages["bot"], roots["bot"], settings, writable=writable) as bot:
            await _until_healthy(stages["bot"], roots["bot"], settings)
            say("holds  HEALTHCHECK answers once CMD runs")
            _look_at_rights(bot)
            await _look_at_files(roots["bot"])
            proxied = {"PUBLIC_URL": f"http://127.0.0.1:{outside}", "BOTS": f"127.0.0.1:{port}"}
            async with _running(stages["proxy"], roots["proxy"], proxied, writable="/tmp /data") as proxy:  # noqa: S108
                await _until_answered(f"http://127.0.0.1:{outside}/healthz")
                say("holds  the proxy leads to the bot")
                _look_at_rights(proxy)  # only now: what begins as root to mount has become the proxy


@asynccontextmanager
async def _server(folder: Path) -> AsyncIterator[dict[str, str]]:
    """Run PostgreSQL where it is installed; gives the setting that names it."""
    programs = binaries()
    if programs is None:
        say("note   no PostgreSQL is installed here: the bot runs on a file in a volume")
        yield {}
        return
    server = Cluster(folder / "server", programs)
    server.create()
    server.start()
    try:
        yield {"DATABASE_URL": server.url}
    finally:
        server.stop()


def _settings(slack: SlackStandIn, volt: VoltStandIn) -> dict[str, str]:
    return {
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_CHANNEL": "C0SUPPORT",
        "SLACK_API_URL": slack.api_url,
        "VOLT_API_TOKEN": volt.token,
        "VOLT_ACCOUNT_NUMBER": ACCOUNT,
        "VOLT_API_URL": volt.graphql_url,
        "VOLT_WEBHOOK_KEY": volt.key_url,
    }


@asynccontextmanager
async def _running(stage: Stage, root: Root, given: Mapping[str, str], *, writable: str) -> AsyncIterator[int]:
    """Run CMD; gives the process id, and sees that it ends in order on SIGTERM."""
    command = stage.last("CMD")
    assert command is not None, stage.name
    line = root.command(command.words, given, is_hardened=True, writable=writable)
    outer = await asyncio.create_subprocess_exec(*line, stdin=asyncio.subprocess.DEVNULL)
    try:
        inner = await _only_child(outer)
        yield inner
        os.kill(inner, signal.SIGTERM)
        assert await asyncio.wait_for(outer.wait(), TRIES) == 0, f"{stage.name} did not end in order"
        say(f"holds  {stage.name} ends in order on SIGTERM, as process 1")
    finally:
        if outer.returncode is None:
            outer.kill()
            await outer.wait()


async def _only_child(outer: asyncio.subprocess.Process) -> int:
    for _ in range(TRIES):
        if outer.returncode is None and (found := _children(outer.pid)):
            return found[0]
        await asyncio.sleep(PAUSE_S)
    raise AssertionError("nothing was started")


def _children(process: int) -> list[int]:
    return list(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))


async def _until_healthy(stage: Stage, root: Root, given: Mapping[str, str]) -> None:
    health = stage.last("HEALTHCHECK")
    assert health is not None
    line = root.command(health.words, given, is_hardened=True)
    for _ in range(TRIES):
        asking = await asyncio.create_subprocess_exec(*line, stderr=asyncio.subprocess.DEVNULL)
        if await asking.wait() == 0:
            return
        await asyncio.sleep(PAUSE_S)
    raise AssertionError("HEALTHCHECK never answered")


def _look_at_rights(process: int) -> None:
    told = dict(line.split(":\t", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    assert "0" not in told["Uid"].split(), "a process runs as root"
    assert int(told["CapEff"], 16) == 0, "a process has capabilities"
    assert told["NoNewPrivs"] == "1"
    say(f"holds  {told['Name']} runs as user {told['Uid'].split()[0]}, without capabilities")


async def _look_at_files(root: Root) -> None:
    write = ["python", "-c", "open('/var/lib/volt-bot/new', 'w')"]
    trying = await asyncio.create_subprocess_exec(
        *root.command(write, {}, is_hardened=True), stderr=asyncio.subprocess.DEVNULL
    )
    assert await trying.wait() != 0, "the root file system can be written"
    say("holds  nothing can be written but what is mounted")


async def _until_answered(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(TRIES):
            try:
                async with session.get(url) as answer:
                    if await answer.text() == "alive":
                        return
            except aiohttp.ClientError:
                pass  # it does not listen yet
            await asyncio.sleep(PAUSE_S)
    raise AssertionError("the proxy never answered")
