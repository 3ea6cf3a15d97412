"""Modals and App Homes of the stand-in: what is pressed and typed in them, how they stack, and what answers do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from tests.harness.world import AVA, BEN, CHANNEL
from tests.sandbox.slack_stage import (
    Stage,
    asked,
    button,
    error_of,
    menu,
    modal,
    option,
    row,
    staged,
    text_input,
    words,
)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Give the stand-in with an app."""
    async with staged() as ready:
        yield ready


def typed_in(payload: dict[str, Any], block_id: str, action_id: str) -> Any:
    """Return the state of one element of the view in a payload."""
    return payload["view"]["state"]["values"][block_id][action_id]


async def test_a_button_in_a_modal_carries_the_view_and_what_was_typed(stage: Stage) -> None:
    """A press in a modal brings the whole view with typed values, a trigger, and nothing of a message or channel."""
    view = modal(asked("to", text_input("number")), row("more", button("add", value="7")), private_metadata="m1")
    view_id = await stage.open(view)
    answer = await stage.slack.press_in_view(AVA, view_id, "add", values={"to": {"number": "+15555550145"}})
    payload = stage.last_payload()
    assert answer.status == 200
    assert payload["container"] == {"type": "view", "view_id": view_id}
    shown = payload["view"]
    assert (shown["id"], shown["root_view_id"], shown["private_metadata"]) == (view_id, view_id, "m1")
    assert shown["hash"] == stage.slack.views[view_id]["hash"]
    assert typed_in(payload, "to", "number") == {"type": "plain_text_input", "value": "+15555550145"}
    assert (payload["actions"][0]["value"], payload["actions"][0]["block_id"]) == ("7", "more")
    assert not {"channel", "message", "response_url"} & set(payload)
    await stage.client.views_push(trigger_id=payload["trigger_id"], view=view)


@pytest.mark.parametrize(
    ("element", "value", "key", "picked"),
    [
        (menu("pick", "a", "b"), "b", "selected_option", option("b")),
        (menu("pick", "a", "b", kind="overflow"), "a", "selected_option", option("a")),
        (
            menu("pick", "a", "b", kind="multi_static_select"),
            ["a", "b"],
            "selected_options",
            [option("a"), option("b")],
        ),
        (menu("pick", "a", "b", kind="checkboxes"), ["b"], "selected_options", [option("b")]),
        ({"type": "datepicker", "action_id": "pick"}, "2026-11-21", "selected_date", "2026-11-21"),
        ({"type": "users_select", "action_id": "pick"}, BEN, "selected_user", BEN),
        ({"type": "multi_users_select", "action_id": "pick"}, [BEN], "selected_users", [BEN]),
    ],
)
async def test_menus_and_pickers_report_what_was_picked(
    stage: Stage, element: dict[str, Any], value: Any, key: str, picked: Any
) -> None:
    """A menu or picker in a modal sends what was picked under the key of its kind, and keeps it as its state."""
    view_id = await stage.open(modal(row("row", element)))
    await stage.slack.press_in_view(AVA, view_id, "pick", value=value)
    payload = stage.last_payload()
    assert payload["actions"][0][key] == picked
    if element["type"] != "overflow":
        assert typed_in(payload, "row", "pick") == {"type": element["type"], key: picked}


async def test_an_option_that_is_not_there_cannot_be_picked(stage: Stage) -> None:
    """Values of no option, unknown elements and silent inputs are mistakes of the test."""
    view_id = await stage.open(modal(row("row", menu("pick", "a")), asked("to", text_input("silent"))))
    for action_id, value in (("pick", "z"), ("pick", None), ("none", "a"), ("silent", "x")):
        with pytest.raises(LookupError):
            await stage.slack.press_in_view(AVA, view_id, action_id, value=value)


async def test_a_text_input_that_dispatches_reports_its_text(stage: Stage) -> None:
    """A text input whose block dispatches actions sends what was typed."""
    config = {"trigger_actions_on": ["on_enter_pressed"]}
    element = text_input("q", dispatch_action_config=config)
    view_id = await stage.open(modal(asked("search", element, dispatch_action=True)))
    await stage.slack.press_in_view(AVA, view_id, "q", value="dana")
    payload = stage.last_payload()
    assert payload["actions"][0]["value"] == "dana"
    assert typed_in(payload, "search", "q")["value"] == "dana"


async def test_what_was_typed_outlives_an_update_where_the_ids_stay(stage: Stage) -> None:
    """After views.update typed values stay under unchanged ids, new ids begin with their initial values."""
    first = modal(asked("a", text_input()), asked("b", text_input()), row("go", button("go")))
    view_id = await stage.open(first)
    await stage.slack.press_in_view(AVA, view_id, "go", values={"a": {"typed": "kept"}, "b": {"typed": "lost"}})
    again = modal(asked("a", text_input(initial_value="new")), asked("c", text_input(initial_value="begun")))
    await stage.client.views_update(view_id=view_id, view=again)
    await stage.slack.submit(AVA, view_id)
    payload = stage.last_payload()
    assert typed_in(payload, "a", "typed")["value"] == "kept"
    assert typed_in(payload, "c", "typed")["value"] == "begun"
    assert set(payload["view"]["state"]["values"]) == {"a", "c"}


async def test_initial_values_count_as_typed_and_empty_elements_are_there(stage: Stage) -> None:
    """A submit holds every element: initial values as they stand, null or an empty list where there is none."""
    view = modal(
        asked("text", text_input(initial_value="hello")),
        asked("menu", menu("pick", "a", "b", initial_option=option("b"))),
        asked("day", {"type": "datepicker", "action_id": "pick", "initial_date": "2026-11-21"}),
        asked("at", {"type": "datetimepicker", "action_id": "pick", "initial_date_time": 1795276800}),
        asked("empty", text_input(), optional=True),
        asked("many", menu("pick", "a", kind="checkboxes"), optional=True),
    )
    view_id = await stage.open(view)
    await stage.slack.submit(AVA, view_id, {"text": {"typed": "hello there"}})
    payload = stage.last_payload()
    assert typed_in(payload, "text", "typed")["value"] == "hello there"
    assert typed_in(payload, "menu", "pick")["selected_option"] == option("b")
    assert typed_in(payload, "day", "pick")["selected_date"] == "2026-11-21"
    assert typed_in(payload, "at", "pick")["selected_date_time"] == 1795276800
    assert typed_in(payload, "empty", "typed") == {"type": "plain_text_input", "value": None}
    assert typed_in(payload, "many", "pick") == {"type": "checkboxes", "selected_options": []}


async def test_files_arrive_with_a_submit(stage: Stage) -> None:
    """A file input's value holds the file objects."""
    view_id = await stage.open(modal(asked("pictures", {"type": "file_input", "action_id": "files"})))
    value = {"type": "file_input", "files": [{"id": "F1"}]}
    await stage.slack.submit(AVA, view_id, {"pictures": {"files": value}})
    assert typed_in(stage.last_payload(), "pictures", "files") == value


async def test_a_submit_without_an_answer_closes_that_view_alone(stage: Stage) -> None:
    """An empty answer closes the view on top; what lies below is seen again, with what was typed there."""
    below = await stage.open(modal(asked("a", text_input()), row("go", button("go"))))
    await stage.slack.press_in_view(AVA, below, "go", values={"a": {"typed": "kept"}})
    trigger = stage.last_payload()["trigger_id"]
    pushed = (await stage.client.views_push(trigger_id=trigger, view=modal()))["view"]
    assert (pushed["previous_view_id"], pushed["root_view_id"]) == (below, below)
    assert stage.slack.open_modals[AVA] == [below, pushed["id"]]
    with pytest.raises(LookupError):
        await stage.slack.submit(AVA, below)
    await stage.slack.submit(AVA, pushed["id"])
    assert stage.slack.open_modals[AVA] == [below]
    await stage.slack.submit(AVA, below)
    assert typed_in(stage.last_payload(), "a", "typed")["value"] == "kept"
    assert stage.slack.open_modals[AVA] == []


async def test_an_answer_updates_pushes_and_clears(stage: Stage) -> None:
    """The response actions update, push and clear change the stack as they say."""
    view_id = await stage.open(modal(asked("a", text_input())))
    stage.answers({"response_action": "update", "view": modal(title=words("Again"))})
    await stage.slack.submit(AVA, view_id, {"a": {"typed": "x"}})
    assert stage.slack.views[view_id]["title"] == words("Again")
    stage.answers({"response_action": "push", "view": modal(title=words("On top"))})
    await stage.slack.submit(AVA, view_id)
    top = stage.slack.open_modals[AVA][-1]
    assert (stage.slack.views[top]["title"], stage.slack.open_modals[AVA]) == (words("On top"), [view_id, top])
    stage.answers({"response_action": "clear"})
    await stage.slack.submit(AVA, top)
    assert (stage.slack.open_modals[AVA], stage.slack.refused) == ([], [])


async def test_errors_leave_the_view_open_and_have_to_name_inputs(stage: Stage) -> None:
    """Errors of inputs come back in the answer and keep the view; errors of other blocks are refused."""
    view_id = await stage.open(modal(asked("a", text_input()), row("go", button("go"))))
    stage.answers({"response_action": "errors", "errors": {"a": "No such number."}})
    answer = await stage.slack.submit(AVA, view_id)
    assert answer.body["errors"] == {"a": "No such number."}
    assert "error" not in answer.body
    stage.answers({"response_action": "errors", "errors": {"go": "No."}})
    assert (await stage.slack.submit(AVA, view_id)).body["error"]
    assert stage.slack.open_modals[AVA] == [view_id]
    assert "json-pointer:/errors" in stage.slack.refused[0]


async def test_a_failed_or_unreadable_answer_leaves_the_view_open(stage: Stage) -> None:
    """After a 500, or an answer that is no response action, the person still sees the view."""
    view_id = await stage.open(modal())
    stage.app.answer = lambda _: web.Response(status=500)
    assert (await stage.slack.submit(AVA, view_id)).status == 500
    stage.answers({"text": "thanks"})
    answer = await stage.slack.submit(AVA, view_id)
    assert (answer.body["error"], len(stage.slack.refused)) == ("invalid_blocks", 1)
    assert stage.slack.open_modals[AVA] == [view_id]


async def test_a_stack_is_three_views_high(stage: Stage) -> None:
    """A fourth view is refused with push_limit_reached, by views.push and in an answer."""
    view_id = await stage.open(modal())
    for _ in range(2):
        stage.answers({"response_action": "push", "view": modal()})
        await stage.slack.submit(AVA, view_id)
        view_id = stage.slack.open_modals[AVA][-1]
    answer = await stage.slack.submit(AVA, view_id)
    assert (answer.body["error"], len(stage.slack.open_modals[AVA])) == ("push_limit_reached", 3)
    stage.answers(None)
    trigger = stage.last_payload()["trigger_id"]
    assert await error_of(stage.client.views_push(trigger_id=trigger, view=modal())) == "push_limit_reached"


async def test_views_push_needs_an_open_modal_and_views_update_too(stage: Stage) -> None:
    """Pushing onto nothing and updating a closed view are not_found."""
    assert await error_of(stage.client.views_push(trigger_id=await stage.trigger(), view=modal())) == "not_found"
    view_id = await stage.open(modal())
    await stage.slack.close_view(AVA, view_id)
    assert await error_of(stage.client.views_update(view_id=view_id, view=modal())) == "not_found"


async def test_a_closed_view_is_reported_where_asked_for(stage: Stage) -> None:
    """view_closed is sent with notify_on_close only, and clear_on_close takes the whole stack."""
    quiet = await stage.open(modal())
    assert await stage.slack.close_view(AVA, quiet) is None
    below = await stage.open(modal())
    stage.answers({"response_action": "push", "view": modal(notify_on_close=True, clear_on_close=True)})
    await stage.slack.submit(AVA, below)
    stage.answers(None)
    answer = await stage.slack.close_view(AVA, stage.slack.open_modals[AVA][-1])
    payload = stage.last_payload()
    assert answer is not None
    assert (payload["type"], payload["is_cleared"], stage.slack.open_modals[AVA]) == ("view_closed", True, [])


async def test_modals_belong_to_the_person_whose_trigger_it_was(stage: Stage) -> None:
    """Two people have their own stacks, and nobody acts in the other's."""
    avas, bens = await stage.open(modal(), AVA), await stage.open(modal(), BEN)
    assert stage.slack.open_modals == {AVA: [avas], BEN: [bens]}
    with pytest.raises(LookupError):
        await stage.slack.submit(BEN, avas)


async def test_an_external_id_is_given_once_and_finds_its_view(stage: Stage) -> None:
    """views.update finds a view by external_id; the same id in another open view is duplicate_external_id."""
    await stage.open(modal(external_id="draft-1"))
    updated = await stage.client.views_update(external_id="draft-1", view=modal(external_id="draft-1"))
    assert updated["ok"]
    call = stage.client.views_open(trigger_id=await stage.trigger(BEN), view=modal(external_id="draft-1"))
    assert await error_of(call) == "duplicate_external_id"


async def test_an_app_home_has_buttons_and_its_event_a_view_once_published(stage: Stage) -> None:
    """app_home_opened brings the view once there is one, on the Home tab only; its buttons can be pressed."""
    assert await stage.slack.open_home(AVA) == 200
    event = stage.last_event()
    assert (event["type"], event["tab"], event["channel"][0], "view" in event) == (
        "app_home_opened",
        "home",
        "D",
        False,
    )
    home = {"type": "home", "blocks": [row("row", button("find", value="1"))]}
    published = await stage.client.views_publish(user_id=AVA, view=home)
    await stage.slack.open_home(AVA)
    assert stage.last_event()["view"]["hash"] == published["view"]["hash"]
    await stage.slack.open_home(AVA, tab="messages")
    assert "view" not in stage.last_event()
    await stage.slack.press_in_view(AVA, stage.slack.homes[AVA]["id"], "find")
    payload = stage.last_payload()
    assert (payload["view"]["type"], payload["actions"][0]["value"]) == ("home", "1")
    with pytest.raises(LookupError):
        await stage.slack.submit(AVA, stage.slack.homes[AVA]["id"])


async def test_a_home_is_a_home_and_a_modal_a_modal(stage: Stage) -> None:
    """views.publish refuses a modal, views.open a home, and an unsubscribed app hears of no opened home."""
    publish = stage.client.views_publish(user_id=AVA, view=modal())
    assert await error_of(publish) == "invalid_arguments"
    open_home = stage.client.views_open(trigger_id=await stage.trigger(), view={"type": "home", "blocks": []})
    assert await error_of(open_home) == "invalid_arguments"
    stage.slack.subscribed.discard("app_home_opened")
    assert await stage.slack.open_home(AVA) == 0


SEARCH = {"type": "external_select", "action_id": "contact"}


async def test_a_search_brings_options_that_can_then_be_picked(stage: Stage) -> None:
    """A typed search sends block_suggestion with the view; an option answered can be submitted by its value."""
    view_id = await stage.open(modal(asked("to", SEARCH)))
    stage.answers({"options": [option("dana"), option("marco", description=words("+15555550146"))]})
    answer = await stage.slack.suggest(AVA, "contact", "dan", view_id=view_id)
    payload = stage.last_payload()
    assert len(answer.body["options"]) == 2
    assert (payload["type"], payload["value"], payload["action_id"]) == ("block_suggestion", "dan", "contact")
    assert (payload["block_id"], payload["container"]) == ("to", {"type": "view", "view_id": view_id})
    assert payload["view"]["id"] == view_id
    assert not {"trigger_id", "response_url"} & set(payload)
    stage.answers(None)
    await stage.slack.submit(AVA, view_id, {"to": {"contact": "dana"}})
    assert typed_in(stage.last_payload(), "to", "contact")["selected_option"] == option("dana")


async def test_a_search_in_a_message_names_the_message_and_groups_can_be_picked(stage: Stage) -> None:
    """In a message block_suggestion has its container and channel, and an option of a group can be pressed."""
    blocks = [row("row", SEARCH)]
    ts = (await stage.client.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks))["ts"]
    await stage.slack.until(lambda: stage.slack.deliveries)
    stage.answers({"option_groups": [{"label": words("Known"), "options": [option("dana")]}]})
    await stage.slack.suggest(AVA, "contact", "dana", channel=CHANNEL, message_ts=ts)
    payload = stage.last_payload()
    assert (payload["container"]["message_ts"], payload["channel"]["id"]) == (ts, CHANNEL)
    await stage.slack.press(AVA, CHANNEL, ts, "contact", value="dana")
    assert stage.last_payload()["actions"][0]["selected_option"] == option("dana")


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ({}, "json-pointer:/"),
        ({"options": [option(f"o{n}") for n in range(101)]}, "json-pointer:/options"),
        ({"options": [option("a", text=words("x" * 76))]}, "json-pointer:/options/0/text/text"),
        ({"options": [option("v" * 151, text=words("x"))]}, "json-pointer:/options/0/value"),
        ({"options": [option("a", description=words("x" * 76))]}, "json-pointer:/options/0/description/text"),
        ({"options": [option("a", text={"type": "mrkdwn", "text": "x"})]}, "json-pointer:/options/0/text"),
        ({"option_groups": [{"label": words("x" * 76), "options": [option("a")]}]}, "/option_groups/0/label/text"),
    ],
)
async def test_options_above_slacks_limits_are_a_fault(stage: Stage, answer: dict[str, Any], place: str) -> None:
    """An answer to a search that Slack would not show raises with the place of the fault, and is recorded."""
    view_id = await stage.open(modal(asked("to", SEARCH)))
    stage.answers(answer)
    with pytest.raises(LookupError, match=place):
        await stage.slack.suggest(AVA, "contact", "dana", view_id=view_id)
    assert place in stage.slack.refused[0]


async def test_slack_asks_from_the_minimum_query_length_on(stage: Stage) -> None:
    """With fewer characters than min_query_length, 3 where none is given, Slack does not ask."""
    view_id = await stage.open(
        modal(asked("to", SEARCH), asked("now", {**SEARCH, "action_id": "b", "min_query_length": 0}))
    )
    stage.answers({"options": []})
    with pytest.raises(LookupError):
        await stage.slack.suggest(AVA, "contact", "da", view_id=view_id)
    assert (await stage.slack.suggest(AVA, "b", "", view_id=view_id)).status == 200


async def test_reactions_of_people_come_when_subscribed(stage: Stage) -> None:
    """reaction_added names the message, its channel and its author; reaction_removed comes only once subscribed."""
    ts = (await stage.client.chat_postMessage(channel=CHANNEL, text="x"))["ts"]
    await stage.slack.until(lambda: stage.slack.deliveries)
    await stage.slack.add_reaction(AVA, CHANNEL, ts, "white_check_mark")
    event = stage.last_event()
    assert event["item"] == {"type": "message", "channel": CHANNEL, "ts": ts}
    assert (event["type"], event["user"], event["reaction"]) == ("reaction_added", AVA, "white_check_mark")
    assert (event["item_user"], "event_ts" in event) == (stage.slack.bot_user_id, True)
    await stage.slack.remove_reaction(AVA, CHANNEL, ts, "white_check_mark")
    assert stage.last_event() == event
    stage.slack.subscribed.add("reaction_removed")
    await stage.slack.add_reaction(AVA, CHANNEL, ts, "eyes")
    await stage.slack.remove_reaction(AVA, CHANNEL, ts, "eyes")
    assert stage.last_event()["type"] == "reaction_removed"
