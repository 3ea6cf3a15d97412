"""What strangers learn from the routes for monitors: nothing but whether the bot is ready."""

from __future__ import annotations

import asyncio

import pytest

from tests.harness.in_process import Relay
from tests.harness.world import DANA

TOKEN = "a-token-of-the-monitor"


@pytest.mark.parametrize(
    "header", ["X_Forwarded_For", "x_forwarded_proto", "Forwarded", "X_Real_IP", "Via", "CF_Connecting_IP"]
)
async def test_metrics_without_a_token(relay: Relay, header: str) -> None:
    """Without a token metrics answer this machine, and nobody who comes through a proxy on it."""
    assert (await relay.get("/metrics"))[0] == 200
    status, text = await relay.get("/metrics", **{header: "127.0.0.1"})
    assert (status, "volt_bot" in text) == (403, False)


async def test_metrics_with_a_token(relay: Relay) -> None:
    """With a token metrics answer whoever bears it, from anywhere, and nobody else."""
    await relay.restart(metrics_token=TOKEN)
    for given in ("", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \u00fc"):
        status, text = await relay.get("/metrics", Authorization=given)
        assert (status, "volt_bot" in text) == (401, False)
    status, text = await relay.get("/metrics", Authorization=f"Bearer {TOKEN}", X_Forwarded_For="203.0.113.9")
    assert (status, "volt_bot" in text) == (200, True)
    assert TOKEN not in relay.log


async def test_reasons_of_readyz(relay: Relay) -> None:
    """Why the bot is not ready is told to this machine and to the monitor, not to strangers."""
    await relay.restart(metrics_token=TOKEN)
    await asyncio.to_thread(relay.forget_database)
    await relay.volt.text(DANA, "Hello")
    near = await relay.get("/readyz")
    known = await relay.get("/readyz", Authorization=f"Bearer {TOKEN}", X_Forwarded_For="203.0.113.9")
    assert near[0] == known[0] == 503
    assert near[1].startswith("database: ")
    assert known[1].startswith("database: ")
    assert await relay.get("/readyz", X_Forwarded_For="203.0.113.9") == (503, "not ready")
    await relay.restart()
    assert await relay.get("/readyz", X_Forwarded_For="203.0.113.9") == (200, "ready")
