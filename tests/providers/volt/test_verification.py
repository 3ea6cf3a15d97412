"""The first day without signatures: it begins once, ends by itself, and is forgotten with the setting."""

from __future__ import annotations

import pytest

from bot.providers.volt.verification import LOG_MODE_S, LOG_MODE_SINCE, Verification, begun


class Facts:
    """What is stored, and what time it is."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.now = 1_795_000_000.0

    async def recall(self, name: str) -> str | None:
        """Give back a value."""
        return self.values.get(name)

    async def remember(self, name: str, value: str) -> None:
        """Keep a value."""
        self.values[name] = value

    async def start(self, setting: str) -> Verification:
        """Start with a setting, as a bot does."""
        return await begun(setting, self.recall, self.remember, lambda: self.now)


async def test_the_first_day() -> None:
    """For 24 hours from when the setting was first seen what does not verify is acted on, over restarts."""
    facts = Facts()
    began = facts.now
    first = await facts.start("log")
    assert (first.is_enforced, first.ends_at) == (False, began + LOG_MODE_S)
    facts.now += LOG_MODE_S - 1
    assert not (await facts.start("log")).is_enforced
    facts.now += 1
    assert (first.is_enforced, first.ends_at) == (True, None)
    assert (await facts.start("log")).is_enforced


async def test_another_setting_forgets_it() -> None:
    """Once signatures were enforced the setting begins another day."""
    facts = Facts()
    await facts.start("log")
    facts.now += LOG_MODE_S
    assert (await facts.start("enforce")).is_enforced
    assert facts.values == {LOG_MODE_SINCE: ""}
    assert not (await facts.start("log")).is_enforced


async def test_a_clock_that_was_set_back() -> None:
    """Before the moment that is stored nothing is acted on without a signature."""
    facts = Facts()
    await facts.start("log")
    facts.now -= 60
    assert (await facts.start("log")).is_enforced


@pytest.mark.parametrize("setting", ["enforce", ""])
async def test_nothing_is_stored_where_signatures_are_enforced(setting: str) -> None:
    """A bot that enforces signatures stores nothing about it."""
    facts = Facts()
    assert (await facts.start(setting)).is_enforced
    assert facts.values == {}
