"""The README says what the code does."""

import re
from pathlib import Path

from graphql import build_schema

from bot.config import Config
from bot.config_errors import CURES
from bot.domain.delivery import MOVES
from bot.slack.ingress.registry import COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_diagram_is_the_table_of_moves() -> None:
    """The diagram of the delivery status shows exactly the moves the code allows."""
    arrows = re.findall(r"^ +(\w+) --> (\w+)(?::.*)?$", README, flags=re.MULTILINE)
    assert set(arrows) == {(before.value, after.value) for before, afters in MOVES.items() for after in afters}


def test_every_setting_is_in_the_table() -> None:
    """Each setting that is read is in the README's table and in .env.example, and no other."""
    read = {name.upper() for name in Config.model_fields}
    table = README[README.index("### Settings") : README.index("### Routes")]
    assert set(re.findall(r"`([A-Z][A-Z_]+)`", table)) == read
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#?([A-Z][A-Z_]+)=", example, flags=re.MULTILINE)) == read
    assert set(CURES) <= read


def test_files_of_the_tree_exist() -> None:
    """Each file and folder that the README's tree names is there."""
    tree = README[README.index("### Where things are") : README.index("Imports point down")]
    for name in re.findall(r"(\w+\.(?:py|sql))", tree):
        assert list((ROOT / "bot").rglob(name)), name
    for name in re.findall(r"^ +(\w+)/ ", tree, flags=re.MULTILINE):
        assert (ROOT / name).is_dir() or list((ROOT / "bot").rglob(name)) or (ROOT / "tests" / name).is_dir(), name


def test_every_folder_of_the_bot_is_in_the_tree() -> None:
    """The tree names each room of the bot, and each room of the bridge and of the Slack side."""
    tree = README[README.index("### Where things are") : README.index("Imports point down")]
    rooms = (room for where in ("", "bridge", "slack") for room in (ROOT / "bot" / where).iterdir() if room.is_dir())
    for room in rooms:
        assert room.name == "__pycache__" or f"{room.name}/" in tree, room


def test_each_word_is_where_the_glossary_says() -> None:
    """The glossary has twenty-eight rows at most, and each names a file or folder that holds the thing."""
    rows = re.findall(r"^\| .+? \| .+? \| `(bot/[^`]+)` \|$", README[README.index("### Words") :], flags=re.MULTILINE)
    assert 0 < len(rows) <= 28
    for path in rows:
        assert (ROOT / path).exists(), path


def test_every_query_and_mutation_is_in_the_table() -> None:
    """The README says how each query and each mutation of Volt's schema is reached from Slack, and by what command."""
    table = README[README.index("### All of Volt's API") : README.index("## What is promised")]
    told = set(re.findall(r"^\| (query|mutation) `(\w+)` \| \S", table, flags=re.MULTILINE))
    schema = build_schema((ROOT / "bot/providers/volt/schema.graphql").read_text(encoding="utf-8"))
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    queries = {("query", name) for name in schema.query_type.fields}
    assert told == queries | {("mutation", name) for name in schema.mutation_type.fields}
    assert set(re.findall(r"`/volt (\w+)", table)) <= set(COMMANDS)


def test_every_command_is_in_the_readme() -> None:
    """Each subcommand stands in the README."""
    part = README[README.index("**Commands** answer only to you") : README.index("### All of Volt's API")]
    told = {word for words in re.findall(r"`([^`]+)`", part) for word in words.removeprefix("/volt ").split()[:1]}
    assert set(COMMANDS) <= told | {"help"}


def test_each_answer_about_security_has_its_test() -> None:
    """Each row of the questionnaire names a test, and that test is there."""
    part = README[README.index("## Security") : README.index("## How it is built")]
    rows = [line for line in part.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 25
    for row in rows:
        named = re.search(r"\| `([\w/]+\.py)::(test_\w+)` \|$", row)
        assert named, row
        assert f"def {named[2]}(" in (ROOT / "tests" / named[1]).read_text(encoding="utf-8"), row


def test_dependencies_are_locked_with_hashes() -> None:
    """Each package of the lock files has one version and its hashes, and `make` asks for them."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        packages = re.split(r"\n(?=\w)", (ROOT / name).read_text(encoding="utf-8").strip())
        assert packages
        for package in packages:
            assert re.match(r"[\w.\[\]-]+==\S+", package), package
            assert "--hash=sha256:" in package, package
        how = f"install --require-hashes --only-binary :all: --requirement {name}"
        assert how in (ROOT / "Makefile").read_text(encoding="utf-8")
