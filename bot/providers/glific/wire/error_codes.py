"""Reasons why WhatsApp did not deliver, in words for the agent who wrote the text.

Holds the codes that matter to one who wrote a text: those of WhatsApp itself, and those of Gupshup, by which Glific
sends. A code outside the table gets the provider's own words, quoted. The voice: what happened, what to do.
Sources: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes and
https://docs.gupshup.io/docs/error-and-status-messages
"""

from bot.domain.message import Failure

_NOT_THERE = "This number is not on WhatsApp, or its app is too old. Check the number with the contact."
_CLOSED = "It came too late: WhatsApp takes free text only for 24 hours after a contact wrote. Send a template."
_NO_CONSENT = "This contact has not agreed to be written to on WhatsApp. Note their consent once they have."
_BALANCE = "There is no credit left for WhatsApp. Ask your admin to top up the account, then send it again."
_ACCOUNT = "WhatsApp has locked the account that sends. Ask your admin to look into it, then send it again."
_FILE = "WhatsApp could not take the file: it is too large, or of a kind it does not show. Send another one."
_TEMPLATE = "WhatsApp does not take this template as it is now. Choose another one, or ask your admin to look into it."
_BUSY = "WhatsApp was busy and did not take it. Wait some minutes, then send it again."
_LIMIT = "WhatsApp held it back: this contact got many messages lately. Wait a day, or until they write."

WORDS = {
    "1002": _NOT_THERE,
    "131026": _NOT_THERE,
    "131021": "The number that sends cannot write to itself. Check the number with the contact.",
    **dict.fromkeys(("1004", "1005", "470", "131047"), _CLOSED),
    **dict.fromkeys(("1006", "1007", "1008"), _NO_CONSENT),
    **dict.fromkeys(("1003", "131042"), _BALANCE),
    **dict.fromkeys(("131031", "368", "130403"), _ACCOUNT),
    **dict.fromkeys(("1010", "1011", "131051", "131052", "131053"), _FILE),
    **dict.fromkeys(("4003", "4005", "132000", "132001", "132007", "132012", "132015", "132016"), _TEMPLATE),
    **dict.fromkeys(("500", "4001", "4002", "130429", "131000", "131016", "131056", "133004"), _BUSY),
    **dict.fromkeys(("130472", "131048", "131049"), _LIMIT),
    "1012": "This contact opted out of messages. Only they can undo that, by writing to the number again.",
    "131050": "This contact does not want offers on WhatsApp any more. Write to them only after they have written.",
}
"""Words for each code."""

_MAY_BE_SENT_AGAIN = frozenset({_BALANCE, _ACCOUNT, _BUSY})
"""Words for what is over at some time, so that the same text may go out then."""

_OPTED_OUT = "1012"


def failure(code: str) -> Failure | None:
    """Put a code in words; None for one that is not known."""
    words = WORDS.get(code)
    if words is None:
        return None
    return Failure(code, words, allows_manual_retry=words in _MAY_BE_SENT_AGAIN, is_opt_out=code == _OPTED_OUT)
