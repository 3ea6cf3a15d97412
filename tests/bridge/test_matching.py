"""Deciding from the provider's record whether a text went out: exactly one candidate, or no claim."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bridge.matching import CLOCKS_APART, match_sent
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ConversationId, MessageKey
from bot.domain.message import Direction, Message
from bot.domain.provider_messages import Accepted, RemoteText
from bot.domain.retry_policy import NotFound
from bot.domain.timestamps import from_micros

TRIED_AT = 1_700_000_000_000_000
OURS = Message(
    id=1,
    key=MessageKey("0" * 32),
    conversation_id=ConversationId(1),
    direction=Direction.OUTBOUND,
    turn=0,
    body="Your order is ready",
    media=(),
    sort_key=1,
    status=DeliveryStatus.UNKNOWN,
    last_attempt_at=TRIED_AT,
)


EARLIER = replace(OURS, id=2, key=MessageKey("1" * 32), body="Earlier", provider_id="rf_earlier", legacy_id="legacy-e")
ASKED = replace(EARLIER, direction=Direction.INBOUND, body="Is it ready?", provider_id="", legacy_id="legacy-q")
WITNESS = RemoteText("rf_earlier", "", DeliveryStatus.DELIVERED, "Earlier", None)
TIDIED = [
    "YOUR ORDER IS READY",
    "Your  order is\r\nready",
    "Your order is ready \u2705",
    "&quot;Your order is ready&quot;",
]


def listed(body: str = OURS.body, seconds: float | None = 1.0, number: int = 1) -> RemoteText:
    """Make one text of the provider's record, sent so many seconds after we tried; None: its time is unreadable."""
    at = None if seconds is None else from_micros(TRIED_AT) + timedelta(seconds=seconds)
    return RemoteText(f"rf_{number}", f"legacy-{number}", DeliveryStatus.SENT, body, at)


def test_exactly_one_that_fits_is_ours() -> None:
    """One text with our words and a time that fits is the one we sent."""
    others = [listed("Something else", number=2), listed(seconds=-27 * 3_600, number=3)]
    assert match_sent(OURS, [listed(), *others], []) == Accepted("rf_1", "legacy-1", DeliveryStatus.SENT)


def test_none_that_fits_means_absent() -> None:
    """Where no text has our words and a fitting time, and the record holds what it must, ours is not there."""
    record = [WITNESS, listed("Something else", seconds=-400), listed(seconds=-27 * 3_600, number=2)]
    assert match_sent(OURS, record, [EARLIER]) is NotFound.ABSENT


def test_inbound_text_is_a_witness() -> None:
    """A text of the contact that we know vouches for the record as well, by its words: its ids differ."""
    question = RemoteText("rf_77", "other-id", DeliveryStatus.SENT, "Is it ready?", None, is_outbound=False)
    assert match_sent(OURS, [question], [ASKED]) is NotFound.ABSENT


def test_record_without_what_it_must_hold_is_no_witness() -> None:
    """A record that lacks a text we know of proves nothing by lacking ours."""
    assert match_sent(OURS, [], [EARLIER]) is NotFound.INCONCLUSIVE
    assert match_sent(OURS, [listed("Something else", seconds=-400)], [EARLIER]) is NotFound.INCONCLUSIVE


def test_first_text_of_a_conversation_has_no_witness() -> None:
    """Where nothing else is known, absence is only as good as the time it lasts."""
    assert match_sent(OURS, [], []) is NotFound.ABSENT_UNVERIFIED


def test_text_known_to_be_another_is_no_candidate() -> None:
    """The same words sent a moment before are that text, not this one."""
    twin = replace(EARLIER, body=OURS.body)
    assert match_sent(OURS, [replace(WITNESS, body=OURS.body, at=listed().at)], [twin]) is NotFound.ABSENT


def test_inbound_text_is_no_candidate() -> None:
    """What the contact wrote is not what we sent, be the words the same."""
    assert match_sent(OURS, [replace(listed(), is_outbound=False)], []) is NotFound.ABSENT_UNVERIFIED


@pytest.mark.parametrize("body", TIDIED)
def test_tidied_copy_is_ours(body: str) -> None:
    """A copy that the provider tidied is still the text we sent."""
    assert isinstance(match_sent(OURS, [WITNESS, listed(body)], [EARLIER]), Accepted)


@pytest.mark.parametrize(
    "one",
    [
        listed("Somebody else's words"),
        listed("Your order is ready. Reply STOP to opt out"),
        listed(seconds=-5 * 3_600),
        listed("Something", seconds=None),
        replace(listed("Something"), is_outbound=None),
    ],
)
def test_what_nobody_accounts_for_forbids_absence(one: RemoteText) -> None:
    """While the record holds a text on our side that could be ours in any disguise, ours is not called absent."""
    assert match_sent(OURS, [WITNESS, one], [EARLIER]) is NotFound.INCONCLUSIVE


def test_only_the_newest_text_is_a_witness() -> None:
    """A record that ends before the newest text we know, such as a first page of old ones, is no witness."""
    newer = replace(EARLIER, id=3, body="Newer", provider_id="rf_newer", legacy_id="", created_at=TRIED_AT - 1_000_000)
    assert match_sent(OURS, [WITNESS], [newer, EARLIER]) is NotFound.INCONCLUSIVE


def test_two_that_fit_decide_nothing() -> None:
    """Two candidates are no answer."""
    assert match_sent(OURS, [listed(), listed(number=2)], []) is NotFound.INCONCLUSIVE


def test_unreadable_time_decides_nothing() -> None:
    """A text with our words and no readable time may be ours or an older one."""
    assert match_sent(OURS, [listed(seconds=None)], []) is NotFound.INCONCLUSIVE
    assert match_sent(OURS, [listed(), listed(seconds=None, number=2)], []) is NotFound.INCONCLUSIVE


@given(
    st.lists(st.tuples(st.sampled_from([OURS.body, "other"]), st.none() | st.floats(-400, 400)), max_size=6),
    st.sampled_from([[], [EARLIER], [EARLIER, ASKED]]),
)
def test_no_claim_without_evidence(record: list[tuple[str, float | None]], others: list[Message]) -> None:
    """Whatever the record holds, "sent" needs one fitting candidate and "absent" a witness and no candidate."""
    texts = [listed(body, seconds, number) for number, (body, seconds) in enumerate(record)]
    mine = [seconds for body, seconds in record if body == OURS.body]
    fitting = [seconds for seconds in mine if seconds is not None and abs(seconds) <= CLOCKS_APART.total_seconds() - 1]
    for witnessed in (texts, [*texts, WITNESS]):
        finding = match_sent(OURS, witnessed, others)
        if isinstance(finding, Accepted):
            assert None not in mine
            assert len(fitting) <= 1
        if finding is NotFound.ABSENT:
            assert None not in mine
            assert fitting == []
            assert others
            assert WITNESS in witnessed


def test_never_tried_text_is_matched_by_its_making() -> None:
    """Without the moment of the try, the moment the text was taken in stands for it."""
    fresh = replace(OURS, last_attempt_at=None, created_at=TRIED_AT)
    assert isinstance(match_sent(fresh, [listed()], []), Accepted)


def test_what_others_sent_is_not_ours() -> None:
    """A text of which the provider says that somebody else sent it is not ours, whatever its words and its time."""
    theirs = replace(listed(), is_by_us=False)
    assert match_sent(OURS, [WITNESS, theirs], [EARLIER]) is NotFound.ABSENT
    ours = replace(listed(number=2), is_by_us=True)
    assert match_sent(OURS, [WITNESS, theirs, ours], [EARLIER]) == Accepted("rf_2", "legacy-2", DeliveryStatus.SENT)


@pytest.mark.parametrize("seconds", [1.0, -100.0, None])
def test_after_a_login_was_replaced_nobody_s_words_prove_anything(seconds: float | None) -> None:
    """Our words at about that time may be ours under a former login: then the text is neither there nor absent."""
    theirs = replace(listed(seconds=seconds), is_by_us=False)
    assert match_sent(OURS, [WITNESS, theirs], [EARLIER], is_login_known=False) is NotFound.INCONCLUSIVE
    ours = replace(listed(number=2), is_by_us=True)
    assert match_sent(OURS, [WITNESS, theirs, ours], [EARLIER], is_login_known=False) is NotFound.INCONCLUSIVE


def test_after_a_login_was_replaced_a_text_may_still_be_absent() -> None:
    """Other words, another time, and what the contact said or we know already are no text of a former login."""
    record = [
        WITNESS,
        replace(listed("Something else", number=2), is_by_us=False),
        replace(listed(seconds=-400, number=3), is_by_us=False),
        replace(listed(number=4), is_outbound=False),
        replace(WITNESS, body=OURS.body, is_by_us=False),
    ]
    assert match_sent(OURS, record, [EARLIER], is_login_known=False) is NotFound.ABSENT
    known = replace(listed(), is_by_us=None)
    assert match_sent(OURS, [known], [], is_login_known=False) == Accepted("rf_1", "legacy-1", DeliveryStatus.SENT)
