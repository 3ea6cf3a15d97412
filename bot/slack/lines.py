"""The buttons under lines of our own about one text: send it again, it arrived, send a correction."""

from collections.abc import Callable

from bot.bridge.outbound import confirm_arrived, send_again, send_correction
from bot.domain.ids import MessageKey, UserId
from bot.ports import Ledger
from bot.slack import views
from bot.slack.asked import Asked
from bot.slack.desk import Act, Desk, Part

Press = Callable[[Ledger, MessageKey, UserId], bool]


def _pressed(unit: Press) -> Act:
    async def act(desk: Desk, asked: Asked) -> None:
        await desk.store.run(lambda ledger: unit(ledger, MessageKey(asked.value), asked.user))

    return act


PART = Part(
    actions={
        views.SEND_AGAIN: _pressed(send_again),
        views.ARRIVED: _pressed(confirm_arrived),
        views.SEND_CORRECTION: _pressed(send_correction),
    }
)
