"""Searches that people keep: each for one person, or for the team by its managers. One unit of work each."""

from bot.bridge.conversations.tags import TooManyTags
from bot.domain.ids import UserId
from bot.domain.searches import MOST_SAVED, SavedSearch
from bot.ports.storage import Transaction


def searches_of(tx: Transaction, user: UserId) -> list[SavedSearch]:
    """List the searches that a person sees: the team's, then their own."""
    return tx.searches.of(user)


def search_for(tx: Transaction, search_id: int, user: UserId) -> SavedSearch | None:
    """Read a kept search that a person may run."""
    found = tx.searches.get(search_id)
    return found if found is not None and found.owner in (None, user) else None


def save_search(tx: Transaction, owner: UserId | None, name: str, query: str, user: UserId) -> None:
    """Keep a search; one of the same name is replaced. Raises TooManyTags."""
    same_owner = [search for search in tx.searches.of(user) if search.owner == owner]
    if len(same_owner) >= MOST_SAVED and name not in {search.name for search in same_owner}:
        raise TooManyTags("searches")
    tx.searches.save(owner, name, query, user)
    tx.audit.add(user, "saved search", None)


def drop_search(tx: Transaction, search_id: int, user: UserId) -> bool:
    """Remove a kept search; False where there is none."""
    if not tx.searches.drop(search_id):
        return False
    tx.audit.add(user, "removed search", None)
    return True
