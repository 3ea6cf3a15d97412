"""Senders: one name for each contact who texts us, mostly a number, sometimes a word, an address, or nothing. Pure.

A sender without a number is shown and never answered. Two senders never share a name: where something of one had to be
left out, because it cannot be seen or is too long, a digest of all of it stands behind.
"""

import hashlib
import unicodedata

from bot.domain.phone import E164, can_be_texted
from bot.domain.text import truncate

LONGEST_SENDER = 40

NOBODY = E164("~")
"""Sender who was not told. No other name begins so: a tilde is always followed by a digest."""


def sender_of(stated: str) -> E164:
    """Name a sender; a number or a short code stays one, without white space around it."""
    plain = stated.strip()
    if not plain:
        return NOBODY
    if can_be_texted(plain):
        return E164(plain)
    visible = "".join(" " if char.isspace() else char for char in plain if char.isspace() or _is_visible(char))
    seen = " ".join(visible.split())
    if seen == plain and len(seen) <= LONGEST_SENDER and "~" not in seen:
        return E164(seen)
    mark = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return E164(f"{truncate(seen, LONGEST_SENDER)} ~{mark}".strip())


def _is_visible(char: str) -> bool:
    return unicodedata.category(char)[0] != "C"
