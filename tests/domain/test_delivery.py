"""The delivery status of a text and its moves."""

import itertools
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import MOVES, OPEN, DeliveryStatus, combined_status, next_status

S = DeliveryStatus
PAIRS = list(itertools.product(S, S))
TERMINAL = (S.READ, S.FAILED, S.CANCELLED)
LEFT = st.sampled_from([S.SENDING, S.UNKNOWN, S.SENT])


def followed(start: DeliveryStatus, reports: list[DeliveryStatus]) -> DeliveryStatus:
    """Apply reports one after another, as the bridge does."""
    status = start
    for report in reports:
        status = next_status(status, report) or status
    return status


@pytest.mark.parametrize(("current", "report"), [pair for pair in PAIRS if pair[1] in MOVES[pair[0]]])
def test_legal_moves_are_made(current: DeliveryStatus, report: DeliveryStatus) -> None:
    """A move of the table leads to the status reported."""
    assert next_status(current, report) is report


@pytest.mark.parametrize(("current", "report"), [pair for pair in PAIRS if pair[1] not in MOVES[pair[0]]])
def test_illegal_moves_change_nothing(current: DeliveryStatus, report: DeliveryStatus) -> None:
    """A report the table does not foresee is stale: it is told apart, and the status stays."""
    assert next_status(current, report) is None
    assert followed(current, [report]) is current


def test_the_table_is_this() -> None:
    """Every status has its row; the only ways back are to the queue, from where a text may not have left."""
    assert set(MOVES) == set(S)
    assert {current for current, reports in MOVES.items() if S.QUEUED in reports} == {S.DRAFT, S.SENDING, S.UNKNOWN}
    assert {current for current, reports in MOVES.items() if S.CANCELLED in reports} == {S.DRAFT, S.QUEUED}
    assert {current for current, reports in MOVES.items() if S.UNKNOWN in reports} == {S.SENDING}
    assert {S.DRAFT, S.QUEUED, S.SENDING, S.UNKNOWN} == OPEN


@pytest.mark.parametrize("current", TERMINAL)
@pytest.mark.parametrize("report", S)
def test_terminal_statuses_stay(current: DeliveryStatus, report: DeliveryStatus) -> None:
    """Nothing moves a text that was read, failed or was cancelled."""
    assert next_status(current, report) is None


@pytest.mark.parametrize("current", S)
def test_a_repeat_is_no_move(current: DeliveryStatus) -> None:
    """A report of the status we already believe in is a repeat."""
    assert next_status(current, current) is None


@given(
    LEFT,
    st.sampled_from([S.DELIVERED, S.READ, S.FAILED]),
    st.lists(st.sampled_from([S.SENDING, S.SENT])),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
def test_the_order_of_receipts_does_not_matter(
    start: DeliveryStatus, last: DeliveryStatus, others: list[DeliveryStatus], repeats: int, random: Random
) -> None:
    """Receipts in any order, with repeats, end in the one terminal status reported."""
    receipts = others + [last] * repeats
    random.shuffle(receipts)
    assert followed(start, receipts) is last


@given(st.sampled_from(S), st.lists(st.sampled_from(S)))
def test_a_text_that_left_is_never_queued_again(start: DeliveryStatus, reports: list[DeliveryStatus]) -> None:
    """Once a text is known to have left, no report makes it look as if it had not."""
    statuses = [followed(start, reports[:count]) for count in range(len(reports) + 1)]
    first_left = next((place for place, status in enumerate(statuses) if status not in OPEN), len(statuses))
    assert not OPEN & set(statuses[first_left:])


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], S.QUEUED),
        ([S.DELIVERED, S.DELIVERED], S.DELIVERED),
        ([S.DELIVERED, S.SENT], S.SENT),
        ([S.READ, S.DELIVERED], S.DELIVERED),
        ([S.READ, S.READ], S.READ),
        ([S.SENT, S.SENDING], S.SENDING),
        ([S.SENDING, S.QUEUED], S.QUEUED),
        ([S.QUEUED, S.UNKNOWN, S.DELIVERED], S.UNKNOWN),
        ([S.UNKNOWN, S.FAILED, S.DELIVERED], S.FAILED),
        ([S.CANCELLED, S.DELIVERED], S.DELIVERED),
        ([S.CANCELLED], S.CANCELLED),
    ],
)
def test_one_status_for_all_parts(parts: list[DeliveryStatus], expected: DeliveryStatus) -> None:
    """The least advanced part speaks for the reply, trouble first."""
    assert combined_status(parts) is expected


@given(st.lists(st.sampled_from(S), min_size=1), st.randoms(use_true_random=False))
def test_the_order_of_parts_does_not_matter(parts: list[DeliveryStatus], random: Random) -> None:
    """Whatever the order, the answer is the status of one of the parts."""
    before = combined_status(parts)
    random.shuffle(parts)
    assert combined_status(parts) is before
    assert before in parts
