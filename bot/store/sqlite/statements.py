"""The named statements as SQLite runs them."""

from functools import cache

from bot.store.sql.statements import named_statements


@cache
def queries() -> dict[str, str]:
    """Read them: name to statement."""
    return named_statements("bot.store.sqlite")
