"""Office hours that managers set for our numbers, and the answers that contacts get while it is closed."""

from enum import Enum

from bot.bridge.conversations.goals import goals_changed
from bot.domain.closed_answers import MAX_ANSWERS, ClosedAnswer
from bot.domain.goals import OfficeHours
from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.ports.storage import Transaction


class AnswerResult(Enum):
    """What became of a new answer."""

    SAVED = "saved"
    NO_HOURS = "no_hours"
    TOO_MANY = "too_many"


def set_office(tx: Transaction, office: OfficeHours, user: UserId) -> None:
    """Set the office hours of a number, in place of what there was."""
    tx.hours.set_office(office, user)
    tx.audit.add(user, "hours", None, "set")
    goals_changed(tx)


def drop_office(tx: Transaction, account: E164, user: UserId) -> bool:
    """Drop the office hours of a number; False where there are none. Its answers are kept, and not sent."""
    is_dropped = tx.hours.drop_office(account)
    if is_dropped:
        tx.audit.add(user, "hours", None, "off")
        goals_changed(tx)
    return is_dropped


def set_answer(tx: Transaction, answer: ClosedAnswer, user: UserId) -> AnswerResult:
    """Set the answer for contacts whose numbers begin so."""
    if tx.hours.office(answer.account) is None:
        return AnswerResult.NO_HOURS
    known = tx.hours.answers(answer.account)
    if len(known) >= MAX_ANSWERS and all(one.begins != answer.begins for one in known):
        return AnswerResult.TOO_MANY
    tx.hours.set_answer(answer, user)
    tx.audit.add(user, "closed answer", None, "set")
    return AnswerResult.SAVED


def drop_answer(tx: Transaction, account: E164, begins: str, user: UserId) -> bool:
    """Drop such an answer; False where there is none."""
    is_dropped = tx.hours.drop_answer(account, begins)
    if is_dropped:
        tx.audit.add(user, "closed answer", None, "off")
    return is_dropped


def offices(tx: Transaction) -> list[tuple[OfficeHours, list[ClosedAnswer]]]:
    """List the office hours of all numbers with their answers."""
    return [(office, tx.hours.answers(office.account)) for office in tx.hours.offices()]
