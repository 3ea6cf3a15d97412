"""A provider is known by its name in its own room only: everything else asks for what a connection can do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bot
from bot.providers.profiles import PROFILES

ROOT = Path(bot.__file__).parent

ASSEMBLY = (
    "app.py",  # makes every part
    "runtime/",  # makes what a workspace runs, by what it has connected
    "doctor/",  # checks tokens, webhooks and keys, which each provider has of its own kind
    "webhook_registration.py",  # registers from the command line
    "cli/",  # the operator's words about what is kept where
    "config.py",  # the settings of each provider are named after it
    "config_errors.py",
    "config_values.py",
    "providers/profiles.py",  # lists the providers
)
"""Modules that put providers and the rest together, and may name them."""

OWN_NAMES = re.compile(
    r"VoltBotError|volt-bot|volt_bot_\w+|\b(?:VOLT|GLIFIC|COURIER)_[A-Z_]+|/volt\b|@volt\b|volt-install|volt_erased|volt_text"
)
"""Names of the program, the command, the bot's user, settings, metrics and what is stored in Slack and browsers."""

APP = {
    "__init__.py": 1,  # the name of the product
    "slack/oauth/pages.py": 1,  # "Add Volt to Slack"
    "slack/features/connect/welcome.py": 1,  # "Volt is installed"
    "slack/blocks/modals.py": 1,  # the title of the app's windows
    "slack/render/faces.py": 1,  # names that a contact must not borrow
    "domain/dedup.py": 4,  # stored names of scopes
    "observability/metrics.py": 2,  # what a metric is called in the code, and its words, which dashboards know
}
"""Lines that name the app itself, or what databases hold under an old name."""


def modules() -> list[Path]:
    """List the modules outside the providers' rooms, the assembly and the sandbox."""
    rooms = tuple(f"providers/{code}/" for code in PROFILES)
    found = (path for path in sorted(ROOT.rglob("*.py")))
    return [path for path in found if not _name(path).startswith((*rooms, *ASSEMBLY, "sandbox/"))]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("code", PROFILES)
def test_no_provider_is_named_outside_its_room(code: str) -> None:
    """No module names a provider but those of its room and the assembly; the app's own names are counted."""
    named = {}
    for path in modules():
        lines = [OWN_NAMES.sub("", line) for line in path.read_text(encoding="utf-8").splitlines()]
        if count := sum(code in line.lower() for line in lines):
            named[_name(path)] = count
    assert named == (APP if code == "volt" else {})


def test_no_room_is_entered() -> None:
    """No module imports from a provider's room but the assembly."""
    rooms = "|".join(PROFILES)
    enters = re.compile(rf"^\s*(?:from|import) bot\.providers\.(?:{rooms})\b", re.MULTILINE)
    assert [_name(path) for path in modules() if enters.search(path.read_text(encoding="utf-8"))] == []
