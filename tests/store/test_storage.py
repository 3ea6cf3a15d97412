"""Storage by its URL: store, read model and operations of one database, opened and closed together."""

from pathlib import Path

import pytest

from bot.clock import Clock
from bot.domain.database_address import address_in
from bot.domain.errors import StoreUnavailable
from bot.store.storage import open_operations, open_storage
from tests.harness.observed import Observed


async def test_the_three_parts_share_one_database(tmp_path: Path) -> None:
    """What a unit of work has stored is there for the operations, and the read model reads the same file."""
    storage = open_storage(address_in(f"sqlite:///{tmp_path / 'bot.db'}"), Clock().now, Observed())
    await storage.start()
    await storage.store.run(lambda tx: tx.settings.set_value("colour", "green"))
    assert storage.operations.value("colour") == "green"
    assert (await storage.read_model.team()).templates == ()
    assert storage.operations.queue_depths().lanes == 0
    assert storage.waiting == 0
    await storage.close()


async def test_storage_may_be_closed_twice(tmp_path: Path) -> None:
    """A second close does nothing, and nothing is taken by a storage that is closed."""
    storage = open_storage(address_in(f"sqlite:///{tmp_path / 'bot.db'}"), Clock().now, Observed())
    await storage.start()
    await storage.close()
    await storage.close()
    with pytest.raises(StoreUnavailable):
        await storage.store.run(lambda tx: tx.settings.value("colour"))


def test_operations_without_a_database(tmp_path: Path) -> None:
    """Operations on a file that is not there name it, say so in our own error, and leave nothing behind."""
    operations = open_operations(address_in(f"sqlite:///{tmp_path / 'none.db'}"))
    assert operations.location == str(tmp_path / "none.db")
    assert operations.check().endswith("will be created by serve")
    assert operations.value("colour") is None
    with pytest.raises(StoreUnavailable):
        operations.queue_depths()
    assert list(tmp_path.iterdir()) == []
