"""The pieces that everything we say in Slack is made of."""

from datetime import UTC, datetime

import pytest

from bot.slack.blocks import modals
from bot.slack.blocks.kit import (
    AGO,
    CLOCK,
    LONG_DATE,
    SHORT_DATE,
    button,
    button_row,
    confirm_dialog,
    context_plain,
    date,
    section,
    section_plain,
)
from bot.slack.blocks.modals import Option

AT = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (CLOCK, "<!date^1796133600^{time}|14:00 UTC>"),
        (SHORT_DATE, "<!date^1796133600^{date_short_pretty} {time}|2026-12-01 14:00 UTC>"),
        (LONG_DATE, "<!date^1796133600^{date_long_pretty} at {time}|2026-12-01 14:00 UTC>"),
        (AGO, "<!date^1796133600^{ago}|2026-12-01 14:00 UTC>"),
    ],
)
def test_dates(form: str, words: str) -> None:
    """A moment is shown in the reader's own time zone, and in UTC where nothing can show that."""
    assert date(AT, form) == words


def test_what_is_parsed() -> None:
    """Only the words of our own are given to Slack as mrkdwn."""
    assert section("*ours*")["text"]["type"] == "mrkdwn"
    assert section_plain("*theirs*")["text"] == {"type": "plain_text", "text": "*theirs*", "emoji": False}
    assert context_plain("*theirs*")["elements"][0]["type"] == "plain_text"


def test_a_button() -> None:
    """A button says what it does, asks first where it should, and leads away where it has an address."""
    ask = confirm_dialog("Sure?", "It cannot be undone.", "Do it", no="Go back", is_grave=True)
    made = button("Do it " * 20, "do", "7", style="danger", confirm=ask, url="https://volt.example")
    assert len(made.pop("text")["text"]) == 75
    assert made.pop("confirm") == ask
    assert made == {
        "type": "button",
        "action_id": "do",
        "value": "7",
        "style": "danger",
        "url": "https://volt.example",
    }
    assert (ask["deny"]["text"], ask["style"]) == ("Go back", "danger")
    assert set(button("Do it", "do", "7")) == {"type", "action_id", "value", "text"}


def test_a_row_of_buttons() -> None:
    """A row leaves out what is not there, and there is no row of nothing."""
    one = button("Do it", "do", "7")
    assert button_row(None, one, None) == [{"type": "actions", "elements": [one]}]
    assert button_row(None) == []


def test_a_menu() -> None:
    """A menu shows as chosen what is among its options, and nothing else."""
    options = [Option("One", "1"), Option("Two", "2")]
    assert modals.select_menu(options, initial="2")["initial_option"]["text"]["text"] == "Two"
    for picked in ("3", ""):
        assert "initial_option" not in modals.select_menu(options, initial=picked)
    assert modals.radio_buttons(options, initial="1")["type"] == "radio_buttons"


def test_a_box() -> None:
    """A box is ticked only where that is said."""
    assert "initial_options" not in modals.checkboxes(Option("Blocked", "blocked"))
    assert modals.checkboxes(Option("Blocked", "blocked"), are_ticked=True)["initial_options"][0]["value"] == "blocked"
