"""Changed copies of frozen values, for the code that every text goes through."""

from typing import TypeVar

T = TypeVar("T")


def changed(value: T, **fields: object) -> T:
    """Return a changed copy of a frozen dataclass, without the checks and the cost of dataclasses.replace."""
    copy = object.__new__(type(value))
    vars(copy).update(vars(value), **fields)
    return copy
