"""Handlers write nothing themselves: units of work are the bridge's, and run by name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import bot.slack

ROOM = Path(bot.slack.__file__).parent


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOM)))
def test_no_module_has_a_unit_of_its_own(path: Path) -> None:
    """No function of a handler's module gets a transaction, not even one without a name."""
    arguments = {node.arg for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.arg)}
    assert not arguments & {"tx", "transaction"}
