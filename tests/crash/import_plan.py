"""Which rounds `python -m tests.crash --import` has: those of a file of contacts."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial

from tests.crash.import_rounds import kills_amid_import
from tests.crash.plan import Part, Planned
from tests.postgres.shared_server import new_schema, server_url


def _kills(asked: argparse.Namespace) -> Iterator[Planned]:
    counts = f"--kills {asked.kills} --rows {asked.rows} --good-each {asked.good_each}"
    texts = "" if asked.texts else " --no-texts"
    again = f"--import --seed {asked.seed} {counts}{texts}" + (" --on-postgres" if asked.on_postgres else "")
    url = new_schema(server_url()) if asked.on_postgres else ""
    begin = partial(
        kills_amid_import,
        rows=asked.rows,
        kills=asked.kills,
        good_each=asked.good_each,
        has_texts=asked.texts,
        database_url=url,
    )
    yield Planned(f"import-{asked.seed}", again, partial(begin, seed=str(asked.seed)))


IMPORTS: dict[str, Part] = {"import": _kills}
