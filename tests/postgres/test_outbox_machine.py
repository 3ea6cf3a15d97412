"""The state machine of tests/store on PostgreSQL: the outbox against a model of it, in whatever order things happen."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings

from bot.domain.timestamps import Micros
from bot.store.group_commit import GroupCommit
from bot.store.postgres.address import read_address
from bot.store.postgres.engine import PostgresEngine
from bot.store.sql.store import SqlStore
from tests.postgres import shared_server
from tests.store.test_store_machine import Outbox

pytestmark = pytest.mark.postgres


class OutboxOnPostgres(Outbox):
    """The store on PostgreSQL and its model."""

    url = ""

    def start(self) -> int:
        """Open the store; returns how many calls it says were interrupted."""
        self.url = self.url or shared_server.new_schema(shared_server.server_url())
        engine = PostgresEngine(read_address(self.url))
        self.store = SqlStore(GroupCommit(engine), lambda: Micros(self.now))
        return self.runner.run(self.store.start())

    def teardown(self) -> None:
        """Close what was opened."""
        super().teardown()
        if self.url:
            shared_server.drop_schema(self.url)


TestOutboxOnPostgres = OutboxOnPostgres.TestCase
TestOutboxOnPostgres.settings = settings(
    max_examples=12,
    stateful_step_count=20,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    print_blob=True,
)
