"""Figures: counts by hour, account and person."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

from bot.domain.figures import NO_ACCOUNT, NOBODY, Figure, FigureRow, FiguresRead, HourSpan, hour_of
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

    def read(self, spans: Sequence[HourSpan]) -> FiguresRead:
        """Read figures."""
        return figures_read(self._all, spans)


def figures_read(look: Look, spans: Sequence[HourSpan]) -> FiguresRead:
    """Read the figures of spans of hours that follow each other, by a function that runs a statement."""
    whole = {"since": spans[0].since, "until": spans[-1].until}
    days = [row for span in spans for row in look("figures_by_day", **asdict(span))]
    return FiguresRead(
        [_row(row, day=row["day"], account=row["account"]) for row in days],
        [_row(row, person=row["person"]) for row in look("figures_by_person", **whole)],
    )


def _row(row: Row, *, day: int = 0, account: E164 = NO_ACCOUNT, person: UserId = NOBODY) -> FigureRow:
    return FigureRow(Figure(row["figure"]), int(row["count"]), day, row["bucket"], account, person)
