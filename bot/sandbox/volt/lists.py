"""Contact lists of the stand-in: members added by hand, and those that the query selects. Pure.

Undocumented and chosen here: a list without a query holds only those put on it; text is compared without case, but for
"is"; a contact without the field fulfils only the two rules that say "not"; dates are ISO 8601.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.sandbox.volt.model import ALL_CONTACTS, Contact, ContactList

if TYPE_CHECKING:
    from bot.sandbox.volt.account import Account

NUMERIC: Mapping[str, Callable[[float, float], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "eq": operator.eq,
}
DATED: Mapping[str, Callable[[datetime, datetime], bool]] = {"before": operator.lt, "after": operator.gt}


def members_of(account: Account, name: str) -> list[Contact]:
    """Return the contacts on a list, each once."""
    return [contact for contact in account.contacts.values() if is_member(account, name, contact)]


def lists_of(account: Account, contact: Contact) -> list[ContactList]:
    """Return the lists a contact is on, by name; the list of all is not among them."""
    named = sorted(name for name in account.lists if name != ALL_CONTACTS)
    return [account.lists[name] for name in named if is_member(account, name, contact)]


def is_member(account: Account, name: str, contact: Contact, passed: frozenset[str] = frozenset()) -> bool:
    """Say whether a contact is on a list; nobody is on a list that does not exist, or that picks from itself."""
    if name == ALL_CONTACTS:
        return True
    one = account.lists.get(name)
    if one is None or name in passed:
        return False
    if name in contact.lists:
        return True
    if not (one.source or one.search_term or one.rules):
        return False
    is_in_source = is_member(account, one.source or ALL_CONTACTS, contact, passed | {name})
    has_name = (one.search_term or "").casefold() in contact.name.casefold()
    return is_in_source and has_name and all(fulfils(contact, rule) for rule in one.rules)


def fulfils(contact: Contact, rule: Mapping[str, Any]) -> bool:
    """Tell whether a contact's custom field fulfils one rule."""
    values = [str(field["value"]) for field in contact.custom_fields if field["key"] == rule["field"]]
    word, wanted = rule["operator"], str(json.loads(rule["queryValue"]))
    if word in ("neq", "notContains"):
        opposite = {"neq": "eq", "notContains": "contains"}[word]
        return not any(compares(opposite, value, wanted) for value in values)
    return any(compares(word, value, wanted) for value in values)


def compares(word: str, value: str, wanted: str) -> bool:
    """Compare two values by an operator that says no "not"; False where they are not of its kind."""
    if word == "is":
        return value == wanted
    if word == "contains":
        return wanted.casefold() in value.casefold()
    try:
        if word in DATED:
            return DATED[word](_date(value), _date(wanted))
        return NUMERIC[word](float(value), float(wanted))
    except ValueError:
        return False


def _date(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
