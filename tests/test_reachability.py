"""Reachability: what was heard of Slack and the provider last."""

from bot.domain.destination import Destination
from bot.observability.reachability import Reachability

VOLT = Destination("volt")


def test_a_failure_stands_until_a_call_succeeds_there() -> None:
    """A failure is named with its destination, and is over once a call succeeds at that destination."""
    reachability = Reachability()
    reachability.note_failure(VOLT, "Volt cannot be reached.")
    reachability.note_success(Destination.SLACK)
    assert reachability.failing() == {VOLT: "Volt cannot be reached."}
    reachability.note_success(VOLT)
    assert reachability.failing() == {}


def test_a_destination_that_was_heard_of_is_not_asked() -> None:
    """A destination is asked only where nothing was heard of it lately, whatever it said."""
    reachability = Reachability()
    reachability.note_heard(Destination.SLACK)
    reachability.note_failure(VOLT, "Volt is busy.")
    assert not any(map(reachability.is_due, (Destination.SLACK, VOLT)))
