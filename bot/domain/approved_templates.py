"""Approved templates: texts that a provider lets us send outside the window, with blanks that are filled in. Pure.

Blanks stand in a body as {{1}}, {{2}} and so on. White space in what is filled in collapses, as on the phone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_BLANK = re.compile(r"\{\{\s*(\d{1,3})\s*\}\}")

MAX_PARAM_CHARS = 1_000
"""Characters of what is filled into one blank, at most."""


@dataclass(frozen=True)
class FilledTemplate:
    """Template that is filled in: one text to be sent. `kind` is that of the file it needs, "" for none.

    `media` is the address of a file that the provider has for it; one of ours goes before it.
    """

    id: str
    params: tuple[str, ...] = ()
    kind: str = ""
    media: str = ""


def tidied(param: str) -> str:
    """Write what is filled into a blank as a phone shows it."""
    return " ".join(param.split())


def blanks_in(body: str) -> int:
    """Count the blanks of a body: the highest number that stands in one."""
    return max((int(blank[1]) for blank in _BLANK.finditer(body)), default=0)


def filled(body: str, params: Sequence[str], *, empty: str = "") -> str:
    """Write a body with its blanks filled in; one for which there is nothing shows as `empty`, or as it stands."""

    def fill(blank: re.Match[str]) -> str:
        number = int(blank[1])
        param = tidied(params[number - 1]) if 0 < number <= len(params) else ""
        return param or empty or blank[0]

    return _BLANK.sub(fill, body)
