"""Rounds of workflow steps: executions that are told of twice, amid kills of the bot and lost answers of both sides.

Each text has to be on its phone once, and each execution to end once, as what it asked for allows. What was asked and
what came of it is counted at the stand-ins; nothing is looked up in the bot.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.slack.state.model import Execution
from tests.crash.rounds import Round
from tests.crash.strays import Strays
from tests.crash.verdict import Verdict
from tests.harness.as_process import Harness
from tests.harness.fleet import Fleet
from tests.harness.sight import Sight
from tests.harness.steps import know_functions, lend
from tests.harness.world import AVA

PATIENCE_S = 120.0
"""How long the bot may do nothing before its steps are waited for no longer."""

SIDE_BY_SIDE = 8
"""Workflows that run at the same time."""

BAD_EACH, WAITING_EACH, OPENED_EACH = 10, 3, 7
"""One step in so many has no number, waits for the answer, or only opens a conversation."""


@dataclass
class Steps:
    """The workflows of a round: what each asked for, and what the contacts answered."""

    harness: Harness
    chance: random.Random
    asked: dict[str, Execution] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    told: int = 0

    async def run(self, number: int) -> None:
        """Run one step; at times Slack tells of it again."""
        slack, contact, words = self.harness.slack, f"+1555556{number:04d}", f"Text number {number}"
        inputs = {"to": contact, "text": words, "on_behalf_of": AVA}
        if number % BAD_EACH == 0:
            inputs["to"] = ""
        elif number % WAITING_EACH == 0:
            inputs["wait_hours"] = "1"
        callback = "open_conversation" if number % OPENED_EACH == 0 else "send_text"
        execution = await slack.run_step(callback, inputs)
        self.asked[execution.id] = execution
        for _ in range(self.chance.choice((0, 1, 1, 2))):
            await asyncio.sleep(self.chance.uniform(0, 0.5))
            await slack.tell_again(execution)

    async def run_all(self, count: int) -> None:
        """Run so many steps, a few at a time."""
        free = asyncio.Semaphore(SIDE_BY_SIDE)

        async def run(number: int) -> None:
            async with free:
                await self.run(number)
                await asyncio.sleep(self.chance.uniform(0, 0.3))

        await asyncio.gather(*map(run, range(1, count + 1)))

    async def answer_all(self) -> None:
        """Let each contact who is asked answer once, as soon as the text is on the phone."""
        volt = self.harness.volt
        while True:
            news = [one for one in self._waiting() if one.inputs["to"] not in self.answered and self._arrived(one)]
            for one in news:
                self.answered.add(one.inputs["to"])
                await volt.text(one.inputs["to"], f"Answer to {one.inputs['text']}")
            if not news:
                await volt.changed.wait()

    def _waiting(self) -> list[Execution]:
        sent = [one for one in self.asked.values() if one.callback_id == "send_text"]
        return [one for one in sent if "wait_hours" in one.inputs]

    def _arrived(self, execution: Execution) -> bool:
        return bool(self.harness.volt.outbound(execution.inputs["to"]))

    # --- the count

    def faults(self) -> tuple[list[str], list[str], list[str]]:
        """Count what is lost, what is there twice, and what ended as it should not have."""
        on_phones = Counter((one.to, one.body) for one in self.harness.volt.messages if one.body.startswith("Text"))
        sent = [one for one in self.asked.values() if one.callback_id == "send_text" and one.inputs["to"]]
        wanted = Counter((one.inputs["to"], one.inputs["text"]) for one in sent)
        lost, twice = map(str, (wanted - on_phones)), map(str, (on_phones - wanted))
        return list(lost), list(twice), [told for one in self.asked.values() if (told := _wrong_end(one))]


def _wrong_end(execution: Execution) -> str:
    """Say how a step ended that should have ended otherwise; "" for one that ended as it should."""
    if not execution.inputs["to"]:
        is_right = execution.error is not None
    elif execution.callback_id == "open_conversation":
        is_right = (execution.outputs or {}).get("status") == "done"
    elif "wait_hours" in execution.inputs:
        is_right = (execution.outputs or {}).get("answer") == f"Answer to {execution.inputs['text']}"
    else:
        is_right = (execution.outputs or {}).get("status") == "sent"
    return "" if is_right else f"{execution.callback_id} {execution.inputs}: {execution.outputs or execution.error}"


async def kills_amid_steps(
    folder: Path, seed: str, *, executions: int, kills: int, lost: int, database_url: str = ""
) -> Round:
    """Kill the bot, or one of two on a PostgreSQL database, again and again while workflows run."""
    harness = Fleet(folder, database_url, bots=2) if database_url else Harness(folder)
    chance = random.Random(f"{seed} steps")
    one = Round("steps", seed, harness, [], Strays([], seed))
    steps = Steps(harness, chance)
    async with harness:
        know_functions(harness.slack)
        harness.volt.receipts = "auto"
        await harness.start()
        await lend(Sight(harness.slack, harness.volt))
        harness.slack.rules.drops |= {"functions.completeSuccess": lost, "functions.completeError": 1}
        harness.slack.rules.errors["functions.completeSuccess"] = ["service_unavailable"] * lost
        harness.volt.rules.drop_answers = lost
        answering = asyncio.create_task(steps.answer_all())
        running = asyncio.create_task(steps.run_all(executions))
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.3, 2.0))
            await kill_one(harness, chance)
        await running
        try:
            await harness.until(harness.slack, lambda: _are_over(steps), still_s=PATIENCE_S)
        except TimeoutError:
            left = [execution.inputs for execution in steps.asked.values() if execution.is_running]
            one.complaints.append(f"{len(left)} steps have not ended: {left[:5]}")
        answering.cancel()
        await harness.stop()
        missing, twice, wrong = steps.faults()
        complaints = (*one.complaints, *wrong)
        one.verdict = Verdict(len(steps.asked), lost=tuple(missing), twice=tuple(twice), complaints=complaints)
        if not one.verdict.is_good:
            harness.keep_evidence()
    return one


def _are_over(steps: Steps) -> bool:
    return all(not execution.is_running for execution in steps.asked.values())


async def kill_one(harness: Harness, chance: random.Random) -> None:
    """Kill a bot and start it again."""
    if isinstance(harness, Fleet):
        place = chance.choice(harness.places)
        await harness.kill_at(place)
        await asyncio.sleep(chance.uniform(0, 1.0))
        await harness.start_at(place)
        return
    await harness.kill()
    await harness.start()
