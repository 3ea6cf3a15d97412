"""The named statements as PostgreSQL runs them: those that both engines share, and its own."""

import re
from functools import cache

from bot.store.sql.statements import named_statements

_TEXT_OR_NAME = re.compile(r"('(?:[^']|'')*')|(?<!:):([a-z_]+)")


@cache
def queries() -> dict[str, str]:
    """Read them: name to statement, with parameters as the library writes them."""
    return {name: with_parameters(sql) for name, sql in named_statements("bot.store.postgres").items()}


def with_parameters(sql: str) -> str:
    """Write `:so` as `%(so)s`, but in texts; a sign of per cent is then two."""
    return _TEXT_OR_NAME.sub(lambda found: found[1] or f"%({found[2]})s", sql.replace("%", "%%"))
