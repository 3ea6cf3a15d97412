"""Every error the bot raises on purpose.

    VoltBotError
    ├── InvalidNumber      what was typed cannot be a phone number; the text says why, to the person who typed it
    ├── RowNotFound        an id that is not in the database
    ├── MalformedPayload   a signed request whose content has a shape we do not know: answered 400
    ├── WrongKey           a stored secret that no key of ENCRYPTION_KEYS opens
    ├── NotOnDuty          another bot on the same database does this now; nothing of it was written here
    ├── StoreUnavailable   nothing was written; answered 503 with Retry-After
    │   └── DatabaseLost   the file is gone or damaged: nothing is written any more, until a restart
    └── CallFailed         a call to Slack or to the provider did not succeed
        ├── Rejected       it certainly did not happen, and repeating it would not help
        ├── Retryable      it certainly did not happen, and may be tried again later
        │   └── TooLate    it was held up here until it must not leave any more
        └── OutcomeUnknown it may have happened: look before repeating

An error carries what the caller has to know: is it certain, may it be tried again and when, what may a person read.
"""

from enum import Enum


class VoltBotError(Exception):
    """The root of the tree."""


class InvalidNumber(VoltBotError, ValueError):
    """Text that cannot be a phone number; str() is one sentence for the person who typed it."""


class RowNotFound(VoltBotError, LookupError):
    """An id that is not in the database: it is from elsewhere, or made up."""


class MalformedPayload(VoltBotError):
    """A signed request whose content has a shape we do not know."""


class WrongKey(VoltBotError):
    """A stored secret that no key of ENCRYPTION_KEYS opens; nothing of it is lost."""


class NotOnDuty(VoltBotError):
    """Work that another bot on the same database does now."""


class StoreUnavailable(VoltBotError):
    """The database could not take a unit of work now; nothing of it was written."""

    def __init__(self, reason: str, *, retry_after_s: int = 5) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class DatabaseLost(StoreUnavailable):
    """The database file is not the one that was opened, or is damaged; str() says what to do, for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, retry_after_s=30)


class CallFailed(VoltBotError):
    """A call to Slack or to the provider failed.

    `code` is the other side's code, or ours in lower case; never a number or a text of a customer. `user_message` is
    one sentence for an agent that says what happened and what to do. `is_certain` is true where the call certainly did
    not happen.
    """

    is_certain = True

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code = code
        self.user_message = words

    @property
    def is_refusal(self) -> bool:
        """Whether it certainly did not happen, and will not before a person has changed something."""
        return False


class Rejected(CallFailed):
    """A rejection: the call certainly did not happen, and repeating it as it is would not help.

    `allows_manual_retry` is true where a person may try later by hand (a full mailbox, a phone out of range).
    `needs_thread` is true where the thread is gone or locked, and the same in a new thread would do. `is_gone`: what
    was to be changed is not there any more.
    """

    def __init__(
        self,
        code: str,
        words: str,
        *,
        allows_manual_retry: bool = False,
        needs_thread: bool = False,
        is_gone: bool = False,
    ) -> None:
        super().__init__(code, words)
        self.allows_manual_retry = allows_manual_retry
        self.needs_thread = needs_thread
        self.is_gone = is_gone

    @property
    def is_refusal(self) -> bool:
        """Whether it will not happen before a person has changed something."""
        return True


class FailureScope(Enum):
    """Scope of a temporary failure: this entry, its rate limit, or the whole destination."""

    ENTRY = "call"  # this entry alone: others may leave
    RATE_LIMIT = "pace"  # every call of its kind: a limit, or nobody is there
    DESTINATION = "place"  # the same, until a person has done something: a token, a channel


class Retryable(CallFailed):
    """A failure that is temporary: the call certainly did not happen and may be tried again.

    `retry_after_s` is the wait that the other side asked for, or None where the retry table decides. `only_channel` is
    true where one channel alone needs a person, and every other one works.
    """

    def __init__(
        self,
        code: str,
        words: str,
        *,
        retry_after_s: float | None = None,
        scope: FailureScope = FailureScope.ENTRY,
        only_channel: bool = False,
    ) -> None:
        super().__init__(code, words)
        self.retry_after_s = retry_after_s
        self.scope = scope
        self.only_channel = only_channel

    @property
    def is_refusal(self) -> bool:
        """Whether it will not happen before a person has changed something."""
        return self.scope is FailureScope.DESTINATION


class TooLate(Retryable):
    """A call that was held up on our side until it must not leave any more: this request of it certainly has not left.

    `is_first` is true where no other request of the same call has left before, so that it says nothing about the call.
    """

    def __init__(self, *, is_first: bool) -> None:
        super().__init__("late", "The bot was held up before it could send this. It tries again by itself.")
        self.is_first = is_first


class OutcomeUnknown(CallFailed):
    """An unknown outcome: the call may or may not have happened."""

    is_certain = False
