"""Foreign messages, made fit to be shown: one short line without phone numbers. Pure."""

import re

from bot.domain.text import ellipsized

LONGEST_QUOTE = 200
"""Characters of a foreign message that we show; more is noise, and may be a whole page of HTML."""

# seven digits or more, with what people write between them
_NUMBER = re.compile(r"\+?\d(?:[ ().\u00a0-]{0,2}\d){6,}")


def quoted(text: str) -> str:
    """Shorten a foreign message for showing: one line, at most LONGEST_QUOTE characters, phone numbers masked."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text[:4000]).split())
    safe = _NUMBER.sub(lambda found: f"…{found.group()[-4:]}", line)
    return ellipsized(safe, LONGEST_QUOTE)
