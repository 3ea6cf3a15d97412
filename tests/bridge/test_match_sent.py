"""Deciding from the provider's record whether a text went out: exactly one candidate, or no claim."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.bridge.reconcile import CLOCKS_APART_S, Nothing, match_sent
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ConversationId, MessageKey
from bot.domain.message import Direction, Message
from bot.domain.moment import moment_of
from bot.ports import Accepted, Listed

TRIED_AT = 1_700_000_000_000_000
OURS = Message(
    id=1,
    key=MessageKey("0" * 32),
    conversation_id=ConversationId(1),
    direction=Direction.OUTBOUND,
    round=0,
    body="Your order is ready",
    media=(),
    rank=1,
    status=DeliveryStatus.UNKNOWN,
    tried_at=TRIED_AT,
)


def listed(body: str = OURS.body, seconds: float | None = 1.0, number: int = 1) -> Listed:
    """Make one text of the provider's record, sent so many seconds after we tried; None: its time is unreadable."""
    at = None if seconds is None else moment_of(TRIED_AT) + timedelta(seconds=seconds)
    return Listed(f"rf_{number}", f"legacy-{number}", DeliveryStatus.SENT, body, at)


def test_exactly_one_that_fits_is_ours() -> None:
    """One text with our words and a time that fits is the one we sent."""
    others = [listed("Something else", number=2), listed(seconds=-3_600, number=3)]
    assert match_sent(OURS, [listed(), *others]) == Accepted("rf_1", "legacy-1", DeliveryStatus.SENT)


def test_none_that_fits_means_absent() -> None:
    """Where no text has our words and a fitting time, ours is not there."""
    assert match_sent(OURS, []) is Nothing.ABSENT
    assert match_sent(OURS, [listed("Something else"), listed(seconds=-3_600, number=2)]) is Nothing.ABSENT


def test_two_that_fit_decide_nothing() -> None:
    """Two candidates are no answer."""
    assert match_sent(OURS, [listed(), listed(number=2)]) is Nothing.UNCLEAR


def test_unreadable_time_decides_nothing() -> None:
    """A text with our words and no readable time may be ours or an older one."""
    assert match_sent(OURS, [listed(seconds=None)]) is Nothing.UNCLEAR
    assert match_sent(OURS, [listed(), listed(seconds=None, number=2)]) is Nothing.UNCLEAR


@given(st.lists(st.tuples(st.sampled_from([OURS.body, "other"]), st.none() | st.floats(-400, 400)), max_size=6))
def test_no_claim_without_evidence(record: list[tuple[str, float | None]]) -> None:
    """Whatever the record holds, "sent" needs one fitting candidate and "absent" needs none that might be ours."""
    finding = match_sent(OURS, [listed(body, seconds, number) for number, (body, seconds) in enumerate(record)])
    mine = [seconds for body, seconds in record if body == OURS.body]
    fitting = [seconds for seconds in mine if seconds is not None and abs(seconds) <= CLOCKS_APART_S - 1]
    if isinstance(finding, Accepted):
        assert None not in mine
        assert len(fitting) <= 1
    if finding is Nothing.ABSENT:
        assert None not in mine
        assert fitting == []


def test_never_tried_text_is_matched_by_its_making() -> None:
    """Without the moment of the try, the moment the text was taken in stands for it."""
    fresh = replace(OURS, tried_at=None, created_at=TRIED_AT)
    assert isinstance(match_sent(fresh, [listed()]), Accepted)
