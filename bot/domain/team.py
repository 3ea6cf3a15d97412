"""Team: who is on duty, whose turn it is when a new conversation is distributed, and who is writing. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from bot.domain.ids import UserId
from bot.domain.timestamps import Micros

MAX_NOTE_CHARS = 500
"""Limit of the note of a hand-over, in characters."""


class Distribution(Enum):
    """How conversations that nobody has are distributed. The values are stored, but for OFF."""

    OFF = "off"
    ROUND_ROBIN = "round robin"
    LEAST_BUSY = "least busy"


@dataclass(frozen=True)
class Colleague:
    """Colleague, as far as conversations are given to them.

    `may_act` and `is_in_group` are what Slack said last. `marked` is what they said themselves: on duty, off duty, or
    None for nothing; then they are on duty with the team's user group. `turn` counts what the team was given, at the
    last one that was given to them.
    """

    user: UserId
    may_act: bool = True
    is_in_group: bool = False
    marked: bool | None = None
    away_until: Micros | None = None
    turn: int = 0

    def is_away(self, now: Micros) -> bool:
        """Tell whether they are away."""
        return self.away_until is not None and now < self.away_until

    def is_on_duty(self, now: Micros) -> bool:
        """Tell whether new conversations are given to them."""
        is_there = self.is_in_group if self.marked is None else self.marked
        return is_there and self.may_act and not self.is_away(now)


@dataclass(frozen=True)
class TeamRules:
    """What a team agreed on: whether a reply assigns, how it distributes, and the user group that is on duty."""

    assigns_on_reply: bool = True
    distribution: Distribution = Distribution.OFF
    group: str = ""


@dataclass(frozen=True)
class Presence:
    """Presence of a person: themselves, and how many open conversations they have; `is_shared_out`: others get them."""

    colleague: Colleague
    held: int
    is_shared_out: bool


@dataclass(frozen=True)
class OpenForm:
    """Form in which somebody writes to a contact. It counts `until` then, unless Slack says before that it is closed.

    `view_id` is Slack's id of it, "" until Slack has opened it.
    """

    user: UserId
    since: Micros
    until: Micros
    view_id: str = ""


def next_in_turn(on_duty: Sequence[Colleague]) -> Colleague | None:
    """Choose who was given something the longest ago; None where nobody is on duty."""
    return min(on_duty, key=lambda one: (one.turn, one.user), default=None)


def least_busy(on_duty: Sequence[Colleague], held: Mapping[UserId, int]) -> Colleague | None:
    """Choose who has the fewest open conversations, of several whose turn it is; None where nobody is on duty."""
    return min(on_duty, key=lambda one: (held[one.user], one.turn, one.user), default=None)
