"""Duties on a real server: one bot at a time has each, and the next one takes it once that bot has ended."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from bot.store.postgres.duties import end_duty, has_duty

pytestmark = pytest.mark.postgres

WAVES = "waves 1"

Connection = Any
"""A connection of psycopg with rows read by name, which is all that duties need."""


@pytest.fixture
def bots(postgres_url: str) -> Iterator[list[Connection]]:
    """Give the connections of three bots, whose seats are 1, 2 and 3."""
    made = [psycopg.connect(postgres_url, row_factory=dict_row) for _ in range(3)]
    made[0].execute("CREATE TABLE seat (id BIGINT PRIMARY KEY, ended_at TIMESTAMPTZ)")
    made[0].execute("CREATE TABLE duty (name TEXT PRIMARY KEY, seat BIGINT REFERENCES seat(id))")
    made[0].execute("INSERT INTO seat (id) VALUES (1), (2), (3)")
    made[0].commit()
    yield made
    for connection in made:
        connection.close()


def takes(bots: list[Connection], seat: int, name: str = WAVES) -> bool:
    """Whether a bot has a duty, in a transaction of its own."""
    with bots[seat - 1].transaction():
        return has_duty(bots[seat - 1], seat, name)


def test_a_duty_is_of_the_first_that_asks(bots: list[Connection]) -> None:
    """Whoever asks first has it, every time; nobody else does, and another duty is another's."""
    assert [takes(bots, seat) for seat in (2, 1, 2, 3, 2)] == [True, False, True, False, True]
    assert takes(bots, 1, "waves 2")


def test_it_is_taken_once_its_bot_has_ended(bots: list[Connection]) -> None:
    """Once a seat has ended, the next that asks takes its duties, and keeps them."""
    assert takes(bots, 1)
    with bots[1].transaction():
        bots[1].execute("UPDATE seat SET ended_at = now() WHERE id = 1")
    assert [takes(bots, seat) for seat in (3, 2, 3)] == [True, False, True]


def test_a_bot_that_stops_leaves_its_duty(bots: list[Connection]) -> None:
    """What is left is free at once; nobody can leave what is another's."""
    assert takes(bots, 1)
    for seat in (2, 1):
        with bots[seat - 1].transaction():
            end_duty(bots[seat - 1], seat, WAVES)
        assert takes(bots, 3) is (seat == 1)


def test_two_that_ask_at_once(bots: list[Connection]) -> None:
    """Of two that ask before either has committed, the second waits, and does not get it."""
    with ThreadPoolExecutor(1) as aside:
        with bots[0].transaction():
            assert has_duty(bots[0], 1, WAVES)
            second = aside.submit(takes, bots, 2)
        assert not second.result(30)
    assert takes(bots, 1)
