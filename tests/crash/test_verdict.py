"""The verdict finds what is wrong: a count that cannot fail would prove nothing."""

from dataclasses import replace

from tests.crash.traffic import Said
from tests.crash.verdict import Arrived, judge

FIRST = Said("in", "+15555550200", 0, offered_at=1.0, accepted_at=2.0)
SECOND = Said("in", "+15555550200", 1, offered_at=3.0, accepted_at=4.0)
OTHERS = Said("in", "+15555550201", 0, offered_at=1.0, accepted_at=2.0)


def there(*texts: Said) -> list[Arrived]:
    """Show texts where they belong."""
    return [Arrived(one.way, one.contact, one.body) for one in texts]


def test_all_there() -> None:
    """Everything once and in order is good."""
    assert judge([FIRST, SECOND, OTHERS], there(OTHERS, FIRST, SECOND)).is_good


def test_lost() -> None:
    """An accepted text that is nowhere is lost."""
    assert judge([FIRST, SECOND], there(FIRST)).lost == (SECOND.body,)


def test_twice() -> None:
    """A text that is there twice is named."""
    assert judge([FIRST, SECOND], there(FIRST, SECOND, FIRST)).twice == (FIRST.body,)


def test_out_of_order() -> None:
    """A later text before an earlier one is a fault where the earlier had been accepted first."""
    verdict = judge([FIRST, SECOND], there(SECOND, FIRST))
    assert verdict.out_of_order == (f"{SECOND.body} before {FIRST.body}",)


def test_late_text() -> None:
    """A text that the bot was given after a later one may stand on either side of it."""
    late = replace(FIRST, accepted_at=5.0)
    assert judge([late, SECOND], there(SECOND, late)).is_good
    assert judge([late, SECOND], there(late, SECOND)).is_good


def test_misplaced() -> None:
    """A text with the wrong contact is both lost there and misplaced here."""
    verdict = judge([FIRST, OTHERS], [*there(OTHERS), Arrived("in", OTHERS.contact, FIRST.body)])
    assert verdict.lost == (FIRST.body,)
    assert verdict.misplaced == (f"{FIRST.body} with {OTHERS.contact}",)


def test_never_accepted() -> None:
    """A text that was never answered 200 is a complaint: peers try long enough."""
    assert not judge([Said("in", "+15555550200", 0)], []).is_good
