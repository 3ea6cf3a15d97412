"""Settings at fault, in words for admins: what is wrong with each, and how to get it right. No secret is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

CURES = {
    "SLACK_SIGNING_SECRET": "Slack app page → Basic Information → App Credentials → Signing Secret.",
    "SLACK_BOT_TOKEN": "Slack app page → OAuth & Permissions → Bot User OAuth Token (starts with xoxb-).",
    "SLACK_APP_TOKEN": "Slack app page → Basic Information → App-Level Tokens, with connections:write (xapp-…).",
    "SLACK_CLIENT_ID": "Slack app page → Basic Information → App Credentials → Client ID.",
    "SLACK_CLIENT_SECRET": "Slack app page → Basic Information → App Credentials → Client Secret.",
    "SLACK_ALLOWED_TEAMS": "Write ids with commas between them, such as T012AB3CD,E045EF6GH; leave it out for all.",
    "ENCRYPTION_KEYS": "Make one with: volt-bot keys new",
    "SLACK_CHANNEL": "In Slack: the channel's name → About → Channel ID at the bottom (starts with C).",
    "SLACK_CUSTOMER_FACES": "Write on, or off: then a customer's texts bear the bot's face and begin with their name.",
    "SLACK_API_URL": "Leave it out, or write https://slack.com/api/.",
    "VOLT_API_TOKEN": "Volt → Settings → Developers.",
    "VOLT_ACCOUNT_NUMBER": "The primary number in Volt → Settings → Numbers, such as +15555550123.",
    "VOLT_API_URL": "Leave it out, or write https://api.respondflow.com/graphql.",
    "VOLT_WEBHOOK_KEY": "Leave it out for Volt's own key, or give an https address (behind it, if you like, the key's "
    "fingerprint: sha256:…), a file, or the text of an RSA public key.",
    "VOLT_WEBHOOK_VERIFY": "Write enforce, or log for the first day of a new account; it ends by itself.",
    "VOLT_WEBHOOK_PATH_SECRET": "Leave it out and the bot makes one, or make one with: openssl rand -hex 16",
    "GLIFIC_API_URL": "The address of Glific's API, such as https://api.TENANT.glific.com.",
    "GLIFIC_PHONE": "The phone by which a Glific user of the bot's own logs in, with the country code.",
    "GLIFIC_PASSWORD": "The password of that Glific user, whose role has to be manager.",
    "GLIFIC_FLOW_SECRET": "Glific → Settings → Organization → the signature phrase; leave it out without such flows.",
    "GLIFIC_STOP_FLOWS": "Write on, or off: then a flow may go on answering beside a person.",
    "COURIER_API_URL": "The root of Carium's API, such as https://api.carium.com.",
    "COURIER_USERNAME": "A Carium user of the bot's own, without a second factor.",
    "COURIER_PASSWORD": "The password of that Carium user.",
    "COURIER_ORGANIZATION_ID": "The id of your organization at Carium.",
    "COURIER_ACCOUNT_ID": "The id of your organization's text account at Carium.",
    "COURIER_NUMBER_ID": "The id of the number at Carium that texts are sent from.",
    "COURIER_CHANNELS": "Write off, or on: then who has a channel at Carium is written to in that.",
    "DATABASE_URL": "Write sqlite:/// and a path, such as sqlite:///volt-bot.db, or for many bots "
    "postgresql://USER:PASSWORD@HOST/DATABASE.",
    "TEXTS_TO": "Write ISO codes with commas between them, such as US,CA or GB; * for all; leave it out for your own.",
    "AGENT_TEXTS_PER_HOUR": "Texts that one person may send in an hour, 0 for no limit.",
    "PUBLIC_URL": "The https address at which Slack and Volt reach this bot.",
    "METRICS_TOKEN": "Make one with: openssl rand -hex 16",
    "PORT": "A number from 1 to 65535.",
    "SLACK_POST_RATE": "Posts per second and channel: more than 0, up to 100. Slack documents 1.",
    "UNDO_SECONDS": "Seconds from 0 to 30.",
    "QUIET_HOURS": "Write it like 21:00-08:00, or off. In these hours at the contact's place the bot asks first.",
    "CATCH_UP_MINUTES": "Minutes between two looks for texts that were missed, up to 1440; 0 switches them off.",
    "KEEP_DAYS": "For how many days texts, pictures and audit lines are kept: 0 for ever, up to 36500.",
    "CATCH_UP_HOURS": "How many hours back those looks reach: more than 0, up to 168.",
    "LOG_LEVEL": "Write debug, info, warning or error.",
    "LOG_FORMAT": "Write console or json.",
}


class BadConfig(Exception):
    """Settings that cannot be used; `faults` holds one line each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


_REASONS = {
    "int_parsing": "is not a number",
    "int_parsing_size": "is not a number",
    "float_parsing": "is not a number",
    "literal_error": "is not one of the choices",
    "greater_than": "is too small",
    "greater_than_equal": "is too small",
    "less_than": "is too large",
    "less_than_equal": "is too large",
}
"""Error types of the library, in our words."""


def faults_in(error: ValidationError) -> list[str]:
    """Word each error of the library as one line that names the setting."""
    lines = [_fault(detail) for detail in error.errors()]
    width = max(len(name) for name, _ in lines)
    return [f"{name:<{width}}  {words}" for name, words in lines]


def _fault(detail: Mapping[str, Any]) -> tuple[str, str]:
    name = str(detail["loc"][0]).upper()
    kind = str(detail["type"])
    reason = str(detail["ctx"]["error"]).rstrip(".") if kind == "value_error" else _REASONS.get(kind, "cannot be used")
    return name, f"{reason}. {CURES.get(name, '')}".rstrip()


_KEY_LENGTH = 44
_ORDINALS = ("first", "second", "third", "fourth", "fifth")


def wrong_key(key: str, number: int, count: int) -> str:
    """Say what is wrong with a key of ENCRYPTION_KEYS and which one it is, without showing it."""
    which = f"the {_ORDINALS[number - 1]}" if number <= len(_ORDINALS) else f"number {number}"
    start = "is no key" if count == 1 else f"holds {count} keys, and {which} is none"
    if len(key) != _KEY_LENGTH:
        return f"{start}: a key has {_KEY_LENGTH} characters, and this one has {len(key)}"
    return f"{start}: a key ends with = and has only letters, digits, - and _ before it"


EXAMPLES = {
    "slack_bot_token": frozenset({"xoxb-", "xoxe.xoxb-"}),
    "slack_app_token": frozenset({"xapp-"}),
    "slack_channel": frozenset({"C"}),
    "volt_account_number": frozenset({"+1"}),
}
"""What `.env.example` holds where a value has to be filled in."""


EXAMPLE_HOST = "bot.example.com"
"""Host that examples name; it cannot exist."""


@dataclass(frozen=True)
class Missing:
    """Value of a setting that is needed and was not given."""

    reason: str


_SLACK = ("slack_bot_token", "slack_channel")
_VOLT = ("volt_api_token", "volt_account_number")
_GLIFIC = ("glific_api_url", "glific_phone", "glific_password")
_COURIER = (
    "courier_api_url",
    "courier_username",
    "courier_password",
    "courier_organization_id",
    "courier_account_id",
    "courier_number_id",
)
_ENVIRONMENT = (*_SLACK, *_VOLT)
"""Settings of the workspace that the environment sets up, and of its connections: it has one of them at least."""


def missing_settings(given: frozenset[str]) -> dict[str, Missing]:
    """Name the settings that are needed and not given, because of those that are given."""
    needed = {} if "slack_app_token" in given else {"slack_signing_secret": "missing"}
    environment, line = _needed_lines(given)
    if "slack_client_id" not in given:
        needed |= dict.fromkeys(environment, "missing")
        if "slack_client_secret" in given:
            needed["slack_client_id"] = "missing, and SLACK_CLIENT_SECRET is set"
    else:
        why = "missing, and needed with SLACK_CLIENT_ID"
        needed |= dict.fromkeys(("slack_client_secret", "public_url", "encryption_keys"), why)
        if first := next((name.upper() for name in (*_ENVIRONMENT, *line) if name in given), ""):
            which = "all of its settings" if line else "all four of its settings"
            needed |= dict.fromkeys(
                environment, f"missing, and {first} is set: a workspace needs {which}, or none of them"
            )
    return {name: Missing(reason) for name, reason in (needed | line).items() if name not in given}


def _needed_lines(given: frozenset[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Name what the environment's workspace needs: of Volt nothing where there is a line at another provider only."""
    needed = dict[str, str]()
    # where the app is installed, the address alone says where Carium is for those who connect a line in Slack
    of_courier = _COURIER[1:] if "slack_client_id" in given else _COURIER
    for line, settings, hints, what in (
        ("Glific", _GLIFIC, (*_GLIFIC, "glific_flow_secret"), "its address, a phone and a password"),
        ("Carium", _COURIER, of_courier, "its address, a login and three ids"),
    ):
        if first := next((name.upper() for name in hints if name in given), ""):
            needed |= dict.fromkeys(settings, f"missing, and {first} is set: a line at {line} needs {what}")
    return (_SLACK if needed and not given & {*_VOLT} else _ENVIRONMENT), needed
