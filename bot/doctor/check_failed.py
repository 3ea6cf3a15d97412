"""Result of a check that does not simply hold: every module of checks raises the one, and some return the other."""


class CheckFailed(Exception):
    """Check that does not hold; str() says what to do."""


class Note(str):
    """Sentence about what holds and could be better; it says how."""

    __slots__ = ()
