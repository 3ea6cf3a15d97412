"""Who counts as nearby."""

from __future__ import annotations

import pytest

from bot.observability.visitors import _is_near


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.9", "172.20.0.1", "::1", "fd12::1", "fe80::1%eth0", "::ffff:10.0.0.1"],
)
def test_near(address: str) -> None:
    """This machine and private networks are near, in either version of the protocol."""
    assert _is_near(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "100.64.0.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "0.0.0.0", "", "unix", "localhost"],
)
def test_not_near(address: str) -> None:
    """Every other address is far, and so is what is none."""
    assert not _is_near(address)
