"""Every error the bot raises on purpose.

    VoltBotError
    ├── InvalidNumber      what was typed cannot be a phone number; the text says why, to the person who typed it
    ├── NoSuchRow          an id that is not in the books
    ├── Unreadable         a signed request whose content we cannot make sense of: answered 400
    ├── StoreUnavailable   nothing was written; answered 503 with Retry-After
    │   └── DatabaseLost   the file is gone or damaged: nothing is written any more, until a restart
    └── CallFailed         a call to Slack or to the provider did not succeed
        ├── Refused        it certainly did not happen, and repeating it would not help
        ├── NotNow         it certainly did not happen, and may be tried again later
        └── OutcomeUnknown it may have happened: look before repeating

An error carries what the caller must decide: is it certain, may it be tried again and when, what may a person read.
"""

from enum import Enum


class VoltBotError(Exception):
    """The root of the tree."""


class InvalidNumber(VoltBotError, ValueError):
    """What was typed cannot be a phone number; str() is one sentence for the person who typed it."""


class RowNotFound(VoltBotError, LookupError):
    """What an id names is not in the books: it is from elsewhere, or made up."""


class MalformedPayload(VoltBotError):
    """A request that is genuine but has not the shape we know."""


class StoreUnavailable(VoltBotError):
    """The database could not take the work just now; nothing of it was written."""

    def __init__(self, reason: str, *, retry_after_s: int = 5) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class DatabaseLost(StoreUnavailable):
    """The database file is not what was opened, or is damaged; str() says what to do, and is fit to be shown."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, retry_after_s=30)


class CallFailed(VoltBotError):
    """A call to the outside failed.

    `code` is the other side's word for it, or ours in lower case; never a number or a text of a customer.
    `words` is one sentence that says what happened and what to do, fit to be shown to an agent.
    `is_certain` is true where the call certainly had no effect.
    """

    is_certain = True

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code = code
        self.user_message = words


class Rejected(CallFailed):
    """The call certainly had no effect, and repeating it as it is would not help.

    `may_send_again` is true where a person may try later by hand (a full mailbox, a phone out of range).
    `needs_thread` is true where the thread is gone or locked, and the same in a new thread would do. `is_gone`: what
    was to be changed is not there any more.
    """

    def __init__(
        self,
        code: str,
        words: str,
        *,
        may_send_again: bool = False,
        needs_thread: bool = False,
        is_gone: bool = False,
    ) -> None:
        super().__init__(code, words)
        self.may_send_again = may_send_again
        self.needs_thread = needs_thread
        self.is_gone = is_gone


class FailureScope(Enum):
    """How much has to wait because one call may not be made now."""

    ENTRY = "call"  # this one alone: others of its kind may go
    RATE_LIMIT = "pace"  # every call of its kind: a limit, or nobody is there
    DESTINATION = "place"  # the same, until a person has done something: a token, a channel


class Retryable(CallFailed):
    """The call certainly had no effect and may be tried again.

    `retry_after_s` is what the other side asked for, in seconds, or None where the retry table decides.
    `only_channel` is true where the place that needs a person is one channel, and every other one works.
    """

    def __init__(
        self,
        code: str,
        words: str,
        *,
        retry_after_s: float | None = None,
        concerns: FailureScope = FailureScope.ENTRY,
        only_channel: bool = False,
    ) -> None:
        super().__init__(code, words)
        self.retry_after_s = retry_after_s
        self.concerns = concerns
        self.only_channel = only_channel


class OutcomeUnknown(CallFailed):
    """The call may or may not have had its effect."""

    is_certain = False
