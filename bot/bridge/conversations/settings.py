"""Routes: where new conversations show. Setting and dropping one, with who did it. One unit of work each."""

from bot.domain.conversation import Route
from bot.domain.ids import UserId
from bot.ports.repositories import Transaction


def set_route(ledger: Transaction, new: Route, user: UserId) -> None:
    """Set a route, in place of what there was for its subject."""
    ledger.set_route(new, user)
    ledger.release_places()  # what waits in a channel that is gone may go there now
    ledger.note_audit(user, "route", None, f"{new.kind} to {new.channel}")


def drop_route(ledger: Transaction, old: Route, user: UserId) -> bool:
    """Drop a route; False where there is none."""
    is_dropped = ledger.drop_route(old)
    if is_dropped:
        ledger.release_places()
        ledger.note_audit(user, "route off", None, old.kind)
    return is_dropped
