"""The named statements: those of queries.sql, and those that an engine has to say in its own words.

Refuses a file in which a name stands twice.
"""

import re
from importlib.resources import files

from bot.store.sql.columns import COLUMNS


def named_statements(engine: str) -> dict[str, str]:
    """Read the statements for an engine by the name of its package; where a name stands in both files, its own wins."""
    return _read("bot.store.sql") | _read(engine)


def for_postgres(sql: str) -> str:
    """Say a statement as PostgreSQL and psycopg want it: parameters as %(name)s, lists of JSON in its own words.

    What is only said so that SQLite chooses the right index is left out.
    """
    sql = re.sub(r" INDEXED BY \w+", "", sql).replace("%", "%%")
    sql = re.sub(r"json_each\((:\w+)\)", r"json_array_elements_text(CAST(\1 AS json))", sql)
    words = re.split(r"('[^']*')", sql)  # every second one is a text, in which a colon is a colon
    words[::2] = [re.sub(r"(?<!:):(\w+)", r"%(\1)s", part) for part in words[::2]]
    return "".join(words)


def _read(package: str) -> dict[str, str]:
    text = files(package).joinpath("queries.sql").read_text(encoding="utf-8")
    found = re.findall(r"^-- name: (\w+).*\n((?:(?!-- name:).*\n?)*)", text, flags=re.MULTILINE)
    named = {
        name: _with_columns("\n".join(line for line in sql.splitlines() if not line.startswith("--")).strip())
        for name, sql in found
    }
    if len(named) != len(found):
        raise ValueError(f"a name stands twice in queries.sql of {package}")
    return named


def _with_columns(sql: str) -> str:
    for name, columns in COLUMNS.items():
        sql = sql.replace(f"{{{name}}}", columns)
    return sql
