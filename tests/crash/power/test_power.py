"""Power loss on a disk that forgets: short runs; `python -m tests.crash.power` makes long ones."""

from pathlib import Path
from random import Random

from tests.crash.power.disk import Cut, Disk, Platter, PowerLost, Write
from tests.crash.power.runs import run


def test_acknowledged_commits_survive_power_loss(tmp_path: Path) -> None:
    """Wherever the power goes, the database opens, holds every acknowledged COMMIT, and nothing else by half."""
    tally = run(40, seed=1, folder=tmp_path)
    assert not tally.broken
    assert (tally.losses, tally.lost, tally.half_written, tally.corrupt) == (40, 0, 0, 0)
    assert tally.acknowledged > 100
    assert {"write bot.db-wal", "write bot.db"} <= set(tally.struck)  # while committing, while checkpointing


def test_without_a_sync_per_commit_acknowledged_commits_are_lost(tmp_path: Path) -> None:
    """With synchronous=NORMAL acknowledged COMMITs are lost, though nothing is damaged."""
    tally = run(24, seed=1, folder=tmp_path, synchronous="NORMAL")
    assert tally.lost > 0
    assert (tally.half_written, tally.corrupt) == (0, 0)


def test_without_any_sync_the_database_is_damaged(tmp_path: Path) -> None:
    """With synchronous=OFF databases are damaged: this disk is as cruel as it claims."""
    assert run(16, seed=1, folder=tmp_path, synchronous="OFF").corrupt > 0


def test_a_run_is_reproducible_from_its_seed(tmp_path: Path) -> None:
    """The same seed commits the same units and loses power in the same places."""
    first, second = run(8, seed=7, folder=tmp_path / "first"), run(8, seed=7, folder=tmp_path / "second")
    assert first == second
    assert first != run(8, seed=8, folder=tmp_path / "third")


def test_synced_bytes_outlive_every_loss() -> None:
    """What was synced is there, and of what was written since, any part may be."""
    file = Platter(is_named=True)
    file.pending.append(Write(b"a" * 2000, 0))
    file.sync()
    file.pending += [Write(b"b" * 1000, 1000), Cut(1500)]
    left = [file.after_loss(Random(seed)) or b"" for seed in range(200)]
    assert all(image.startswith(b"a" * 1000) for image in left)
    assert b"a" * 2000 in left
    assert b"a" * 1000 + b"b" * 500 in left
    assert len(set(left)) > 20


def test_a_new_file_may_vanish_until_its_folder_is_synced(tmp_path: Path) -> None:
    """A synced file whose name was never synced is sometimes gone; once the folder was synced it never is."""
    disk = Disk(tmp_path, deeds_left=1000)
    disk.change("new", Write(b"words", 0))
    disk.sync("new", with_folder=False)
    assert {disk.file("new").after_loss(Random(seed)) for seed in range(50)} == {None, b"words"}
    disk.sync("new", with_folder=True)
    assert {disk.file("new").after_loss(Random(seed)) for seed in range(50)} == {b"words"}


def test_a_sync_that_the_loss_strikes_promises_nothing(tmp_path: Path) -> None:
    """Where the power goes in a sync the bytes may be missing, and every later deed fails."""
    disk = Disk(tmp_path, deeds_left=2)
    disk.change("file", Write(b"words", 0))
    for deed in ("first", "second"):
        try:
            disk.sync("file", with_folder=True)
        except PowerLost:
            continue
        raise AssertionError(f"the {deed} sync went through")
    assert bytes(disk.file("file").synced) == b""
