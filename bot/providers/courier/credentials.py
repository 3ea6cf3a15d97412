"""Credentials of a line at Carium: the user who logs in, and which number of whose account it sends from. Pure.

They are a secret as a whole: stored sealed, as one text, and shown nowhere.
"""

import json
import re
from dataclasses import dataclass, field

from bot.domain.phone import E164
from bot.domain.url_safety import origin_of
from bot.domain.workspaces import WorkspaceId

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BAD_URL = "COURIER_API_URL  is no address. Write the root of Carium's API, such as https://api.carium.com"
_NO_PUBLIC_URL = (
    "PUBLIC_URL  missing. Carium brings each answer to an address of this bot, so without one no answer can come. "
    "Write the https address at which this bot is reached."
)
_HOW = {
    "COURIER_USERNAME": "Whoever runs Carium for you makes a user for the bot, without a second factor.",
    "COURIER_PASSWORD": "It belongs to the user of COURIER_USERNAME.",
    "COURIER_ORGANIZATION_ID": "Whoever runs Carium for you knows the id of your organization.",
    "COURIER_ACCOUNT_ID": "It is the id of your organization's text account.",
    "COURIER_NUMBER_ID": "It is the id of the number that texts are sent from.",
}
"""Settings of the credentials, and how to get each."""

_ID_NAMES = ("organization_id", "account_id", "number_id")


@dataclass(frozen=True)
class CourierCredentials:
    """Credentials: the login, and the ids of the organization, of its account and of the number. Ids are UUIDs."""

    username: str
    password: str = field(repr=False)
    organization_id: str
    account_id: str
    number_id: str

    def faults(self) -> list[str]:
        """List what cannot be right, by the names of the settings, in words for whoever set them."""
        missing = [f"{name}  missing. {_HOW[name]}" for name in _HOW if not getattr(self, _field(name))]
        ids = [name for name in _HOW if name.endswith("_ID") and getattr(self, _field(name))]
        strange = [name for name in ids if not is_own_id(getattr(self, _field(name)))]
        return missing + [f"{name}  is no id of Carium's, which has 36 characters. Copy it whole." for name in strange]

    def text(self) -> str:
        """Write them, which `read_credentials` reads again."""
        return json.dumps(
            {
                "username": self.username,
                "password": self.password,
                "organization_id": self.organization_id,
                "account_id": self.account_id,
                "number_id": self.number_id,
            }
        )


@dataclass(frozen=True)
class LineIdentity:
    """Identity of a line: whose it is, our number, and the ids it has at Carium.

    `account` is what the number is stored as among our numbers.
    """

    workspace: WorkspaceId
    account: E164
    number: E164
    credentials: CourierCredentials


def _field(setting: str) -> str:
    return setting.removeprefix("COURIER_").lower()


def is_own_id(text: str) -> bool:
    """Tell whether a text is an id as Carium writes them."""
    return bool(_ID.fullmatch(text))


def read_credentials(text: str) -> CourierCredentials:
    """Read credentials that were written down. Raises ValueError."""
    try:
        stored = json.loads(text)
        return CourierCredentials(*(str(stored[name]) for name in ("username", "password", *_ID_NAMES)))
    except (ValueError, LookupError, TypeError):
        raise ValueError("these are no credentials") from None


def settings_faults(url: str, public_url: str | None, credentials: CourierCredentials) -> list[str]:
    """List what is wrong with the settings of a line, by their names, in words for whoever set them."""
    found = [] if origin_of(url) is not None else [_BAD_URL]
    if not public_url:
        found.append(_NO_PUBLIC_URL)
    return found + credentials.faults()
