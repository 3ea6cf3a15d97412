"""The named statements as PostgreSQL runs them: those that both engines share, and its own."""

from functools import cache

from bot.store.sql.statements import for_postgres, named_statements


@cache
def queries() -> dict[str, str]:
    """Read them: name to statement, with parameters as the library writes them."""
    return {name: for_postgres(sql) for name, sql in named_statements("bot.store.postgres").items()}
