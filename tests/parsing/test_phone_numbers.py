"""Phone numbers as people type them, and the hour where they are from."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidNumber
from bot.domain.phone import E164, parse_e164
from bot.domain.timestamps import to_micros
from bot.parsing.number_zones import local_times, moments_in_zones
from bot.parsing.phone_numbers import read_number, region_of, shown_number, split_number

NUMBERISH = st.text(st.sampled_from("0123456789+-.() \n/x,'\"<tel:>|５\u00a0\u2011\u200e\u202a²½a"), max_size=40)


@pytest.mark.parametrize(
    "typed",
    [
        "(555) 555-0123",
        "555.555.0123",
        "555-555-0123",
        "5555550123",
        "+1 555 555 0123",
        "1-555-555-0123",
        "001 555 555 0123",
        "555/555-0123",
        "(+1) 555 555 0123",
        "５５５ ５５５ ０１２３",
        "（５５５）５５５－０１２３",
        "＋１ 555 555 0123",
        "555\u00a0555\u202f0123",
        "555\u2011555\u20130123",
        "555\u2212555\u20140123",
        "\u202a555\u200b-555-0123\u202c\ufeff",
        "٥٥٥ ٥٥٥ ٠١٢٣",
        "<tel:+15555550123|(555) 555-0123>",
        "<tel:5555550123|555-555-0123>",
        "<tel:+15555550123>",
        "“555 555 0123”",
        "'+15555550123'",
        "`5555550123`",
        "  555 555 0123. ",
        "\t5555550123\n",
    ],
)
def test_numbers_as_people_type_them(typed: str) -> None:
    """The same number in every dress is the same number."""
    assert read_number(typed, "US") == "+15555550123"


@pytest.mark.parametrize(
    ("typed", "region", "expected"),
    [
        ("0044 20 7946 0958", "US", "+442079460958"),
        ("011 44 20 7946 0958", "US", "+442079460958"),
        ("+44 (0)20 7946 0958", "US", "+442079460958"),
        ("0044 (0)20 7946 0958", "US", "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("+39 06 698 12345", "US", "+390669812345"),
        ("030/1234567", "DE", "+49301234567"),
        ("+1 (416) 555-0123", "ZZ", "+14165550123"),
    ],
)
def test_numbers_of_other_countries(typed: str, region: str, expected: str) -> None:
    """A number is read with the habits of its own country: trunk zeros, international prefixes."""
    assert read_number(typed, region) == expected


HINT = "Write it like +1 555 555 0145 or (555) 555-0145."


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "No phone number was given."),
        (" \u200e ", "No phone number was given."),
        ("12345", "`12345` is too short to be a phone number."),
        ("+1 23", "`+1 23` is too short to be a phone number."),
        ("+49 1234", "`+49 1234` is too short to be a phone number."),
        ("555-0145", "`555-0145` is too short to be a phone number: the area code is missing."),
        ("555 555 014555", "`555 555 014555` is too long to be a phone number."),
        ("1" * 60, f"`{'1' * 39}…` is too long to be a phone number."),
        ("+999 123 4567", "`+999 123 4567` does not begin with the code of a country."),
        ("555-555-0145 x12", "`555-555-0145 x12` has an extension, which a text cannot reach."),
        ("555 555 0145 ext. 3", "`555 555 0145 ext. 3` has an extension, which a text cannot reach."),
        ("5555550145#9", "`5555550145#9` has an extension, which a text cannot reach."),
        (
            "555 555 0145, 555 555 0146",
            "`555 555 0145, 555 555 0146` looks like several numbers, and only one can be taken.",
        ),
        (
            "555-555-0145 or\n555-555-0146",
            "`555-555-0145 or 555-555-0146` looks like several numbers, and only one can be taken.",
        ),
        ("1-800-FLOWERS", "`1-800-FLOWERS` has letters in it."),
        ("---", "`---` has no digits in it."),
        ("555*555*0145", "`555*555*0145` has characters that no phone number has."),
        ("555 555 014²", "`555 555 014²` has characters that no phone number has."),
        ("1+5555550145", "`1+5555550145` has characters that no phone number has."),
        ("``x\u202e`", "`x` has letters in it."),
        ("<tel:+15555550145|(555) 555-0146>", "`(555) 555-0146` is a link to another number."),
        ("<tel:12345|the office>", "`12345` is too short to be a phone number."),
    ],
)
def test_what_cannot_be_a_number_is_told(typed: str, words: str) -> None:
    """A refusal repeats what was typed, says what is wrong with it, and how to write a number."""
    with pytest.raises(InvalidNumber) as refused:
        read_number(typed, "US")
    assert str(refused.value) == f"{words} {HINT}"


@pytest.mark.parametrize(
    ("region", "hint"),
    [
        ("CA", "Write it like +1 555 555 0145 or (555) 555-0145."),
        ("GB", "Write it like +44 7400 123456 or 07400 123456."),
        ("ZZ", "Write it like +1 555 555 0145."),
        ("TA", "Write it like +1 555 555 0145."),
        ("001", "Write it like +1 555 555 0145."),
    ],
)
def test_the_hint_is_a_number_of_the_region(region: str, hint: str) -> None:
    """People are shown the way numbers are written where they are."""
    with pytest.raises(InvalidNumber) as refused:
        read_number("1", region)
    assert str(refused.value).endswith(hint)


def test_a_region_nobody_knows_needs_the_country_code() -> None:
    """Without a region a number must bring its country code."""
    with pytest.raises(InvalidNumber, match="`5555550145` has no country code"):
        read_number("5555550145", "ZZ")


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("555 555 0145 2 pizzas", "+15555550145", "2 pizzas"),
        ("5555550145 hello", "+15555550145", "hello"),
        ("  (555) 555-0145   hello\n\n  there  ", "+15555550145", "hello\n\n  there  "),
        ("+1 555 555 0145 5 o'clock", "+15555550145", "5 o'clock"),
        ("1 555 555 0145\n2 pizzas", "+15555550145", "2 pizzas"),
        ("555\u00a0555\u00a00145\u200e hi", "+15555550145", "hi"),
        ("+44 20 7946 0958 hi", "+442079460958", "hi"),
        ("+4915123456789 hi", "+4915123456789", "hi"),
        ("+4915123456789\n2 hi", "+4915123456789", "2 hi"),
        ('"+49 30 1234 5678 90" 2 hi', "+49301234567890", "2 hi"),
        ("<tel:+15555550145|(555) 555-0145> 3 x", "+15555550145", "3 x"),
        ("(555) 555-0145 (call me)", "+15555550145", "(call me)"),
        ("555-555-0145 - hi", "+15555550145", "- hi"),
        ("555-555-0145 555-555-0146 is the plumber", "+15555550145", "555-555-0146 is the plumber"),
        ("555-555-0145 extra cheese", "+15555550145", "extra cheese"),
        ("555-555-0145\nx2 please", "+15555550145", "x2 please"),
        ("555 555 0145", "+15555550145", ""),
    ],
)
def test_take_number(text: str, number: str, rest: str) -> None:
    """The number in front is taken off; of the rest only the white space before it goes."""
    assert split_number(text, "US") == (number, rest)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("+49 30 1234 5678 90 x", "It is not clear where the number ends in `+49 30 1234 5678 90`."),
        ("+4915123456789 2 hi", "It is not clear where the number ends in `+4915123456789 2`."),
        ("", "No phone number was given."),
        ("hello", "`hello` does not begin with a phone number."),
        ("Jo 555 555 0145", "`Jo 555 555 0145` does not begin with a phone number."),
        ("12345 hi", "`12345` is too short to be a phone number."),
        ("12345\nhi", "`12345` is too short to be a phone number."),
        ("555 555 hi", "`555 555` is too short to be a phone number."),
        ("555 555 01456 2 pizzas", "`555 555 01456 2` is too long to be a phone number."),
        ("555 555 0145hello", "`555 555 0145hello` has letters in it."),
        ("555-555-0145, hi", "`555-555-0145,` has something other than a space behind the number."),
        ("555-555-0145 x12 hi", "`555-555-0145 x12 hi` has an extension, which a text cannot reach."),
        ("+999 55 hi", "`+999 55` does not begin with the code of a country."),
        ("<tel:123> hi", "`123` is too short to be a phone number."),
    ],
)
def test_no_number_is_guessed(text: str, words: str) -> None:
    """Where no number stands in front, or it could end in two places, the command is refused with the reason."""
    with pytest.raises(InvalidNumber) as refused:
        split_number(text, "US")
    assert str(refused.value).startswith(words)


@given(NUMBERISH | st.text(), st.sampled_from(["US", "DE", "GB", "ZZ", "001", ""]))
def test_anything_is_a_number_or_refused(typed: str, region: str) -> None:
    """Whatever is typed, the answer is an E.164 number or a refusal on one line."""
    try:
        number = read_number(typed, region)
    except InvalidNumber as refusal:
        words = str(refusal)
    else:
        words = ""
        assert parse_e164(number) == number
    assert "\n" not in words
    assert len(words) < 200


@given(NUMBERISH | st.text(), st.sampled_from(["US", "DE"]))
def test_what_is_taken_and_left_is_the_whole(text: str, region: str) -> None:
    """The rest is the end of the text, and the front alone reads as the same number."""
    try:
        number, rest = split_number(text, region)
    except InvalidNumber:
        return
    assert text.endswith(rest)
    assert rest == rest.lstrip()
    assert read_number(text[: len(text) - len(rest)], region) == number


@given(st.integers(2_000_000_000, 9_999_999_999), st.text(st.characters(exclude_categories=["C"]), max_size=30))
def test_a_number_written_in_full_is_never_mistaken(national: int, rest: str) -> None:
    """In the US a number of eleven digits goes to itself whatever follows, or the command is refused."""
    try:
        number, taken = split_number(f"+1{national} {rest}", "US")
    except InvalidNumber:
        return
    assert (number, taken) == (f"+1{national}", rest.lstrip())


@pytest.mark.parametrize(
    ("account", "region"),
    [
        ("+15555550123", "US"),
        ("+14165550123", "CA"),
        ("+442079460958", "GB"),
        ("+80012345678", "001"),
        ("+9991234567", "ZZ"),
    ],
)
def test_region_of(account: str, region: str) -> None:
    """The region is the account's own; a number nobody can have belongs to the main region of its country code."""
    assert region_of(E164(account)) == region


@pytest.mark.parametrize(
    ("number", "region", "expected"),
    [
        ("+15555550145", "US", "(555) 555-0145"),
        ("+15555550145", "CA", "(555) 555-0145"),
        ("+15555550145", "GB", "+1 555-555-0145"),
        ("+442079460958", "US", "+44 20 7946 0958"),
        ("+442079460958", "GB", "020 7946 0958"),
        ("+15555550145", "ZZ", "+1 555-555-0145"),
        ("+9991234567", "US", "+9991234567"),
    ],
)
def test_shown_number(number: str, region: str, expected: str) -> None:
    """Numbers of the same country code are shown as dialled at home, others with their country code."""
    assert shown_number(E164(number), region) == expected


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True), st.sampled_from(["US", "GB", "ZZ"]))
def test_every_number_can_be_shown(number: str, region: str) -> None:
    """Whatever comes in from a carrier can be shown and has a region."""
    assert shown_number(E164(number), region)
    assert region_of(E164(number))


def hours(number: str, at: datetime) -> list[str]:
    """Write the times of day at which it may be night for a number."""
    return [f"{one:%H:%M}" for one in local_times(E164(number), to_micros(at))]


def there(number: str, at: datetime) -> list[str]:
    """Write the times of day a number's zones show, each once."""
    return list(dict.fromkeys(f"{one:%H:%M}" for one in moments_in_zones(E164(number), at)))


@pytest.mark.parametrize(
    ("number", "shown", "at_night"),
    [
        ("+442079460958", ["12:00"], ["12:00"]),
        ("+447400123456", ["12:00"], ["12:00"]),
        ("+61291234567", ["23:00"], ["23:00"]),
        (
            "+61412345678",
            ["18:30", "19:00", "20:00", "20:45", "22:00", "22:30", "23:00"],
            ["18:30", "19:00", "20:00", "20:45", "22:00", "22:30", "23:00"],
        ),
        ("+34612345678", ["12:00", "13:00"], ["12:00", "13:00"]),
        ("+5511961234567", ["09:00"], ["09:00"]),
        ("+558001234567", ["07:00", "08:00", "09:00", "10:00"], ["07:00", "08:00", "09:00", "10:00"]),
        ("+79161234567", [f"{hour}:00" for hour in (*range(14, 24), "00")], []),
        ("+18005552368", [], []),
        ("+15005552368", [], []),
        ("+882123456789", [], []),
        ("ACME", [], []),
    ],
)
def test_the_hour_where_a_number_is_from(number: str, shown: list[str], at_night: list[str]) -> None:
    """Zones count by the hour they show: a country's hours are told, and where they lie far apart no night is."""
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert there(number, noon) == shown
    assert list(dict.fromkeys(hours(number, noon))) == at_night


def test_the_hour_counts_at_that_moment() -> None:
    """In summer the clocks are others."""
    assert there("+447400123456", datetime(2026, 7, 1, 12, tzinfo=UTC)) == ["13:00"]


@pytest.mark.parametrize("typed", ["15112345678.0", "+4915112345678.0", "4915112345678.00"])
@pytest.mark.parametrize("region", ["DE", "IT", "US"])
def test_an_amount_is_no_number(typed: str, region: str) -> None:
    """A number that a spreadsheet has written as an amount is refused: with one more digit it may be another phone."""
    with pytest.raises(InvalidNumber, match=r"ends in \.0|too long"):
        read_number(typed, region)
