"""Truly signed requests with one field broken: answered in plain words; what is whole in them counts, and no more.

Each field is broken in every way of BROKEN, in requests that are whole otherwise.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.sandbox.slack.delivery.delivery import sign
from tests.e2e.test_refused_requests import SLACK, check_log, now, request_to
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.windows import opened, window
from tests.harness.world import AVA, CHANNEL, DANA, MARCO

Body = dict[str, Any]
ABSENT = object()
BROKEN: tuple[Any, ...] = (None, 5, True, [], ["x"], {"a": [1]}, "x" * 3_000, "\ud800", "", ABSENT)
INCOMPLETE = "Slack did not say who asks for this, or which window it is about, so nothing was done. Please try again."
NOT_READABLE = "Slack did not pass on what you filled in, so nothing was done. Please fill it in again."


def broken(body: Body, *path: str) -> Iterator[Body]:
    """Break the field at the end of a path in every way."""
    for value in BROKEN:
        made = copy.deepcopy(body)
        place = made
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value
        if value is ABSENT:
            del place[path[-1]]
        yield made


async def give(relay: Relay, body: Body, *, is_event: bool = False) -> tuple[int, str]:
    """Make a truly signed request; anything but an event comes as a form."""
    raw = json.dumps(body).encode() if is_event else urlencode({"payload": json.dumps(body)}).encode()
    status, text = await request_to(relay, SLACK, raw, sign(relay.slack.signing_secret, raw, now()))
    assert status in (200, 400, 404), (status, body)
    assert len(text) < 4_000
    assert "Traceback" not in text
    return status, text


async def still_nothing(relay: Relay, *texts: str) -> None:
    """Check that the phone got these texts and no others, although a later one goes out."""
    await relay.volt.text(MARCO, "Hello")
    await relay.shows(MARCO, "Hello")
    await relay.reply(relay.headers(MARCO)[0].ts, "last")
    await relay.receives("last", contact=MARCO)
    assert relay.phone() == list(texts)
    check_log(relay)


NEEDED = ("type", "user", "channel", "ts", "thread_ts")


async def test_a_reply_without_what_makes_it_one(relay: Relay) -> None:
    """A reply of which it is not known who wrote it, where and when is not texted."""
    thread = await relay.open_thread(DANA, "Hello")
    good = relay.event_of(await relay.reply(thread, "first"), text="second", blocks=[])
    await relay.receives("first")
    good["event"]["ts"] = f"{now()}.000001"
    bodies = [one for field in NEEDED for one in broken(good, "event", field)]
    strangers = [one for one in bodies if one["event"].get("user") not in ("x" * 3_000, "\ud800")]
    for number, body in enumerate(strangers):
        await give(relay, body | {"event_id": f"Ev{number}"}, is_event=True)
    await still_nothing(relay, "first")


async def test_a_reply_is_texted_whatever_else_is_broken(relay: Relay) -> None:
    """Whatever is wrong with a field that a text does not depend on, the text goes out, once and as it was written."""
    thread = await relay.open_thread(DANA, "Hello")
    good = relay.event_of(await relay.reply(thread, "first"), blocks=[])
    await relay.receives("first")
    inner = [one for field in ("team", "client_msg_id", "metadata") for one in broken_at(good, field)]
    outer = [one for field in ("authorizations", "team_id", "event_time") for one in broken(good, field)]
    words = [f"words {number}." for number in range(len(inner) + len(outer))]
    for number, body in enumerate([*inner, *outer]):
        body["event"] |= {"text": words[number], "ts": f"{now()}.{number:06}"}
        assert await give(relay, body | {"event_id": f"Ev{number}"}, is_event=True) == (200, "")
    await relay.receives("first", *words)
    check_log(relay)


async def test_a_reply_of_which_a_part_cannot_be_read(relay: Relay) -> None:
    """Where it cannot be told what stands beside the words nothing is sent, and the thread says so."""
    thread = await relay.open_thread(DANA, "Hello")
    good = relay.event_of(await relay.reply(thread, "first"), text="second", blocks=[{"type": "video"}])
    await relay.receives("first")
    good["event"]["ts"] = f"{now()}.000001"
    assert await give(relay, good | {"event_id": "Ev1"}, is_event=True) == (200, "")
    await relay.line("Nothing was sent:")
    await still_nothing(relay, "first")


def broken_at(event: Body, field: str) -> Iterator[Body]:
    """Break a field of an inner event that may not be there."""
    whole = copy.deepcopy(event)
    whole["event"].setdefault(field, None)
    return broken(whole, "event", field)


@pytest.mark.parametrize("field", ["user_id", "trigger_id"])
async def test_a_command_of_nobody(relay: Relay, field: str) -> None:
    """A command of which Slack does not say who asks, or by which press, texts nobody, and says so each time."""
    typed = {"command": "/volt", "text": f"send {DANA} Hi", "channel_id": CHANNEL, "user_id": AVA, "trigger_id": "t"}
    for given in ({**typed, field: ""}, {name: value for name, value in typed.items() if name != field}):
        raw = urlencode(given).encode()
        status, text = await request_to(relay, SLACK, raw, sign(relay.slack.signing_secret, raw, now()))
        assert (status, json.loads(text)["text"]) == (200, INCOMPLETE)
    await still_nothing(relay)


async def form(relay: Relay) -> Body:
    """Return the window for a text, filled in for Dana and submitted, as Slack would send it."""
    await relay.open_thread(DANA, "Hello")
    await relay.slack.shortcut(AVA, "new_text")
    await opened(relay)
    option = {"text": {"type": "plain_text", "text": "Dana"}, "value": "talk 1"}
    states = {
        "compose_to": {"type": "external_select", "selected_option": option},
        "compose_text": {"type": "plain_text_input", "value": "Hi"},
        "compose_at": {"type": "datetimepicker", "selected_date_time": None},
        "compose_files": {"type": "file_input", "files": []},
    }
    values = {name: {name: state} for name, state in states.items()}
    view = window(relay) | {"state": {"values": values}}
    return {"type": "view_submission", "user": {"id": AVA}, "trigger_id": "t", "team": {"id": "T"}, "view": view}


async def test_a_form_of_nobody(relay: Relay) -> None:
    """A form of which Slack does not say who sent it, or from which window, texts nobody, and says so."""
    good = await form(relay)
    for body in (*broken(good, "user"), *broken(good, "user", "id"), *broken(good, "view", "id")):
        if str_in(body, "user", "id") and str_in(body, "view", "id"):
            continue
        status, text = await give(relay, body)
        assert status == 400 or INCOMPLETE in text
    await still_nothing(relay)


def str_in(body: Body, name: str, field: str) -> bool:
    """Tell whether there are words in a field of a part."""
    part = body.get(name)
    found = part.get(field) if isinstance(part, dict) else None
    return isinstance(found, str) and bool(found)


STATES: dict[str, list[Any]] = {
    "compose_at": [5, True, "x", [], ["x"], {}, {"compose_at": 5}, {"compose_at": []}, None],
    "compose_to": [{"compose_to": None}],
}
"""What may stand for an input in place of an object."""

VALUES: dict[tuple[str, str], list[Any]] = {
    ("compose_at", "selected_date_time"): [True, "x", [], [1], {}, 1.5],
    ("compose_files", "files"): [5, "x", ["x"], {"a": [1]}, True],
    ("compose_to", "selected_option"): [5, "x", [], {"value": 5}, {}],
    ("compose_text", "value"): [5, [], ["x"], {"a": [1]}, True],
}
"""What may stand in it in place of what belongs there."""

ODD = [
    *((block, state) for block, states in STATES.items() for state in states),
    *((block, {block: {name: value}}) for (block, name), values in VALUES.items() for value in values),
]


async def test_a_form_that_cannot_be_read(relay: Relay) -> None:
    """What stands in an input and cannot be read is never taken for nothing: no text goes out now instead of later."""
    good = await form(relay)
    for block, state in ODD:
        body = copy.deepcopy(good)
        body["view"]["state"]["values"][block] = state
        _, text = await give(relay, body)
        assert json.loads(text).get("errors") == {block: NOT_READABLE}, state
    body = copy.deepcopy(good)
    body["view"]["state"]["values"]["compose_at"]["compose_at"]["selected_date_time"] = 0
    assert "is over" in (await give(relay, body))[1]
    await still_nothing(relay)


async def test_a_press_of_nobody(relay: Relay) -> None:
    """A button that nobody pressed does nothing, and is answered."""
    await relay.open_thread(DANA, "Hello")
    await relay.slack.command(AVA, CHANNEL, "/volt", f"send {DANA} {'word ' * 100}")
    await relay.slack.until(lambda: any("[Send" in line for line in relay.lines(DANA)))
    post = next(one for one in relay.thread(DANA) if "[Send" in seen(one))
    buttons = [one for block in post.blocks for one in block.get("elements", [])]
    action = next(one for one in buttons if str(one.get("action_id")).startswith("send_text"))
    place = {"container": {"type": "message", "message_ts": post.ts, "channel_id": CHANNEL}, "channel": {"id": CHANNEL}}
    good = {"type": "block_actions", "user": {"id": AVA}, "trigger_id": "t", "actions": [action], **place}
    for body in (*broken(good, "user"), *broken(good, "user", "id"), *broken(good, "actions")):
        if not str_in(body, "user", "id") or body.get("actions") != [action]:
            await give(relay, body)
    await still_nothing(relay)
