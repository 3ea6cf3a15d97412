"""What every round of the crash suite has in common: its bench, its traffic, and the verdict it ends in.

A round never raises for what the bot did: a text that does not arrive is in the verdict. A round's folder keeps the
evidence where something went wrong.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.demo_score import words_of
from tests.crash.bench import CHANNEL, Bench, shown
from tests.crash.traffic import INBOUND, OUTBOUND, Traffic
from tests.crash.verdict import Arrived, Verdict, judge

FORBIDDEN = ("This may be here twice", "We could not find out", "Not delivered", "Not sent yet")
"""What the bot must not have had to say: its look-ups can tell here, and nothing was refused."""


@dataclass
class Round:
    """One round under way, and how it ended."""

    name: str
    seed: str
    bench: Bench
    traffic: Traffic
    complaints: list[str] = field(default_factory=list)
    verdict: Verdict = field(default_factory=lambda: Verdict(0))

    def __str__(self) -> str:
        met = f"kills {self.bench.deaths} faults {self.bench.faults} texts {self.verdict.said}"
        return f"{self.name} seed {self.seed} {met} {self.verdict}"

    def report(self) -> str:
        """Say all there is to say about it."""
        return f"{self}\n{self.verdict.details()}\nevidence: {self.bench.folder}"


@asynccontextmanager
async def round_of(name: str, folder: Path, seed: str, patience_s: float) -> AsyncIterator[Round]:
    """Give a round whose bot is not started; in the end let it all arrive, and judge."""
    async with Bench(folder) as bench:
        one = Round(name, seed, bench, Traffic(bench, seed, patience_s=patience_s))
        try:
            yield one
            await one.traffic.end()
        except (TimeoutError, RuntimeError) as error:
            one.complaints.append(f"{type(error).__name__}: {error}")
            await one.traffic.give_up()
        one.verdict = judge(
            one.traffic.said.values(), arrived(one), [*one.complaints, *complaints(bench), *untold(one)]
        )
        if not one.verdict.is_good:
            bench.keep_evidence()


def arrived(one: Round) -> list[Arrived]:
    """List what people see, in order: texts under headers, and on phones."""
    contacts = {shown(contact): contact for contact in one.traffic.contacts}

    def contact_of(header: str) -> str:
        return next((contact for words, contact in contacts.items() if words in header), "")

    texts = [Arrived(INBOUND, contact_of(header), line) for header, line in one.bench.lines()]
    return [
        *(text for text in texts if text.body in one.traffic.said),
        *(Arrived(OUTBOUND, message.to, message.body) for message in one.bench.volt.messages),
    ]


def complaints(bench: Bench) -> list[str]:
    """List what else should not be: a second header, words of despair, a stumble in the log."""
    posts = [one for one in bench.slack.channels[CHANNEL].messages if one.bot_id]
    headers = [one.text for one in posts if not one.is_reply]
    found = [f"two headers: {text}" for text in set(headers) if headers.count(text) > 1]
    seen = [words_of(one.text, one.blocks) for one in posts]
    found += [words.replace("\n", " ") for words in seen if any(bad in words for bad in FORBIDDEN)]
    log = (line for life in bench.lives for line in life.output)
    return [*found, *(line for line in log if "[error" in line or "Traceback" in line)]


def untold(one: Round) -> list[str]:
    """List texts sent by command that their thread does not show exactly once."""
    shown_lines = [line.partition(" texted: ")[2] for _, line in one.bench.lines()]
    asked = (said.body for said in one.traffic.said.values() if said.is_command and said.is_accepted)
    return [f"shown {shown_lines.count(body)} times: {body}" for body in asked if shown_lines.count(body) != 1]
