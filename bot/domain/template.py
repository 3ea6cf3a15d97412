"""Templates: canned replies that a team shares, with placeholders for names. Pure.

A placeholder that nobody knows is rejected: it would reach a phone as it stands.
"""

import re
from dataclasses import dataclass

from bot.domain.text import tidy

PLACES = ("name", "first_name", "agent")
"""Placeholders that can stand between braces in a template."""

LONGEST_NAME = 60
LONGEST_BODY = 1_600
MAX_TEMPLATES = 100
"""Templates of a team: Slack's menus hold no more."""

_PLACE = re.compile(r"\{\s*([^{}\n]{0,60}?)\s*\}")
_GAP = "\0"


@dataclass(frozen=True)
class Template:
    """Template: a canned reply; no two have the same name, whatever the case of its letters."""

    id: int
    name: str
    body: str


def unknown_places(body: str) -> list[str]:
    """List the unknown placeholders of a body, as they were written, each once."""
    found = (match[1] for match in _PLACE.finditer(body) if match[1].lower() not in PLACES)
    return list(dict.fromkeys(found))


def render_template(body: str, *, name: str, agent: str) -> str:
    """Fill in the placeholders of a template; one without a value goes, with the space that it leaves behind."""
    first_name = name.split(maxsplit=1)[0] if name.strip() else ""
    known = {"name": name.strip(), "first_name": first_name, "agent": agent.strip()}
    text = _PLACE.sub(lambda match: known.get(match[1].lower(), match[0]) or _GAP, body.replace(_GAP, ""))
    text = re.sub(rf"^[ ]*{_GAP}[ ,]*", "", text, flags=re.MULTILINE)
    text = re.sub(rf" *{_GAP}(?=[ ,.;:!?)]|$)", "", text, flags=re.MULTILINE)
    return tidy(text.replace(_GAP, ""))
