"""Peers that misbehave for a while: throttle, hang, break, lose answers, repeat, reorder, report too early.

A seed decides which peer does what, and when. Refuses what no bot could survive unharmed: a Volt that says "I took
nothing" of a text it took, and one that refuses a text for good.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import fields

from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.http import Faults
from bot.sandbox.slack.state.model import SlackRules
from bot.sandbox.volt.model import VoltRules
from tests.crash.meanwhile import Meanwhile

Chance = random.Random
POST_ERRORS = ("fatal_error", "internal_error", "service_unavailable", "ratelimited")


def _throttle_posts(rules: SlackRules, chance: Chance) -> None:
    rules.posts_per_s, rules.burst, rules.throttle_s = chance.uniform(1.0, 8.0), chance.randint(0, 3), 1.0


def _refuse_posts(rules: SlackRules, chance: Chance) -> None:
    rules.errors = {"chat.postMessage": chance.choices(POST_ERRORS, k=chance.randint(1, 8))}


def _blind(rules: SlackRules, chance: Chance) -> None:
    errors = {method: ["internal_error"] * chance.randint(1, 3) for method in ("replies", "history")}
    rules.errors = {f"conversations.{method}": codes for method, codes in errors.items()}
    rules.drop_answers = chance.randint(1, 2)


def _answer_late(rules: SlackRules, chance: Chance) -> None:
    """Post at once, and say so after seconds, or later than anybody waits."""
    rules.late_answers = {"chat.postMessage": chance.choice((1.0, 2.0, 4.0, 8.0, 20.0))}


def _overtake(rules: SlackRules, chance: Chance) -> None:
    rules.overtake_s = chance.uniform(0.2, 1.5)


def _repeat_events(rules: SlackRules, chance: Chance) -> None:
    rules.repeat_events = chance.randint(1, 3)


def _lose_answers(rules: Faults, chance: Chance) -> None:
    rules.drop_answers = chance.randint(1, 8)


def _hang(rules: Faults, chance: Chance) -> None:
    rules.hang = chance.randint(1, 3)


def _dawdle(rules: Faults, chance: Chance) -> None:
    rules.delay_s = chance.uniform(0.1, 1.0)


def _go_down(rules: Faults, _chance: Chance) -> None:
    rules.down = True


def _cut(rules: Faults, _chance: Chance) -> None:
    rules.refuse = True


def _answer_busy(rules: VoltRules, chance: Chance) -> None:
    rules.statuses = [(chance.choice([429, 503]), chance.choice([None, 1])) for _ in range(chance.randint(1, 6))]


def _break(rules: VoltRules, chance: Chance) -> None:
    rules.acts_first = chance.random() < 0.5
    rules.statuses = [(chance.choice([500, 502, 504]), None)] * chance.randint(1, 3)


def _name_faults(rules: VoltRules, chance: Chance) -> None:
    rules.errors = chance.choices(["error code 601", "internal server error"], k=chance.randint(1, 3))


def _repeat_webhooks(rules: VoltRules, chance: Chance) -> None:
    rules.repeat_webhooks = chance.randint(1, 3)


def _reorder(rules: VoltRules, _chance: Chance) -> None:
    rules.reorder, rules.hold_s = True, 0.3


def _report_early(rules: VoltRules, _chance: Chance) -> None:
    rules.early_receipts = True


EITHER: tuple[Callable[[Faults, Chance], None], ...] = (_lose_answers, _lose_answers, _hang, _dawdle, _go_down, _cut)
SLACK: tuple[Callable[[SlackRules, Chance], None], ...] = (
    _throttle_posts,
    _refuse_posts,
    _blind,
    _answer_late,
    _answer_late,
)
VOLT: tuple[Callable[[VoltRules, Chance], None], ...] = (_answer_busy, _break, _name_faults)
DISORDER: tuple[Callable[[VoltRules, Chance], None], ...] = (_repeat_webhooks, _reorder, _report_early)


class Misbehaviour(Meanwhile):
    """Spells of it, one after the other, until stop()."""

    def __init__(self, slack: SlackStandIn, volt: VoltStandIn, seed: str) -> None:
        super().__init__()
        self._slack = slack
        self._volt = volt
        self._chance = random.Random(seed)

    async def stop(self) -> None:
        """End; both peers behave from now on, except to calls that already hang."""
        try:
            await super().stop()
        finally:
            self._behave()

    async def _run(self) -> None:
        while True:
            self._behave()
            await asyncio.sleep(self._chance.uniform(0.0, 0.2))
            if self._chance.random() < 0.8:
                self._chance.choice((*EITHER, *SLACK))(self._slack.rules, self._chance)
            if self._chance.random() < 0.8:
                self._chance.choice((*EITHER, *VOLT))(self._volt.rules, self._chance)
            if self._chance.random() < 0.3:
                _repeat_events(self._slack.rules, self._chance)
            if self._chance.random() < 0.5:
                _overtake(self._slack.rules, self._chance)
            if self._chance.random() < 0.6:
                self._chance.choice(DISORDER)(self._volt.rules, self._chance)
            await asyncio.sleep(self._chance.uniform(0.3, 1.5))

    def _behave(self) -> None:
        for rules, fresh in ((self._slack.rules, SlackRules()), (self._volt.rules, VoltRules())):
            for field in fields(fresh):
                if field.name != "retry_delays_s":
                    setattr(rules, field.name, getattr(fresh, field.name))
