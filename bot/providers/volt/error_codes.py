"""Error codes of Volt, in words for the agent who wrote the text.

Holds Volt's 26 error codes in one table, each with its class: T, trying later may help; P, it will not; O, an admin
of the Volt account has to act first. A code outside the table gets honest words with the code in them. The voice:
what happened, what it means, what to do. Codes are text, as on the wire.
Source: "Volt Connect API Error Codes", https://simonsays.atlassian.net/wiki/x/AYDqAg
"""

import re
from enum import Enum

from bot.domain.errors import FailureScope
from bot.domain.message import Failure
from bot.domain.text import ellipsized


class FailureClass(Enum):
    """What can be done about a failure."""

    TEMPORARY = "T"
    PERMANENT = "P"
    OPERATOR = "O"


_T, _P, _O = FailureClass.TEMPORARY, FailureClass.PERMANENT, FailureClass.OPERATOR

FAILURES: dict[str, tuple[FailureClass, str]] = {
    "101": (_O, "The Volt account is disabled for now. Ask your admin to contact Volt, then send it again."),
    "102": (_O, "The Volt account does not include this kind of message. Ask your admin to have Volt turn it on."),
    "103": (_O, "Volt does not accept the number we send from. Ask your admin to check VOLT_ACCOUNT_NUMBER."),
    "104": (_O, "The Volt account is blocked for now. Ask your admin to contact Volt, then send it again."),
    "199": (_O, "The Volt account is closed for good. Texts cannot be sent until your admin sets up another one."),
    "401": (
        _P,
        "Volt does not accept the wording: it may be empty or too long. Change it and send it as a new message.",
    ),
    "402": (
        _P,
        "Volt does not accept this phone number. Check it with the contact and start again with the right one.",
    ),
    "403": (_P, "Volt does not accept this combination of text and pictures. Send them as separate messages."),
    "406": (_P, "Volt does not accept this type of message. Send it as plain words."),
    "407": (
        _P,
        "Volt does not accept the type or the size of a file. Send a smaller JPEG, PNG or GIF, or a VCF card.",
    ),
    "501": (_P, "No carrier can be reached for this number: it may not exist, or be a landline. Check the number."),
    "503": (_P, "The contact has opted out. Only they can undo that, by texting START."),
    "601": (_T, "Volt's limit for sending texts was reached. Wait a minute, then send it again."),
    "602": (_T, "Volt's limit for requests was reached. Wait a minute, then send it again."),
    "603": (_T, "AT&T's limit for texts from our number was reached. Wait a few minutes, then send it again."),
    "701": (
        _P,
        "Volt took the text for spam and will not send it. Say it differently: fewer links, no words in capitals.",
    ),
    "702": (_T, "A carrier took the text for spam, for now. Wait an hour, or say it differently, then send it again."),
    "703": (
        _P,
        "A carrier took the text for spam and will not take it. Say it differently: fewer links, no words in capitals.",
    ),
    "704": (_P, "The contact's carrier turned the text away. Sending it again will not help; call them instead."),
    "705": (_T, "Volt took the text for spam, for now. Wait an hour, or say it differently, then send it again."),
    "706": (
        _P,
        "The text could not be delivered; the carrier may take it for spam. Say it differently, or call instead.",
    ),
    "801": (_T, "The contact's carrier turned the text away for now, without a reason. Send it again in a while."),
    "802": (_T, "The phone was switched off or out of range until the text expired. Send it again later."),
    "803": (_T, "The carrier was too busy, and the text expired on the way. Send it again later."),
    "804": (_T, "The carrier behind Volt was out of service. Send it again in a while."),
    "901": (_T, "Volt had a fault of its own. Send it again in a while; if that keeps failing, tell your admin."),
}

OPTED_OUT = "503"
"""Opted out: Volt also knows of contacts whose STOP did not reach us."""

THROTTLES = {"601": FailureScope.RATE_LIMIT, "602": FailureScope.RATE_LIMIT, "603": FailureScope.ENTRY}
"""Rejections that only mean "slower", and what has to slow down: AT&T's limit concerns one text, not the others."""

LONGEST_QUOTE = 200
"""Characters of a foreign message that we show; more is noise, and may be a whole page of HTML."""

# seven digits or more, with what people write between them
_NUMBER = re.compile(r"\+?\d(?:[ ().\u00a0-]{0,2}\d){6,}")


def failure(code: str, detail: str = "") -> Failure:
    """Explain an error code. `detail` is the provider's own text; used only where the table has no words."""
    known = FAILURES.get(code)
    if known is not None:
        return Failure(code, known[1], known[0] is _T, is_opt_out=code == OPTED_OUT)
    words = f"It failed with the code {quoted(code)}, which we do not know" if code else "It failed without a code"
    said = f', saying "{quoted(detail)}"' if detail.strip() else ""
    return Failure(
        code[:40], f"{words}{said}. Check the number and the wording, or ask your admin.", allows_manual_retry=False
    )


def quoted(text: str) -> str:
    """Shorten a foreign message for showing: one line, at most LONGEST_QUOTE characters, phone numbers masked."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text[:4000]).split())
    safe = _NUMBER.sub(lambda found: f"…{found.group()[-4:]}", line)
    return ellipsized(safe, LONGEST_QUOTE)
