"""Phone numbers in E.164, the only form inside the bot. Pure.

Rejects anything that is not "+" and 7 to 15 digits. Other names of senders stand in sender.py; reading what people
type, and showing numbers nicely, needs the world's numbering plans (bot/parsing/phone_numbers.py).
"""

import re
from typing import NewType

from bot.domain.errors import InvalidNumber

E164 = NewType("E164", str)
"""A full international number such as "+15555550145". A contact's may be a short code, or the name of a sender."""

_SHAPE = re.compile(r"\+[1-9][0-9]{6,14}")
_SHORT_CODE = re.compile(r"[0-9]{3,8}")


def parse_e164(text: str) -> E164:
    """Parse a phone number that is already E.164. Raises InvalidNumber, whose words can be shown to people."""
    if not _SHAPE.fullmatch(text):
        how = "a plus sign, the country code and the number, no spaces, such as +15555550123."
        raise InvalidNumber(f'"{text[:40]}" is not E.164: {how}')
    return E164(text)


def can_be_texted(contact: str) -> bool:
    """Tell whether a contact has a phone number: a full one, or a short code."""
    return bool(_SHAPE.fullmatch(contact) or _SHORT_CODE.fullmatch(contact))
