"""Window: some providers take free text only for a time after the contact wrote. Pure.

A window is kept with its conversation as the moment until which it is open: one that has passed is shut. None is where
there is no such rule, or nobody has told yet.
"""

from datetime import datetime

from bot.domain.timestamps import Micros, add_seconds, to_micros

SHUT = Micros(0)
"""A window that is not open, where nobody tells since when."""

WINDOW_CLOSED = "window_closed"
"""Code of a rejection because free text may not be sent now: the provider's fields say so, never its words."""

SOON_S = 3_600.0
"""Time before a window shuts at which that is said."""

ABOUT_TO_SHUT_S = 60.0
"""Time before a window shuts from which on the provider is asked anew: the contact may have written since."""


def told(until: datetime | None) -> Micros:
    """Return what a provider tells of a window: until when it is open, None where it is not."""
    return SHUT if until is None else to_micros(until)


def is_open(window: Micros | None, now: Micros) -> bool:
    """Tell whether a window is known to be open."""
    return window is not None and window > now


def is_shut(window: Micros | None, now: Micros) -> bool:
    """Tell whether a window is known to be shut."""
    return window is not None and window <= now


def is_sure(window: Micros | None, now: Micros) -> bool:
    """Tell whether a window is known to be open for long enough that nobody has to be asked."""
    return is_open(window, add_seconds(now, ABOUT_TO_SHUT_S))


def heard(window: Micros | None, seen: Micros | None, *, at: Micros, now: Micros) -> Micros | None:
    """Return a window after a text of the contact, with which the provider tells of it, or does not (None).

    A text that was written after the window shut has opened it: where nobody tells until when, that is not known any
    more. An older text does not shorten it.
    """
    if window is None or seen is not None:
        return seen if window is None or seen is None else max(window, seen)
    return None if is_shut(window, now) and at > window else window


def after_look(window: Micros | None, seen: Micros, now: Micros) -> Micros:
    """Return a window after the provider was asked; one that was shut before was shut at the moment known."""
    if seen > now:
        return seen
    return min(window, now) if window is not None and window > SHUT else seen
