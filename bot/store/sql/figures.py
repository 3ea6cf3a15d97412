"""Figures: counts by hour, account and person."""

from collections.abc import Callable

from bot.domain.figures import NO_ACCOUNT, NOBODY, Figure, FigureRow, FiguresRead, hour_of
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

    def read(self, since: int, until: int) -> FiguresRead:
        """Read figures."""
        return figures_read(self._all, since, until)


def figures_read(look: Look, since: int, until: int) -> FiguresRead:
    """Read the figures of a span of hours by a function that runs a statement."""
    span = {"since": since, "until": until}
    return FiguresRead(
        [_row(row, hour=row["hour"]) for row in look("figures_by_hour", **span)],
        [_row(row, account=row["account"]) for row in look("figures_by_account", **span)],
        [_row(row, person=row["person"]) for row in look("figures_by_person", **span)],
    )


def _row(row: Row, *, hour: int = 0, account: E164 = NO_ACCOUNT, person: UserId = NOBODY) -> FigureRow:
    return FigureRow(Figure(row["figure"]), int(row["count"]), hour, row["bucket"], account, person)
