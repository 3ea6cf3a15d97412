"""The README says what the code does."""

import re
from pathlib import Path

from bot.config import CURES, Config
from bot.domain.delivery import MOVES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_diagram_is_the_table_of_moves() -> None:
    """The diagram of the delivery status shows exactly the moves the code allows."""
    arrows = re.findall(r"^ +(\w+) --> (\w+)(?::.*)?$", README, flags=re.MULTILINE)
    assert set(arrows) == {(before.value, after.value) for before, afters in MOVES.items() for after in afters}


def test_every_setting_is_in_the_table() -> None:
    """Each setting that is read is in the README's table and in .env.example, and no other."""
    read = {name.upper() for name in Config.model_fields} - {"SLACK_CLIENT_ID"}
    table = README[README.index("### Settings") : README.index("### Routes")]
    assert set(re.findall(r"`([A-Z][A-Z_]+)`", table)) == read
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#?([A-Z][A-Z_]+)=", example, flags=re.MULTILINE)) == read
    assert set(CURES) <= read


def test_files_of_the_tree_exist() -> None:
    """Each file and folder that the README's tree names is there."""
    tree = README[README.index("## Where things are") : README.index("Imports point down")]
    for name in re.findall(r"(\w+\.py)", tree):
        assert list((ROOT / "bot").rglob(name)), name
    for name in re.findall(r"^ +(\w+(?:/\w+)?)/ ", tree, flags=re.MULTILINE):
        assert (ROOT / name).is_dir() or (ROOT / "bot" / name).is_dir(), name
