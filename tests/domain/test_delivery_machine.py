"""The moves of a delivery status, walked at random beside a model that only counts what is certain."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.domain.delivery import MOVES, OPEN, DeliveryStatus, next_status

S = DeliveryStatus
FINAL = frozenset({S.READ, S.FAILED, S.CANCELLED})


class Delivery(RuleBasedStateMachine):
    """One text. `certain` is the furthest thing that anybody has proved; our own view matters only before that."""

    def __init__(self) -> None:
        super().__init__()
        self.status = S.QUEUED
        self.view = S.QUEUED
        self.certain: DeliveryStatus | None = None
        self.receipts: list[DeliveryStatus] = []

    def report(self, report: DeliveryStatus) -> bool:
        """Move the status as the bridge does."""
        after = next_status(self.status, report)
        self.status = after or self.status
        return after is not None

    def own_move(self, before: frozenset[DeliveryStatus], after: DeliveryStatus) -> None:
        """We think something of our own: it counts from where it may, as long as nothing is proved."""
        counts = self.certain is None and self.view in before
        assert self.report(after) == counts
        if counts:
            self.view = after

    @rule()
    def leaves(self) -> None:
        """The text is handed over."""
        self.own_move(frozenset({S.QUEUED}), S.SENDING)

    @rule()
    def certainly_did_not_leave(self) -> None:
        """The provider was busy, or its record does not have the text."""
        self.own_move(frozenset({S.SENDING, S.UNKNOWN}), S.QUEUED)

    @rule()
    def answer_is_lost(self) -> None:
        """Nobody knows whether it left."""
        self.own_move(frozenset({S.SENDING}), S.UNKNOWN)

    @rule()
    def is_taken_back(self) -> None:
        """Its author deletes it: that is final, if it has not left."""
        counts = self.certain is None and self.view is S.QUEUED
        assert self.report(S.CANCELLED) == counts
        if counts:
            self.certain = S.CANCELLED

    @rule(receipt=st.sampled_from([S.SENT, S.DELIVERED, S.READ, S.FAILED]))
    def receipt_comes(self, receipt: DeliveryStatus) -> None:
        """The carrier says something, in any order: the first final word stays, and what was delivered may be read."""
        self.receipts.append(receipt)
        goes_on = {S.SENT: {S.DELIVERED, S.READ, S.FAILED}, S.DELIVERED: {S.READ}}
        counts = self.certain is None or receipt in goes_on.get(self.certain, set())
        assert self.report(receipt) == counts
        if counts:
            self.certain = receipt

    @rule(data=st.data())
    def receipt_comes_again(self, data: st.DataObject) -> None:
        """An old receipt is repeated: nothing moves."""
        if self.receipts:
            assert not self.report(data.draw(st.sampled_from(self.receipts)))

    @invariant()
    def status_is_what_is_certain(self) -> None:
        """What is proved is shown, else what we think."""
        assert self.status is (self.certain or self.view)
        assert (self.status in OPEN) == (self.certain is None)
        assert (not MOVES[self.status]) == (self.certain in FINAL)


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(max_examples=200, stateful_step_count=20, derandomize=True, print_blob=True)
