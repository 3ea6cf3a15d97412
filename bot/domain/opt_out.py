"""Opt-out words: those that a carrier acts on, and others that may ask for no more texts. Pure.

A contact may opt out in any reasonable words (47 CFR 64.1200(a)(10)); whether they did, a person decides. Quoted words
ask for nothing: phones send "Liked “STOP”" when somebody taps a heart.
"""

import re
import unicodedata
from dataclasses import dataclass

from bot.domain.letters import plain_forms, without_unseen

OPT_OUT = frozenset({"STOP", "REMOVE", "OPTOUT", "UNSUBSCRIBE", "CANCEL", "QUIT", "STOPALL", "END", "REVOKE", "ARRET"})
"""Opt-out words of the carriers, where they are the whole text but for spaces, accents and punctuation.

The first six are common to all (https://simonsays.atlassian.net/wiki/spaces/VAPI/pages/99319810); STOPALL and END are
of CTIA's Messaging Principles and Best Practices, 5.1.3, REVOKE of the FCC (47 CFR 64.1200(a)(10)), ARRET of Canada's
short codes.
"""


OPT_IN = frozenset({"START", "UNSTOP"})
"""Opt-in words take an opt-out back. These are the carriers' (CTIA's Short Code handbook)."""


@dataclass(frozen=True)
class OptOutWords:
    """Words that a provider acts on: those by which a contact opts out, and those by which they opt in again."""

    opt_out: frozenset[str]
    opt_in: frozenset[str]


SMS_WORDS = OptOutWords(OPT_OUT, OPT_IN)
"""Words on which the carriers of SMS act."""


def is_opt_out(text: str, words: OptOutWords = SMS_WORDS) -> bool:
    """Tell whether a text opts out: its contact asks for no more texts."""
    return letters_of(text) in words.opt_out


def is_opt_in(text: str, words: OptOutWords = SMS_WORDS) -> bool:
    """Tell whether a text opts in: a contact who opted out asks for texts again."""
    return letters_of(text) in words.opt_in


def letters_of(text: str) -> str:
    """Reduce a text to its letters and digits, large, without accents, full width or style."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKD", text)).upper()


_QUOTED = re.compile(r"\"[^\"\n]*\"|(?<!\w)'[^'\n]*'(?!\w)")
_POLITE = frozenset(
    {
        *("PLEASE", "PLS", "PLZ", "KINDLY", "THANKS", "THANK", "YOU", "THX", "TY", "OK", "OKAY", "YES", "NO", "SORRY"),
        *("HI", "HEY", "HELLO", "DEAR", "SIR", "MAAM", "JUST", "NOW", "IMMEDIATELY", "ALREADY"),
        *("ALL", "THIS", "IT", "THESE"),
    }
)
_ALONE = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "OPTOUT", "REVOKE", "ARRET"})
"""Words that are a request where they are a whole sentence; *Cancel.* or *The end.* mostly are not."""

_TEXTS = "(?:text|message|msg|sms|email|mail|notification|alert|reminder|marketing|ad|promo(?:tion)?)s?"
_CONTACTING = r"(?:text|messag|contact|spamm?|bother|writ|sms|pester|harass)(?:e|ing)?"
_ASKING = re.compile(
    rf"\b(?:stop|quit|cease)\s+(?:(?:with|all|the|these|those|your|sending|me|any|more)\s+)*(?:{_CONTACTING}|{_TEXTS})\b"
    r"|\bstop\s+sending\b"
    rf"|\b(?:do not|don'?t|never)\s+(?:ever\s+)?{_CONTACTING}\s+(?:me|us|this number|my)\b"
    r"|\b(?:do not|don'?t|no longer)\s+(?:want|wish|need)\s+(?:(?:you|to|receive|get|any|more|your|these)\s+)*"
    rf"(?:{_CONTACTING}|{_TEXTS})\b"
    rf"|\bno more\s+(?:\w+\s+)?{_TEXTS}\b"
    r"|\bunsubscribe\b|\bopt(?:ing|ed)?[ -]?(?:me |us )?out\b"
    r"|\b(?:remove|delete)\s+(?:me|us|my (?:phone )?number|this number)\b"
    r"|\btake\s+(?:me|us|my (?:phone )?number|this number)\s+off\b"
    r"|\brevok(?:e|ing)\b[^.!?\n]{0,200}\b(?:consent|permission)\b|\bleave me alone\b",
    re.IGNORECASE,
)
_NOT_MEANT = re.compile(r"\b(?:do not|don'?t|never|did not|didn'?t|why did you)\s+(?:ever\s+)?stop\b", re.IGNORECASE)


def may_opt_out(text: str) -> bool:
    """Tell whether a text that is no keyword may still be an opt-out."""
    words = _QUOTED.sub(" ", plain_forms(without_unseen(text)).replace("«", '"').replace("»", '"'))
    if _NOT_MEANT.search(words):
        return False
    sentences = [letters_of(sentence) for sentence in re.split(r"[.!?;,\n]+", words)]
    return _without_courtesy(words) in OPT_OUT or not _ALONE.isdisjoint(sentences) or bool(_ASKING.search(words))


def _without_courtesy(words: str) -> str:
    found = (letters_of(word) for word in words.split())
    return "".join(word for word in found if word not in _POLITE)
