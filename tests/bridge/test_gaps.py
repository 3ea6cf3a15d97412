"""Telling from the provider's record which texts never reached us: none too few, none too many."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.bridge.backfill.gaps import TimeWindow, find_gaps
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ConversationId, MessageKey
from bot.domain.message import Direction, Message
from bot.domain.provider_messages import RemoteText
from bot.domain.timestamps import from_micros, to_micros

START = from_micros(1_700_000_000_000_000)
SPAN = TimeWindow(START - timedelta(days=1), START + timedelta(days=2))


def listed(number: int, words: str, *, has_time: bool = True) -> RemoteText:
    """Make the text of a minute."""
    at = START + timedelta(minutes=number * 5) if has_time else None
    return RemoteText(f"rf_{number}", f"legacy-{number}", DeliveryStatus.SENT, words, at, is_outbound=False)


def known(number: int, words: str, *, has_id: bool = True) -> Message:
    """Make our copy of it."""
    return Message(
        id=number + 1,
        key=MessageKey(f"{number:032x}"),
        conversation_id=ConversationId(1),
        direction=Direction.INBOUND,
        turn=0,
        body=words,
        media=(),
        sort_key=int(to_micros(START + timedelta(minutes=number * 5))),
        legacy_id=f"legacy-{number}" if has_id else "other-id",
    )


TALK = st.lists(st.tuples(st.sampled_from(["ok", "OK!", "yes", "\N{THUMBS UP SIGN}", ""]), st.booleans()), max_size=12)


@given(conversation=TALK, is_newest_first=st.booleans())
def test_with_ids_exactly_the_unknown_are_missed(
    conversation: list[tuple[str, bool]], *, is_newest_first: bool
) -> None:
    """Where ids fit, exactly the texts that we do not know are missed, in the order of their making."""
    record = [listed(number, words) for number, (words, _) in enumerate(conversation)]
    ours = [known(number, words) for number, (words, is_known) in enumerate(conversation) if is_known]
    left = find_gaps(record[::-1] if is_newest_first else record, ours, SPAN)
    wanted = [f"rf_{number}" for number, (_, is_known) in enumerate(conversation) if not is_known]
    if ours:
        assert [one.provider_id for one in left] == wanted


@given(conversation=TALK)
def test_without_ids_the_count_is_right(conversation: list[tuple[str, bool]]) -> None:
    """Where no id fits, as many texts are missed as we have too few; none is shown twice."""
    record = [listed(number, words) for number, (words, _) in enumerate(conversation)]
    ours = [known(number, words, has_id=False) for number, (words, is_known) in enumerate(conversation) if is_known]
    assert len(find_gaps(record, ours, SPAN)) == len(record) - len(ours)


@given(conversation=TALK)
def test_what_is_known_is_never_missed(conversation: list[tuple[str, bool]]) -> None:
    """A record that we know whole holds nothing that was missed, with times or without."""
    for has_time in (True, False):
        record = [listed(number, words, has_time=has_time) for number, (words, _) in enumerate(conversation)]
        assert find_gaps(record, [known(number, words) for number, (words, _) in enumerate(conversation)], SPAN) == []


def test_a_text_without_a_time_stands_after_the_one_before_it() -> None:
    """A missed text whose time is not told is placed behind the known text that it follows."""
    record = [listed(2, "second", has_time=False), listed(1, "first")]
    (left,) = find_gaps(record, [known(1, "first")], SPAN)
    assert left.body == "second"
    assert left.at == START + timedelta(minutes=5, microseconds=1)


def test_what_cannot_be_dated_is_left() -> None:
    """A text without a time, and with nothing before it, may be from any year; it is not taken in."""
    assert find_gaps([listed(1, "once", has_time=False)], [], SPAN) == []


def test_only_what_lies_in_the_span() -> None:
    """Older texts are no news, and younger ones are on their way."""
    span = TimeWindow(START + timedelta(minutes=3), START + timedelta(minutes=12))
    record = [listed(number, f"text {number}") for number in range(4)]
    assert [one.body for one in find_gaps(record, [], span)] == ["text 1", "text 2"]
