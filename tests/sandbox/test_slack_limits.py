"""Slack's limits of Block Kit: what is at the limit is taken, what is above is refused with its place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from bot.sandbox.slack.limits.blocks import faults_of
from bot.sandbox.slack.limits.views import view_faults
from tests.harness.world import AVA, CHANNEL
from tests.sandbox.slack_stage import (
    Stage,
    asked,
    button,
    error_of,
    menu,
    messages_of,
    modal,
    option,
    row,
    staged,
    text_input,
    words,
)

Block = dict[str, Any]
SURE: Block = {"title": words("Sure?"), "text": words("It leaves."), "confirm": words("Yes"), "deny": words("No")}
TOO_LONG: list[Block] = [{"type": "section", "text": words("x" * 3001)}]
SEARCH: Block = {"type": "external_select", "action_id": "a"}
GROUP: Block = {"label": words("g"), "options": [option("a")]}
GROUPED: Block = {"type": "static_select", "action_id": "a"}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Give the stand-in with an app."""
    async with staged() as ready:
        yield ready


def picker(kind: str, **fields: Any) -> Block:
    """Return a picker of a kind."""
    return {"type": kind, "action_id": "a"} | fields


def section(**fields: Any) -> Block:
    """Return a section."""
    return {"type": "section"} | fields


def confirming(**fields: Any) -> Block:
    """Return a row with a button that asks first."""
    return row("r", button("a", confirm=SURE | fields))


@pytest.mark.parametrize(
    "block",
    [
        section(text=words("x" * 3000)),
        section(fields=[words("x" * 2000)] * 10),
        row("r", *[button(f"b{n}") for n in range(25)]),
        row("r", button("a", text=words("x" * 75), value="v" * 2000, accessibility_label="l" * 75, style="danger")),
        row("r", menu("a", *[f"o{n}" for n in range(100)])),
        row("r", menu("a", "a", kind="overflow")),
        row("r", GROUPED | {"option_groups": [GROUP] * 100}),
        row("r", SEARCH | {"initial_option": option("a"), "min_query_length": 0}),
        row("r", menu("a", "a", initial_option=option("a"))),
        confirming(title=words("x" * 100), text=words("x" * 300), confirm=words("x" * 30), deny=words("x" * 30)),
        asked("i", text_input(max_length=3000, initial_value="x" * 3000, placeholder=words("x" * 150))),
        asked("i", text_input(), label=words("x" * 2000), hint=words("x" * 2000)),
        asked("i", picker("file_input", filetypes=["png"], max_files=10)),
        asked("i", picker("datepicker", initial_date="2026-11-21")),
        asked("i", picker("timepicker", initial_time="09:05")),
        asked("i", picker("datetimepicker", initial_date_time=1795276800)),
        asked("i", picker("number_input", is_decimal_allowed=False)),
        {"type": "context", "elements": [words("x")] * 10},
        {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "x", "title": words("x")},
        {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "x"},
    ],
)
def test_what_is_at_the_limit_is_taken(block: Block) -> None:
    """Blocks as large as Slack allows have no fault."""
    assert faults_of([block]) == []


@pytest.mark.parametrize(
    ("block", "place"),
    [
        (section(), ""),
        (section(text=words("")), "/text/text"),
        (section(text=words("x" * 3001)), "/text/text"),
        (section(fields=[]), "/fields"),
        (section(fields=[words("x")] * 11), "/fields"),
        (section(fields=[words("x" * 2001)]), "/fields/0/text"),
        (section(text=words("x"), accessory=picker("datetimepicker")), "/accessory/type"),
        (row("r"), "/elements"),
        (row("r", *[button(f"b{n}") for n in range(26)]), "/elements"),
        (row("r", button("a"), button("a")), "/elements"),
        (row("r", button("a", text=words("x" * 76))), "/elements/0/text/text"),
        (row("r", button("a", accessibility_label="l" * 76)), "/elements/0/accessibility_label"),
        (row("r", button("x" * 256)), "/elements/0/action_id"),
        (row("r", menu("a")), "/elements/0/options"),
        (row("r", menu("a", *[f"o{n}" for n in range(101)])), "/elements/0/options"),
        (row("r", menu("a", *"abcdef", kind="overflow")), "/elements/0/options"),
        (row("r", menu("a", *"abcdefghijk", kind="radio_buttons")), "/elements/0/options"),
        (row("r", menu("a", "v" * 151)), "/elements/0/options/0/text/text"),
        (row("r", menu("a", options=[option("v" * 151, text=words("x"))])), "/elements/0/options/0/value"),
        (row("r", menu("a", options=[option("a", description=words("x" * 76))])), "/elements/0/options/0/description"),
        (row("r", menu("a", "a", placeholder=words("x" * 151))), "/elements/0/placeholder/text"),
        (row("r", menu("a", "a", initial_option=option("b"))), "/elements/0/initial_option"),
        (row("r", menu("a", "a", kind="checkboxes", initial_options=[option("b")])), "/elements/0/initial_options/0"),
        (row("r", GROUPED), "/elements/0"),
        (row("r", GROUPED | {"option_groups": [GROUP] * 101}), "/elements/0/option_groups"),
        (row("r", GROUPED | {"option_groups": [GROUP | {"label": words("x" * 76)}]}), "/option_groups/0/label/text"),
        (confirming(title=words("x" * 101)), "/elements/0/confirm/title/text"),
        (confirming(text=words("x" * 301)), "/elements/0/confirm/text/text"),
        (confirming(deny=words("x" * 31)), "/elements/0/confirm/deny/text"),
        (confirming(confirm=None), "/elements/0/confirm/confirm"),
        (asked("i", text_input(max_length=3001)), "/element/max_length"),
        (asked("i", text_input(max_length=5, initial_value="x" * 6)), "/element/initial_value"),
        (asked("i", text_input(placeholder=words("x" * 151))), "/element/placeholder/text"),
        (asked("i", text_input(), label=words("x" * 2001)), "/label/text"),
        (asked("i", text_input(), hint=words("x" * 2001)), "/hint/text"),
        (asked("i", button("a")), "/element/type"),
        (asked("i", picker("file_input", max_files=11)), "/element/max_files"),
        (asked("i", picker("file_input", filetypes=[])), "/element/filetypes"),
        (asked("i", picker("datepicker", initial_date="2026-2-30")), "/element/initial_date"),
        (asked("i", picker("timepicker", initial_time="9:05")), "/element/initial_time"),
        (asked("i", picker("datetimepicker", initial_date_time=17952768000)), "/element/initial_date_time"),
        (asked("i", picker("number_input")), "/element"),
        ({"type": "context", "elements": []}, "/elements"),
        ({"type": "context", "elements": [words("x")] * 11}, "/elements"),
        ({"type": "header", "text": words("x" * 151)}, "/text/text"),
        ({"type": "image", "image_url": "https://example.com/a.png"}, "/alt_text"),
        ({"type": "image", "image_url": "https://" + "x" * 3000, "alt_text": "x"}, "/image_url"),
        ({"type": "image", "alt_text": "x"}, ""),
    ],
)
def test_what_is_above_the_limit_is_refused_with_its_place(block: Block, place: str) -> None:
    """Each breach of a limit is one fault that points at it."""
    [fault] = faults_of([block])[:1]
    assert place in fault
    assert "json-pointer:/blocks/0" in fault


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"title": words("x" * 25)}, "/view/title/text"),
        ({"title": {"type": "mrkdwn", "text": "x"}}, "/view/title"),
        ({"close": words("x" * 25)}, "/view/close/text"),
        ({"submit": words("x" * 25)}, "/view/submit/text"),
        ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"callback_id": "x" * 256}, "/view/callback_id"),
        ({"blocks": [{"type": "divider"}] * 101}, "/view/blocks"),
        ({"blocks": TOO_LONG}, "/view/blocks/0/text/text"),
        ({"blocks": [{"type": "markdown", "text": "x"}]}, "/view/blocks/0/type"),
        ({"colour": "red"}, "/view/colour"),
    ],
)
async def test_a_modal_is_held_to_its_limits_wherever_it_comes_from(
    stage: Stage, fields: dict[str, Any], place: str
) -> None:
    """views.open refuses such a modal; in an answer to a submit it is recorded, and the person sees an error."""
    call = stage.client.views_open(trigger_id=await stage.trigger(), view=modal() | fields)
    assert f"json-pointer:{place}" in await messages_of(call)
    view_id = await stage.open(modal())
    for action in ("update", "push"):
        stage.answers({"response_action": action, "view": modal() | fields})
        answer = await stage.slack.submit(AVA, view_id)
        assert (answer.status, answer.body["error"]) == (200, "invalid_blocks")
    assert [f"json-pointer:{place}" in fault for fault in stage.slack.refused] == [True, True]
    assert stage.slack.open_modals[AVA] == [view_id]


def test_inputs_need_a_submit_button_and_a_home_has_none() -> None:
    """A modal with inputs needs submit, a home refuses it and takes inputs without, but no files."""
    without = modal(asked("i", text_input()))
    del without["submit"]
    assert "json-pointer:/view/submit" in view_faults(without, "modal")[0]
    home = {"type": "home", "blocks": [asked("i", text_input())]}
    assert view_faults(home, "home") == []
    assert "json-pointer:/view/submit" in view_faults(home | {"submit": words("Go")}, "home")[0]
    files = asked("i", picker("file_input"))
    assert view_faults(modal(files), "modal") == []
    assert "/view/blocks/0/element/type" in view_faults({"type": "home", "blocks": [files]}, "home")[0]


async def test_an_answer_to_a_command_that_slack_would_refuse_is_recorded_and_not_shown(stage: Stage) -> None:
    """Wrong blocks in a command's answer leave the status, set an error and show nobody anything."""
    stage.answers({"text": "x", "blocks": TOO_LONG})
    answer = await stage.slack.command(AVA, CHANNEL, "/volt", "help")
    assert (answer.status, answer.body["error"]) == (200, "invalid_blocks")
    assert stage.slack.refused == [
        "answer to a command: must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert stage.slack.ephemerals == []


async def test_wrong_blocks_are_refused_at_a_response_url_and_for_an_ephemeral(stage: Stage) -> None:
    """A post to a response_url and chat.postEphemeral refuse wrong blocks, and the former is recorded."""
    await stage.slack.command(AVA, CHANNEL, "/volt", "help")
    url = parse_qs(stage.app.bodies()[-1].decode())["response_url"][0]
    async with stage.session.post(url, json={"text": "x", "blocks": TOO_LONG}) as refused:
        assert (refused.status, len(stage.slack.refused)) == (400, 1)
    call = stage.client.chat_postEphemeral(channel=CHANNEL, user=AVA, text="x", blocks=TOO_LONG)
    assert await error_of(call) == "invalid_blocks"
    assert stage.slack.ephemerals == []
