"""What people read has no names out of the code: every sentence that stands in the source is looked at."""

import ast
import builtins
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from bot.domain import conversation, delivery, errors, message, thread_content

ROOT = Path(bot.__file__).parent
PLACES = [  # what webhook_events.py says is for Volt: it names the fields of its events
    *sorted((ROOT / "slack").rglob("*.py")),
    *sorted((ROOT / "parsing").rglob("*.py")),
    *(one for one in sorted((ROOT / "providers" / "volt").glob("*.py")) if one.name != "webhook_events.py"),
    *(ROOT / name for name in ("config.py", "doctor/report.py", "webhook_registration.py", "__main__.py")),
]

NAMES = {
    name
    for module in (builtins, errors, conversation, delivery, message, thread_content)
    for name, one in inspect.getmembers(module, inspect.isclass)
    if re.search("[a-z][A-Z]", name)
}
"""Classes whose names are no words."""

OF_OTHERS = {"access_denied", "id_rsa"}
"""Names that people meet elsewhere, and look for there."""

CODE = re.compile(r"(?<![\w`/.:-])_*[a-z]+_[a-z_]+\b(?![\w/.:])|%[-#]?[A-Za-z]\b|\b[A-Z]\w+\.[A-Z_]{3,}\b")


def sentences(path: Path) -> Iterator[str]:
    """Find what is written as a sentence: several words, and no docstring, pattern, statement or log line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in bare:
            continue
        if len(re.findall(r"[A-Za-z]{2,}", node.value)) >= 3 and re.search(r"[a-z] [a-z]", node.value):
            yield node.value


@pytest.mark.parametrize("path", PLACES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_name_out_of_the_code_is_said(path: Path) -> None:
    """No sentence holds a name in snake_case, a class of ours or Python's, a member of an enum, or a strftime sign."""
    for words in sentences(path):
        found = {*CODE.findall(words), *(one for one in re.findall(r"\w+", words) if one in NAMES)}
        assert not found - OF_OTHERS, words
