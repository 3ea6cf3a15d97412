"""Failure of a check, which every module of checks raises."""


class CheckFailed(Exception):
    """Check that does not hold; str() says what to do."""
