"""What the page of a file shows, and under which name a browser stores it."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.ids import MessageKey
from bot.domain.shared_files import SharedFile, with_link
from bot.domain.thread_events import SlackFile
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WorkspaceId
from bot.slack.media.file_links import FileSigner
from bot.slack.media.file_page import disposition, file_page, shown_name, size_in_words


def shared(name: str, size: int = 1) -> SharedFile:
    """Return a shared file of this name."""
    return SharedFile(1, SlackFile("F1", name, "application/pdf", size, "", by_link=True), Micros(1))


@given(st.text(max_size=300))
@example("../../etc/passwd")
@example('a"; filename="b.exe\r\nX-Evil: 1')
@example(". .")
def test_names(name: str) -> None:
    """A name is one line that no system takes for a path, and the header tells it whole and nothing else."""
    shown = shown_name(shared(name))
    assert shown
    assert not set(shown) & set('/\\:*?"<>|\r\n')
    header = disposition(shared(name))
    found = re.fullmatch(r"attachment; filename=\"([ -~]*)\"; filename\*=UTF-8''([A-Za-z0-9_.~%-]+)", header)
    assert found is not None
    assert unquote(found[2]) == shown
    assert "<script" not in file_page(shared(f"<script>{name}"), "x")


@pytest.mark.parametrize(
    ("size", "words"),
    [(1, "1 byte"), (999, "999 bytes"), (34_400, "34 kB"), (999_600, "1.0 MB"), (12_340_000, "12.3 MB")],
)
def test_sizes(size: int, words: str) -> None:
    """A size is told as people read it."""
    assert size_in_words(size) == words


@given(st.integers(0, 2**32 - 1), st.uuids(), st.integers(0, 255))
def test_tokens(workspace: int, key: object, number: int) -> None:
    """A token names its file, under each key that the bot has, and under no other."""
    target = WorkspaceId(workspace), MessageKey(str(key).replace("-", "")), number
    old, new, other = FileSigner("old"), FileSigner("new", "old"), FileSigner("other")
    found = new.read(old.token(*target))
    assert found is not None
    assert (found.workspace, found.key, found.number) == target
    assert old.read(new.token(*target)) is None
    assert other.read(old.token(*target)) is None


def test_a_link_stands_once() -> None:
    """A link is put under a text once, also where the key that signs it is another one meanwhile."""
    target = WorkspaceId(1), MessageKey("0" * 32), 1
    old, new = (f"https://bot.example.com/file/{FileSigner(key).token(*target)}" for key in ("old", "new"))
    assert with_link(with_link("Here", old), new) == f"Here\n{old}"
