"""What is remembered of contacts, files and events, so many at most: the oldest are forgotten first. Pure."""

from collections import OrderedDict
from typing import Generic, TypeVar

V = TypeVar("V")


class Remembered(Generic[V]):
    """Values by a key, `most` of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, V] = OrderedDict()

    def note(self, key: str, value: V) -> None:
        """Note a value, in place of what was noted before."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def get(self, key: str) -> V | None:
        """Return what was noted; None where nothing was, or it is forgotten."""
        return self._kept.get(key)

    def forget(self, key: str) -> None:
        """Forget what was noted, if anything was."""
        self._kept.pop(key, None)
