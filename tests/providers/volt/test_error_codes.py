import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.volt.error_codes import FAILURES, LONGEST_QUOTE, THROTTLES, FailureClass, failure, quoted

CLASSES = {
    "T": {"601", "602", "603", "702", "705", "801", "802", "803", "804", "901"},
    "P": {"401", "402", "403", "406", "407", "501", "503", "701", "703", "704", "706"},
    "O": {"101", "102", "103", "104", "199"},
}


def test_the_table_holds_volts_26_codes() -> None:
    """Each code of Volt's page is there once, in its class."""
    assert len(FAILURES) == 26
    for letter, codes in CLASSES.items():
        assert {code for code, (kind, _) in FAILURES.items() if kind is FailureClass(letter)} == codes


@pytest.mark.parametrize("code", FAILURES)
def test_words_are_sentences_for_an_agent(code: str) -> None:
    """Each code says what happened and what to do, in at least two short sentences, without the code or decoration."""
    words = FAILURES[code][1]
    assert words.endswith(".")
    assert len(words) <= 160
    assert words.count(". ") + words.count(": ") >= 1
    assert code not in words
    assert not set("!…—") & set(words)
    assert words.isascii()


def test_no_two_codes_say_the_same() -> None:
    """An agent can tell the failures apart."""
    assert len({words for _, words in FAILURES.values()}) == 26


def test_opt_out_says_how_to_come_back() -> None:
    """A contact who opted out can be reached again only after texting START, and the words say so."""
    found = failure("503")
    assert "START" in found.user_message
    assert not found.allows_manual_retry


@pytest.mark.parametrize("code", FAILURES)
def test_sending_again_is_offered_for_temporary_failures_only(code: str) -> None:
    """Only class T may be sent again."""
    assert failure(code).allows_manual_retry is (code in CLASSES["T"])
    assert failure(code, "other words").user_message == FAILURES[code][1]


@pytest.mark.parametrize("code", FAILURES)
def test_throttles_are_the_600s(code: str) -> None:
    """The three limits, and nothing else, only ask for patience."""
    assert (code in THROTTLES) is code.startswith("6")
    assert CLASSES["T"] >= THROTTLES.keys()


def test_unknown_code_is_named_with_what_was_said() -> None:
    """A code outside the table is shown with the provider's words, numbers masked."""
    found = failure("999", "Blocked  for +1 (555) 555-0145\nby carrier")
    assert found.code == "999"
    assert "999" in found.user_message
    assert "Blocked for …0145 by carrier" in found.user_message
    assert not found.allows_manual_retry


def test_no_code_at_all_is_said_so() -> None:
    """A failure without a code has words too."""
    assert "without a code" in failure("").user_message


@pytest.mark.parametrize("number", ["+15555550145", "15555550145", "(555) 555-0145", "555.555.0145", "+1 555 555 0145"])
def test_quotes_mask_phone_numbers(number: str) -> None:
    """A number in any usual form is shown by its last four digits only."""
    assert quoted(f"to {number} failed with 702") in {"to …0145 failed with 702", "to (…0145 failed with 702"}


@given(text=st.text(max_size=6000), code=st.text(max_size=300))
def test_quotes_are_one_short_printable_line(text: str, code: str) -> None:
    """Whatever is quoted becomes one printable line of bounded length."""
    line = quoted(text)
    assert len(line) <= LONGEST_QUOTE
    assert line.isprintable()
    assert len(failure(code, text).user_message) < 700
