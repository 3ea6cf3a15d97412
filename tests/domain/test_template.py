"""Templates: what their places become, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.template import render_template, unknown_places
from bot.slack.features.templates.view import fault_of
from bot.slack.render.segment_count import segment_count_text

CAN_HOLD = "A template can hold {name}, {first_name} and {agent}."
SHORTER = "Emoji or special letters make its parts shorter (Unicode)."


@pytest.mark.parametrize(
    ("body", "name", "text"),
    [
        ("Hi {name}, it is ready. – {agent}", "Dana Whitfield", "Hi Dana Whitfield, it is ready. – Ava"),
        ("Hi {first_name}!", "Dana Whitfield", "Hi Dana!"),
        ("Hi { NAME }!", "Dana", "Hi Dana!"),
        ("Hi {name}, it is ready.", "", "Hi, it is ready."),
        ("Hello {name} and welcome", "", "Hello and welcome"),
        ("{name}, it is ready", " ", "it is ready"),
        ("Dear {name}", "", "Dear"),
        ("Hi {first_name} {name}.", "", "Hi."),
        ("({name})", "", "()"),
        ("as {it} stands { }", "Dana", "as {it} stands { }"),
        ("{name}", "{agent}", "{agent}"),
    ],
)
def test_places_are_filled_in(body: str, name: str, text: str) -> None:
    """Places become names; one without a name goes, and leaves no gap; what was filled in is not filled in again."""
    assert render_template(body, name=name, agent="Ava") == text


@given(st.text(max_size=200))
def test_text_without_places_stays(body: str) -> None:
    """A template without braces is texted as it is, but for tidy white space."""
    body = body.replace("{", "(")
    assert render_template(body, name="Dana", agent="Ava") == render_template(body, name="", agent="")


@pytest.mark.parametrize(
    ("body", "unknown"),
    [("Hi {name}", []), ("{nmae} {First_Name} {x} {x}", ["nmae", "x"]), ("{}", [""]), ("a { b", [])],
)
def test_unknown_places_are_found(body: str, unknown: list[str]) -> None:
    """What stands between braces and cannot be filled in is found, each once."""
    assert unknown_places(body) == unknown


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("Hi {name}", ""),
        (" \u200b ", "A template needs words."),
        (
            "{a} {<b>}",
            f"{{a}}, {{&lt;b&gt;}} are no places that can be filled in. {CAN_HOLD}",
        ),
    ],
)
def test_faults_of_a_template(body: str, fault: str) -> None:
    """A template without words, or with places that nothing is known for, is refused with what it can hold."""
    assert fault_of(body) == fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No words yet."),
        ("Hi", "2 characters, 1 part, room for 158 more characters in the last one."),
        ("x" * 159, "159 characters, 1 part, room for 1 more character in the last one."),
        (
            "👋",
            f"1 character, 1 part, room for 68 more characters in the last one. {SHORTER}",
        ),
    ],
)
def test_the_size_of_a_text_in_words(text: str, said: str) -> None:
    """A text's size is said in characters and in the parts that carriers count."""
    assert segment_count_text(text) == said
