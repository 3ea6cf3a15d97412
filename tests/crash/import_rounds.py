"""Rounds of imports: a file is read, its people saved, listed and texted, amid kills of the bot and lost answers.

In the end each good row is one contact on the list and one text in its own words, each bad row a line of one file, and
there is one card. All is counted at the stand-ins; nothing is looked up in the bot.
"""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox.slack.state.model import Message
from bot.slack.features.kit.second_person import MOST_ALONE
from tests.benchmarks.machine import resident_mb
from tests.crash.rounds import Round
from tests.crash.step_rounds import kill_one
from tests.crash.strays import Strays
from tests.crash.verdict import Verdict
from tests.harness.as_process import Harness
from tests.harness.fleet import Fleet
from tests.harness.posts import seen
from tests.harness.sight import Sight
from tests.harness.world import AVA, BEN, CHANNEL

LIST, FILE = "Spring", "spring.csv"
ASKED = "wants to text"
"""What the question to a second person says."""

PATIENCE_S = 120.0
"""How long the bot may do nothing before it is waited for no longer."""

LOST = ("chat.postMessage", "files.completeUploadExternal", "chat.update")
"""Calls of which an answer is lost: the card, the file of the refused, how far it is."""

SAMPLED_EVERY_S = 0.25
MANY = 5_000
"""Rows from which on what crosses the wire is not kept: it would be more than the machine has."""


@dataclass
class FileImport:
    """The import of a round: its file, and what became of it. One row in `good_each` has a number that is good."""

    harness: Harness
    rows: int
    good_each: int
    good: list[int] = field(default_factory=list)
    resident: list[float] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bot = Sight(self.harness.slack, self.harness.volt)
        self.good = [number for number in range(self.rows) if number % self.good_each == 0]

    def file(self) -> bytes:
        """Write the file: numbers that are good, others too short, and a formula."""
        lines = ["First name,Mobile,Date"]
        for number in range(self.rows):
            phone = _phone(number) if number % self.good_each == 0 else f"=1{number}"
            lines.append(f"Person {number},{phone},May {number % 28 + 1}")
        return "\n".join(lines).encode()

    # --- what people do

    async def give(self) -> None:
        """Give the file, and choose its columns."""
        slack = self.harness.slack
        await slack.command(AVA, CHANNEL, "/volt", "list import")
        file = slack.add_file(AVA, FILE, "text/csv", self.file())
        await slack.submit(AVA, self._top(), {"file": {"file": {"type": "file_input", "files": [file]}}})
        chosen = {"number": "1", "contact_name": "0"}
        state: dict[str, dict[str, Any]] = {
            name: {name: {"type": "static_select", "selected_option": {"value": place}}}
            for name, place in chosen.items()
        }
        await slack.submit(AVA, self._top(), state | {"list_name": {"list_name": LIST}})

    def _top(self) -> str:
        return self.harness.slack.open_modals[AVA][-1]

    async def press_until(self, action: str, words: tuple[str, ...]) -> None:
        """Press a button of the card until it says one of these: a bot that is killed does not hear a press."""
        while not self.says(*words):
            card = self.card()
            with contextlib.suppress(LookupError, TimeoutError):
                await self.harness.slack.press(AVA, card.channel, card.ts, action)
            with contextlib.suppress(TimeoutError):
                await self.harness.slack.until(lambda: self.says(*words), 2)

    async def text(self) -> None:
        """Text the people of the file, with words of their own."""
        slack = self.harness.slack
        card = self.card()
        await slack.press(AVA, card.channel, card.ts, "import_text")
        typed = {"type": "plain_text_input", "value": "Hello {first_name}, see you on {date}."}
        await slack.submit(AVA, self._top(), {"text": {"text": typed}})
        await slack.until(lambda: "import_send" in str(slack.views[self._top()]), 120)
        await slack.press_in_view(AVA, self._top(), "import_send")
        if len(self.good) > MOST_ALONE:
            slack.users[BEN].is_admin = True
            await slack.until(self._questions, PATIENCE_S)
            await slack.press(BEN, CHANNEL, self._questions()[0].ts, "import_second_send")

    def _questions(self) -> list[Message]:
        return [one for one in self.bot.posts() if ASKED in seen(one)]

    # --- what they see

    def card(self) -> Message:
        """Return the card."""
        return self.cards()[0]

    def cards(self) -> list[Message]:
        """Return all cards of the file: there should be one."""
        return [one for one in self.bot.posts() if FILE in seen(one) and not one.is_reply and ASKED not in seen(one)]

    def says(self, *words: str) -> bool:
        """Tell whether the card says one of these."""
        return any(word in seen(card) for card in self.cards() for word in words)

    async def until(self, words: str) -> None:
        """Wait until the card says something. Raises TimeoutError."""
        await self.harness.until(self.harness.slack, lambda: self.says(words), still_s=PATIENCE_S)
        self.steps.append(words)

    async def sample(self) -> None:
        """Look again and again at how much memory the bot has."""
        while True:
            self.resident.append(self.resident_mb())
            await asyncio.sleep(SAMPLED_EVERY_S)

    def resident_mb(self) -> float:
        """Tell how much memory the bot has now, the largest where there are several."""
        sizes = [0.0]
        for run in self.harness.runs:
            with contextlib.suppress(OSError, StopIteration):  # it has ended
                sizes.append(resident_mb(run.pid) if run.pid and run.is_running else 0.0)
        return max(sizes)

    # --- the count

    def verdict(self, *, is_texted: bool) -> Verdict:
        """Count what is missing, what is there twice, and what is wrong."""
        volt = self.harness.volt
        listed = Counter(number for number, contact in volt.contacts.items() if LIST in contact.lists)
        people = {_phone(number): number for number in self.good}
        lost = [number for number in people if number not in listed]
        complaints = [f"{number} is on the list" for number in listed if number not in people]
        complaints += self._faults_of_report()
        if len(self.cards()) != 1:
            complaints.append(f"{len(self.cards())} cards")
        texts = Counter((one.to, one.body) for one in volt.messages)
        wanted = Counter({(phone, _words(number)): 1 for phone, number in people.items() if is_texted})
        lost += map(str, wanted - texts)
        twice = [str(one) for one in texts - wanted]
        return Verdict(len(people), lost=tuple(lost), twice=tuple(twice), complaints=tuple(complaints))

    def _faults_of_report(self) -> list[str]:
        posted = [file for one in self.bot.posts() for file in one.files if "not-imported" in file["name"]]
        if len(posted) != (self.good_each > 1):
            return [f"{len(posted)} files of refused rows"]
        if not posted:
            return []
        table = self.harness.slack.files[posted[0]["id"]].data.decode("utf-8-sig")
        lines = [int(row[0]) for row in list(csv.reader(io.StringIO(table)))[1:]]
        wanted = [number + 2 for number in range(self.rows) if number % self.good_each]
        return [] if lines == wanted else [f"{len(lines)} refused rows instead of {len(wanted)}"]


def _phone(number: int) -> str:
    return f"+1555{5_000_000 + number}"


def _words(number: int) -> str:
    return f"Hello Person {number}, see you on May {number % 28 + 1}."


async def kills_amid_import(
    folder: Path,
    seed: str,
    *,
    rows: int,
    kills: int,
    good_each: int = 2,
    lost: int = 1,
    has_texts: bool = True,
    database_url: str = "",
) -> Round:
    """Kill the bot, or one of two on a PostgreSQL database, again and again while a file is imported and texted."""
    harness = Fleet(folder, database_url, bots=2) if database_url else Harness(folder)
    chance = random.Random(f"{seed} import")
    one = Round("import", seed, harness, [], Strays([], seed))
    async with harness:
        harness.keeps_hops = rows < MANY
        harness.volt.receipts = "auto"
        await harness.start()
        job = FileImport(harness, rows, good_each)
        idle = job.resident_mb()
        sampling = asyncio.create_task(job.sample())
        harness.slack.rules.drops |= dict.fromkeys(LOST, lost)
        try:
            await _go_through(job, kills, chance, has_texts=has_texts)
        except TimeoutError:
            said = [seen(card) for card in job.cards()]
            one.complaints.append(f"it has come to {job.steps}, and says {said}")
        sampling.cancel()
        await harness.stop()
        found = job.verdict(is_texted=has_texts)
        one.verdict = found._replace(complaints=(*one.complaints, *found.complaints))
        most = max(job.resident)
        one.notes.append(f"rows {rows} memory idle {idle:.0f} MB most {most:.0f} MB ratio {most / idle:.2f}")
        if not one.verdict.is_good:
            harness.keep_evidence()
    return one


async def _go_through(job: FileImport, kills: int, chance: random.Random, *, has_texts: bool) -> None:
    """Take the file through its stages, with a share of the kills in each."""
    share, rest = divmod(kills, 3 if has_texts else 2)
    await job.give()
    await _kill_while(job, share, chance, lambda: job.says("can be imported"))
    await job.until("can be imported")
    await job.press_until("import_go", ("Importing", "Imported"))
    await _kill_while(job, share + rest, chance, lambda: job.says("Imported"))
    await job.until("Imported")
    if has_texts:
        await job.until("The rows that were refused are in the file below.")
        await job.text()
        await _kill_while(job, share, chance, lambda: job.says("Texted the people"))
        await job.until("Texted the people")


async def _kill_while(job: FileImport, kills: int, chance: random.Random, is_over: Callable[[], bool]) -> None:
    """Kill a bot so many times, at random moments of one stage."""
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.1, 1.5 if job.rows < MANY else 15))
        if is_over():
            return
        await kill_one(job.harness, chance)
