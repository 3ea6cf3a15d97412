"""The manifests offer what the code answers, and ask for no more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.doctor.checks import SCOPES
from bot.slack.ingress.registry import FEATURES

FOLDER = Path(__file__).parents[1] / "manifests"
NAMES = ("http.yaml", "socket-mode.yaml")


def read(name: str) -> str:
    """Read a manifest."""
    return (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_shortcuts(name: str) -> None:
    """Each shortcut of the manifest is answered, and each that is answered is offered; at most five of a kind."""
    offered = re.findall(r"type: (global|message)\n      callback_id: (\w+)", read(name))
    assert {callback for _, callback in offered} == {callback for part in FEATURES for callback in part.shortcuts}
    assert all([kind for kind, _ in offered].count(one) <= 5 for one in ("global", "message"))


@pytest.mark.parametrize("name", NAMES)
def test_scopes(name: str) -> None:
    """The scopes asked for are those that the doctor looks for."""
    scopes = read(name)[read(name).index("    bot:\n") : read(name).index("settings:\n")]
    assert set(re.findall(r"^ +- (\S+)", scopes, flags=re.MULTILINE)) == SCOPES


@pytest.mark.parametrize("name", NAMES)
def test_events(name: str) -> None:
    """The events subscribed to are those that are acted on."""
    events = read(name)[read(name).index("bot_events:") : read(name).index("interactivity:")]
    wanted = {"message.channels", "message.groups", "reaction_added", "app_home_opened", "channel_id_changed"}
    assert set(re.findall(r"^ +- (\S+)", events, flags=re.MULTILINE)) == wanted


@pytest.mark.parametrize("name", NAMES)
def test_slacks_limits(name: str) -> None:
    """Names of shortcuts have at most 24 characters, descriptions 150."""
    names = re.findall(r"^    - name: ([^#\n]+)", read(name), flags=re.MULTILINE)
    assert names
    assert all(len(one.strip()) <= 24 for one in names)
    assert all(len(one) <= 150 for one in re.findall(r"description: (.+)", read(name)))
