"""The manifests offer what the code answers, and ask for no more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.doctor.checks import SCOPES
from bot.domain.steps import ADD, ASSIGN, INPUTS, OPEN, SEND
from bot.manifest import fill_in
from bot.slack.ingress.registry import FEATURES
from bot.slack.oauth.scopes import SCOPES as ASKED_FOR
from bot.slack.render.step_words import ANSWER, CONVERSATION, STATUS

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
    """The scopes asked for are those that the doctor looks for, and that the installation page explains."""
    scopes = read(name)[read(name).index("    bot:\n") : read(name).index("settings:\n")]
    assert set(re.findall(r"^ +- (\S+)", scopes, flags=re.MULTILINE)) == SCOPES == set(ASKED_FOR)


@pytest.mark.parametrize("name", NAMES)
def test_events(name: str) -> None:
    """The events subscribed to are those that are acted on."""
    events = read(name)[read(name).index("bot_events:") : read(name).index("interactivity:")]
    wanted = {
        "message.channels",
        "message.groups",
        "message.im",
        "reaction_added",
        "app_home_opened",
        "channel_id_changed",
    }
    wanted |= {
        "app_uninstalled",
        "tokens_revoked",
        "user_change",
        "subteam_members_changed",
        "channel_archive",
        "group_archive",
        "channel_unarchive",
        "group_unarchive",
        "function_executed",
    }
    assert set(re.findall(r"^ +- (\S+)", events, flags=re.MULTILINE)) == wanted


@pytest.mark.parametrize("name", NAMES)
def test_steps(name: str) -> None:
    """The steps of workflows that are offered are those that are run, with inputs that are read and outputs given."""
    steps = yaml.safe_load(read(name))["functions"]
    assert set(steps) == {SEND, OPEN, ADD, ASSIGN}
    assert {one for step in steps.values() for one in step["input_parameters"]} == set(INPUTS)
    outputs = {callback: set(step["output_parameters"]) for callback, step in steps.items()}
    assert outputs.pop(SEND) == {STATUS, ANSWER, CONVERSATION}
    assert outputs.pop(ADD) == {STATUS}
    assert all(given == {STATUS, CONVERSATION} for given in outputs.values())
    assert yaml.safe_load(read(name))["settings"]["function_runtime"] == "remote"
    parameters = [
        one for step in steps.values() for kind in ("input", "output") for one in step[f"{kind}_parameters"].items()
    ]
    assert all(named == one["name"] for named, one in parameters)


@pytest.mark.parametrize("name", NAMES)
def test_slacks_limits(name: str) -> None:
    """Names of shortcuts have at most 24 characters, descriptions 150."""
    names = re.findall(r"^    - name: ([^#\n]+)", read(name), flags=re.MULTILINE)
    assert names
    assert all(len(one.strip()) <= 24 for one in names)
    assert all(len(one) <= 150 for one in re.findall(r"description: (.+)", read(name)))


@pytest.mark.parametrize("socket_mode", [False, True])
def test_redirect_address(*, socket_mode: bool) -> None:
    """The address to which Slack sends admins back is that of the bot, in both ways of receiving events."""
    text = fill_in("https://bot.acme.example", socket_mode=socket_mode)
    assert "    - https://bot.acme.example/slack/oauth_redirect\n" in text
    assert "bot.example.com" not in text


def test_socket_mode_without_an_address() -> None:
    """Without a public address nobody installs by a page, and the manifest for Socket Mode names no redirect."""
    text = fill_in("", socket_mode=True)
    assert "redirect_urls" not in text
    assert "oauth_config:\n  scopes:\n    bot:\n" in text


@pytest.mark.parametrize("name", NAMES)
def test_organisations_and_rotation(name: str) -> None:
    """Organisations may install it for all of their workspaces; rotation, which cannot be undone, is not asked for."""
    assert "org_deploy_enabled: true" in read(name)
    assert "token_rotation_enabled: false" in read(name)
