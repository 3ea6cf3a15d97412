"""Routes: where new conversations show. Setting and dropping one, with who did it. One unit of work each."""

from bot.domain.ids import UserId
from bot.domain.routing import Route
from bot.ports.storage import Transaction


def set_route(tx: Transaction, new: Route, user: UserId) -> None:
    """Set a route, in place of what there was for its subject."""
    tx.settings.set_route(new, user)
    tx.outbox.release_destinations()  # what waits in a channel that is gone may go there now
    tx.audit.add(user, "route", None, f"{new.kind} to {new.channel}")


def drop_route(tx: Transaction, old: Route, user: UserId) -> bool:
    """Drop a route; False where there is none."""
    is_dropped = tx.settings.drop_route(old)
    if is_dropped:
        tx.outbox.release_destinations()
        tx.audit.add(user, "route off", None, old.kind)
    return is_dropped
