"""A refused form that is put back: whatever stood in its inputs stands there again, and why it was refused above it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.slack.limits.views import view_faults
from bot.sandbox.slack.ui.states import first_state, state_of
from bot.slack.blocks import modals
from bot.slack.blocks.kit import plain, section
from bot.slack.blocks.modals import Option
from bot.slack.ingress.refilled_form import FILES_AGAIN, error_blocks, refilled_form

A, B = Option("A & B", "a", "first"), Option("B", "b")
SEARCH = {"type": "external_select", "initial_option": modals.option_object(A)}
MANY = {"type": "multi_external_select", "initial_options": [modals.option_object(A)]}
GROUPS = [{"label": plain("Both"), "options": [modals.option_object(A), modals.option_object(B)]}]
ELEMENTS: list[tuple[dict[str, Any], Any]] = [
    (modals.text_input(initial="before"), "after"),
    (modals.text_input(initial="before"), None),
    (modals.select_menu([A, B], initial="a"), "b"),
    ({"type": "static_select", "option_groups": GROUPS}, "b"),
    (modals.radio_buttons([A, B]), "a"),
    (modals.checkboxes(A, B, are_ticked=True), ["b"]),
    (modals.checkboxes(A, B, are_ticked=True), []),
    (modals.datetime_picker(), 1_800_000_000),
    (SEARCH, "a"),
    (SEARCH, None),
    (MANY, ["a"]),
    ({"type": "users_select"}, "U1"),
    ({"type": "multi_users_select"}, ["U1", "U2"]),
    ({"type": "channels_select"}, "C1"),
    ({"type": "conversations_select"}, "C1"),
    ({"type": "datepicker", "initial_date": "2026-01-01"}, "2026-12-31"),
    ({"type": "timepicker"}, "09:30"),
]


def submitted(element: dict[str, Any], value: Any) -> dict[str, Any]:
    """Make a form with one input as Slack gives it back once it was filled in."""
    form = modals.form_modal("form", "Form", "Send", [modals.input_block("it", "It", element)], metadata="kept")
    state = {"it": {"it": state_of({"action_id": "it"} | element, value)}}
    return form | {"id": "V1", "hash": "1.a", "external_id": "", "clear_on_close": False, "state": {"values": state}}


@pytest.mark.parametrize(("element", "value"), ELEMENTS)
def test_what_was_typed_stands_again(element: dict[str, Any], value: Any) -> None:
    """An input of any kind begins with what stood in it, or empty where it was emptied."""
    view = submitted(element, value)
    again = refilled_form(view, [section("No.")])
    assert view_faults(again, "modal") == []
    assert first_state(again["blocks"][1]["element"]) == view["state"]["values"]["it"]["it"]
    assert (again["callback_id"], again["private_metadata"], again["submit"]) == ("form", "kept", plain("Send"))


def test_each_refusal_takes_the_place_of_the_one_before() -> None:
    """A form that is refused again says only why this time, and names the input at fault."""
    view = submitted(modals.text_input(), "x" * 3_000)
    first = refilled_form(view, error_blocks(view, {"it": "Too <long>."}))
    again = refilled_form(
        first | {"state": view["state"]}, error_blocks(first, {"it": "Still too long.", "gone": "And this."})
    )
    assert [block["text"]["text"] for block in first["blocks"][:1]] == ["It: Too <long>."]
    assert [block["text"]["text"] for block in again["blocks"][:2]] == ["It: Still too long.", "And this."]
    assert view_faults(again, "modal") == []
    assert len(again["blocks"]) == 3


def test_files_are_asked_for_again() -> None:
    """Files cannot be put back, so that is said."""
    view = submitted({"type": "file_input"}, ["F1"])
    view["state"]["values"]["it"]["it"]["files"] = [{"id": "F1"}]
    assert refilled_form(view, [])["blocks"][0]["text"]["text"] == FILES_AGAIN


NONSENSE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("it", "blocks", "type")), inner),
)


@given(view=st.dictionaries(st.sampled_from(("blocks", "state", "title", "submit")), NONSENSE), block=NONSENSE)
def test_any_view_is_read(view: dict[str, Any], block: Any) -> None:
    """A view of any shape raises nothing."""
    odd = {"blocks": [{"block_id": "it", "element": block, "label": block}, block], "state": {"values": {"it": block}}}
    for one in (view, odd):
        assert refilled_form(one, error_blocks(one, {"it": "No."}))["type"] == "modal"
