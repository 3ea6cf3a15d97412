"""Outcomes of an installation in words: what happened, what it means, and what to do next.

No outcome names a code, a token or a state. None has a status of 500 or above: a stranger can cause all but the good
one.
"""

import re
from dataclasses import dataclass

_START_AGAIN = "Open the installation page again and press Add to Slack."
_ASK_OPERATOR = "Please tell the person who runs this bot."

NOT_NOW = 424
"""Status where Slack or the database is down: what the request depends on failed."""


@dataclass(frozen=True)
class Outcome:
    """Outcome that is no installation. `code` is for the log; `may_try_again`: the page leads back to the start."""

    code: str
    status: int
    title: str
    text: str
    todo: str
    may_try_again: bool = True


class InstallRefused(Exception):
    """Installation that came to nothing, with its outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


NOTHING = "Nothing was installed."

DECLINED = Outcome("declined", 200, "Not installed", f"You declined in Slack. {NOTHING}", _START_AGAIN)
NO_STATE = Outcome(
    "no_state",
    400,
    "This page comes after Slack's",
    f"Slack opens this page once somebody has agreed to the installation. {NOTHING}",
    _START_AGAIN,
)
FORGED = Outcome(
    "forged_state",
    400,
    "This link is not ours",
    f"The installation that this link belongs to was not begun here. {NOTHING}",
    f"{_START_AGAIN} If somebody sent you the link, do not use it.",
)
STALE = Outcome(
    "stale_state",
    400,
    "This took too long",
    f"An installation has to be finished within ten minutes, for safety. {NOTHING}",
    _START_AGAIN,
)
OTHER_BROWSER = Outcome(
    "other_browser",
    400,
    "This was begun elsewhere",
    "The installation was begun in another browser or window, or this browser keeps no cookies. An installation has "
    f"to be finished where it was begun. {NOTHING}",
    _START_AGAIN,
)
USED = Outcome(
    "used_state",
    400,
    "This page works once",
    "It was opened before. If it said then that the bot is installed, all is well and you can close it.",
    "Otherwise begin again: open the installation page and press Add to Slack.",
)
NO_CODE = Outcome(
    "no_code", 400, "Slack's answer is incomplete", f"Slack sent you back without its answer. {NOTHING}", _START_AGAIN
)
CODE_USED = Outcome(
    "code_refused",
    400,
    "Slack's answer is not valid any more",
    f"It works once and for ten minutes, and Slack does not take it again. {NOTHING}",
    _START_AGAIN,
)
NOT_SET_UP = Outcome(
    "not_set_up",
    400,
    "This bot is not set up right",
    f"Slack does not accept what this bot says of itself. {NOTHING}",
    f"{_ASK_OPERATOR} The client ID, the client secret and the redirect address have to be the same here and on the "
    "app's page at Slack.",
    may_try_again=False,
)
NOT_DISTRIBUTED = Outcome(
    "not_distributed",
    400,
    "The app is not open to your workspace",
    f"The app at Slack belongs to one workspace so far. {NOTHING}",
    f"{_ASK_OPERATOR} Others can install it once public distribution is switched on, on the app's page at Slack.",
    may_try_again=False,
)
NEEDS_ADMIN = Outcome(
    "needs_admin",
    400,
    "An admin has to agree first",
    f"Your workspace lets only approved apps in. {NOTHING}",
    "Ask an admin of your workspace to approve the app or to install it.",
)
SLACK_SAID_NO = Outcome(
    "slack_refused",
    400,
    "Slack did not go on",
    f"Slack refused, without a reason that we know. {NOTHING}",
    _START_AGAIN,
)
SLACK_DOWN = Outcome(
    "slack_down",
    NOT_NOW,
    "Slack does not answer",
    f"Slack could not be asked for what is needed to finish the installation. {NOTHING}",
    f"Wait a minute. {_START_AGAIN}",
)
NOT_STORED = Outcome(
    "not_stored",
    NOT_NOW,
    "This could not be stored",
    f"The bot's database cannot be written just now. {NOTHING}",
    f"Wait a minute. {_START_AGAIN} If it happens again, tell the person who runs this bot.",
)
BROKEN = Outcome(
    "bug",
    NOT_NOW,
    "This did not work",
    "The fault is ours, and it was logged. We do not know whether the bot is installed.",
    f"{_START_AGAIN} If it happens again, tell the person who runs this bot.",
)
FROM_ENVIRONMENT = Outcome(
    "from_environment",
    409,
    "This workspace has the bot already",
    "It is set up by the bot's own configuration, and not by this page. Nothing was changed.",
    "Go on in Slack. To change how it is set up, ask the person who runs this bot.",
    may_try_again=False,
)


def not_allowed(name: str) -> Outcome:
    """Say that a workspace may not install."""
    return Outcome(
        "not_allowed",
        403,
        f"{name} cannot install this bot",
        f"It is open to certain workspaces only, and yours is not among them. {NOTHING}",
        "If it should be, ask the person who runs this bot to let your workspace in.",
        may_try_again=False,
    )


def without_scopes(scopes: list[str]) -> Outcome:
    """Say which permissions are lacking."""
    return Outcome(
        "missing_scopes",
        400,
        "Permissions are missing",
        f"Slack did not grant all that the bot needs to carry texts. Missing: {', '.join(scopes)}. {NOTHING}",
        "Open the installation page again and agree to all of them. If they are missing again, tell the person who "
        "runs this bot: the app at Slack has to ask for them.",
    )


_BY_ERROR = {
    "access_denied": DECLINED,
    "invalid_code": CODE_USED,
    "code_already_used": CODE_USED,
    "code_expired": CODE_USED,
    "invalid_client_id": NOT_SET_UP,
    "bad_client_id": NOT_SET_UP,
    "bad_client_secret": NOT_SET_UP,
    "bad_redirect_uri": NOT_SET_UP,
    "invalid_scope": NOT_SET_UP,
    "invalid_team_for_non_distributed_app": NOT_DISTRIBUTED,
    "unapproved_scope": NEEDS_ADMIN,
    "app_approval_request_denied": NEEDS_ADMIN,
    "app_not_approved": NEEDS_ADMIN,
    "internal_error": SLACK_DOWN,
    "fatal_error": SLACK_DOWN,
    "service_unavailable": SLACK_DOWN,
    "request_timeout": SLACK_DOWN,
    "ratelimited": SLACK_DOWN,
    "unreachable": SLACK_DOWN,
    "timeout": SLACK_DOWN,
    "connection_lost": SLACK_DOWN,
    "bad_answer": SLACK_DOWN,
}


def outcome_of(error: str) -> Outcome:
    """Word an error of Slack, or ours of a call to it."""
    return SLACK_DOWN if re.fullmatch(r"http_5\d\d", error) else _BY_ERROR.get(error, SLACK_SAID_NO)
