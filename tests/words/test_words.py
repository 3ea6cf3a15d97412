"""All words that the bot can say stand in one file, so that a changed word is seen in review."""

import re
from pathlib import Path

import pytest

from tests.words.__main__ import FILE, NAMES
from tests.words.names import all_names
from tests.words.places import SECTIONS, all_words, modules_of_the_bot
from tests.words.sentences import sentences_of


def test_the_file_of_words_is_what_the_bot_says() -> None:
    """words.md is what the command prints: whoever changes a word renews the file with it."""
    written, said = FILE.read_text(encoding="utf-8").splitlines(), all_words().splitlines()
    gone = [line for line in written if line not in set(said)]
    new = [line for line in said if line not in set(written)]
    assert written == said, f"Run python -m tests.words and read the change. Gone: {gone[:5]}. New: {new[:5]}."


def test_the_file_of_names_is_what_the_bot_stores_and_offers() -> None:
    """Names that a database, a dashboard, a button or an installation relies on are changed on purpose only."""
    written, used = NAMES.read_text(encoding="utf-8").splitlines(), all_names().splitlines()
    gone, new = sorted(set(written) - set(used)), sorted(set(used) - set(written))
    assert written == used, f"Run python -m tests.words if that is meant. Gone: {gone}. New: {new}."


def test_every_place_names_modules_that_exist() -> None:
    """A module that was renamed does not fall out of its place unseen, and none stands in two."""
    claimed = [f"{name}.py" for section in SECTIONS for name in section.modules]
    assert not set(claimed) - set(modules_of_the_bot())
    assert len(claimed) == len(set(claimed))


ONE_WORDING = {
    "START": r"^(?!.*by texting START).*\bSTART\b",
    "keep in Slack": r"among yourselves|keeps? (one|a text) inside",
    "choose": r"\b[Pp]ick\b",
    "time": r"\bno moment\b|\bthe moment\b|\ba moment within\b",
    "a fault of its own": r"\bstumbled\b",
    "passes on": r"\bhands? over\b",
    "one way to invite": r"/invite @ ",
    "out of date": r"form is not known|older version of the bot|This (form|button|menu) is out of date",
    "our own record": r"\bbooks\b",
    "parts of a long text": r"\bsegments?\b|more than three texts",
    "opted out": r"asked for no more texts",
    "quotation marks": r"[“”„]",
}
"""What is said in one way everywhere, and the pattern of other ways to say it."""


@pytest.mark.parametrize("other", ONE_WORDING.values(), ids=list(ONE_WORDING))
def test_one_thing_has_one_wording(other: str) -> None:
    """What readers meet in several places is said there in the same words."""
    words, _, _ = FILE.read_text(encoding="utf-8").partition("## In the log, and to machines")
    assert [line for line in words.splitlines() if re.search(other, line)] == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('"""Docs of a module."""\nx = "Nothing was sent."', ["Nothing was sent."]),
        ('x = f"Sent to {escape(name)} at {at}."', ["Sent to ‹name› at ‹at›."]),
        ('_AGAIN = "Try again."\nx = f"No answer. {_AGAIN}"', ["Try again.", "No answer. Try again."]),
        ("x = f\"{counted(n, 'text')} left\"", ["‹number text› left"]),
        ("x = f\"It {'is' if one else 'are'} here\"", ["It ‹is|are› here"]),
        ('x = "Save"', ["Save"]),
        ('x = "snake_case"', []),
        ('x = "SELECT 1 FROM message"', []),
    ],
)
def test_a_sentence_in_the_source_is_found(tmp_path: Path, source: str, said: list[str]) -> None:
    """A text that people may read is found where it stands, with names for what is filled in."""
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    assert [words for words, _ in sentences_of(path)] == said
