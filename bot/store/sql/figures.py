"""Figures: counts by hour, account and person."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

from bot.domain.figures import LONGEST_BUCKET, Figure, FigureRow, FiguresRead, HourSpan, hour_of
from bot.domain.ids import ConversationId, UserId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository

Look = Callable[..., list[Row]]


class Figures(Repository):
    """Figures of a workspace."""

    def count(self, figure: Figure, account: E164, person: UserId, bucket: int = 0) -> None:
        """Count one more, in a row of this bot's own: several never wait for each other's."""
        self._do(
            "count_figure",
            hour=hour_of(self._session.now),
            figure=figure.value,
            account=account,
            person=person,
            bucket=bucket,
            seat=self._session.connection.seat or 0,
        )

    def begin(self, conversation_id: ConversationId) -> None:
        """Note that a conversation is under way."""
        self._do("begin_case", id=conversation_id)

    def answer(self, conversation_id: ConversationId) -> Micros | None:
        """Note that a person answered."""
        row = self._one("answer_case", id=conversation_id)
        return None if row is None else Micros(row["begun_at"])

    def end(self, conversation_id: ConversationId) -> Micros | None:
        """Note that a conversation is closed."""
        row = self._one("end_case", id=conversation_id)
        return None if row is None else Micros(row["begun_at"])

    def read(self, spans: Sequence[HourSpan], days_together: int = 1) -> FiguresRead:
        """Read figures."""
        return figures_read(self._all, spans, days_together)


def figures_read(look: Look, spans: Sequence[HourSpan], days_together: int) -> FiguresRead:
    """Read the figures of spans of hours that follow each other, by a function that runs a statement.

    Each figure is read by itself: its rows are found by the key, and less is sorted.
    """
    if not spans:
        return FiguresRead([], [])
    last = spans[-1].last_day
    points = {"last": last, "together": days_together, "buckets": LONGEST_BUCKET + 1}
    whole = {"since": spans[0].since, "until": spans[-1].until}
    days, owners = [], []
    for figure in Figure:
        for span in spans:
            for row in look("figures_by_day", figure=figure.value, **asdict(span), **points):
                back, bucket = divmod(row["point"], LONGEST_BUCKET + 1)
                days.append(FigureRow(figure, int(row["count"]), last - back * days_together, bucket))
        for row in look("figures_by_owner", figure=figure.value, **whole):
            owner = {"account": row["account"], "person": row["person"]}
            owners.append(FigureRow(figure, int(row["count"]), bucket=row["bucket"], **owner))
    return FiguresRead(days, owners)
