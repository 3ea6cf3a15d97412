"""Values of settings: what each may look like, and how it is read. Pure.

A value that cannot be is refused with the rest of a sentence about it; config_errors.py says how to get it right.
"""

import re
from datetime import time
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from bot.config_errors import EXAMPLE_HOST, EXAMPLES, wrong_key
from bot.domain.approval import QuietHours
from bot.domain.database_address import DatabaseAddress, address_in
from bot.domain.errors import InvalidNumber
from bot.domain.phone import parse_e164
from bot.domain.url_safety import is_loopback

_SHORTEST_SIGNING_SECRET = 16
"""Slack's have 32 characters, which it does not promise."""

_OPEN = "is http, on which anybody on the way can read along and change things; only https will do"

_WITH_LOGIN = "holds a user or a password; those have settings of their own"

_SHORTEST_METRICS_TOKEN = 16

_QUIET_HOURS = r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)"


def _empty_is_unset(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


def _token(value: Any) -> Any:
    """Take a secret as it was pasted, without the white space around it."""
    value = _empty_is_unset(value)
    if isinstance(value, str) and not re.fullmatch(r"[\x21-\x7e]+", value):
        raise ValueError("holds spaces, line breaks or letters that no token has")
    return value


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _signing_secret(value: SecretStr | None) -> SecretStr | None:
    if value is not None and len(value.get_secret_value()) < _SHORTEST_SIGNING_SECRET:
        raise ValueError("is too short to be a signing secret, which has 32 characters")
    return value


def _bot_token(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not value.get_secret_value().startswith(("xoxb-", "xoxe.xoxb-")):
        raise ValueError("is not a bot token")
    return value


def _app_token(value: SecretStr | None) -> SecretStr | None:
    if value is not None and value.get_secret_value() in EXAMPLES["slack_app_token"]:
        raise ValueError("missing")
    if value is not None and not value.get_secret_value().startswith("xapp-"):
        raise ValueError("is not an app-level token")
    return value


def _joined(value: Any) -> Any:
    """Keys may stand on lines of their own, and with spaces behind the commas."""
    return re.sub(r"\s*,\s*", ",", value) if isinstance(value, str) else value


def _keys(value: SecretStr | None) -> SecretStr | None:
    keys = keys_in(value)
    if value is not None and not keys:
        raise ValueError("holds commas and no key")
    for number, key in enumerate(keys, 1):
        if not re.fullmatch(r"[A-Za-z0-9_-]{43}=", key):
            raise ValueError(wrong_key(key, number, len(keys)))
    return value


def _channel(value: str) -> str:
    value = value.strip()
    if value and not re.fullmatch(r"[CGD][A-Z0-9_]+", value):
        is_name = value.startswith("#")
        raise ValueError(f'"{value[:40]}" is {"a name, not a channel id" if is_name else "no channel id"}')
    return value


def _account_number(value: str) -> str:
    value = value.strip()
    try:
        return parse_e164(value) if value else value
    except InvalidNumber:
        digits = re.sub(r"\D", "", value)
        hint = f" Write +1{digits}." if len(digits) == 10 else f" Write +{digits}." if len(digits) > 10 else ""
        raise ValueError(f'"{value[:40]}" is not E.164.{hint}') from None


def _address(value: str) -> str:
    value = value.strip()
    try:
        is_whole = bool(urlsplit(value).hostname) and urlsplit(value).port != 0
    except ValueError:
        is_whole = False
    if not is_whole or not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value):
        raise ValueError("is not an http or https address")
    return value


def _root(value: str | None) -> str | None:
    """Take the root of an API."""
    if value is None:
        return None
    value = _safe_address(value)
    if "@" in urlsplit(value).netloc:
        raise ValueError(_WITH_LOGIN)
    return value.rstrip("/")


def _tenant(value: str | None) -> str | None:
    """Take the address of a tenant, also with the path of its API behind it, as Glific's guide writes it."""
    root = _root(value)
    return None if root is None else root.removesuffix("/api")


def _login_phone(value: str | None) -> str | None:
    """Take a phone with or without its plus sign."""
    if value is None:
        return None
    digits = re.sub(r"[\s().+-]", "", value)
    try:
        return parse_e164(f"+{digits}")
    except InvalidNumber:
        raise ValueError(f'"{value[:40]}" is no phone with its country code') from None


def _phrase(value: Any) -> Any:
    """Take a phrase as it was pasted: it may hold spaces, but for those around it."""
    return _empty_is_unset(value)


def _is_open(value: str) -> bool:
    """Tell whether what goes to an address can be read and changed on its way; it cannot within this machine."""
    try:
        parts = urlsplit(value)
        return parts.scheme == "http" and not is_loopback(parts.hostname or "")
    except ValueError:
        return True


def _safe_address(value: str) -> str:
    value = _address(value)
    if _is_open(value):
        raise ValueError(_OPEN)
    return value


def _reachable(value: str | None) -> str | None:
    """Slack and Volt call https only, and nobody but this machine can call this machine."""
    if value is None:
        return None
    value = _address(value)
    if urlsplit(value).hostname == EXAMPLE_HOST:
        raise ValueError("is still the example")
    if _is_open(value):
        raise ValueError("is http, and Slack and Volt call https only")
    return value


def _webhook_key(value: str) -> str:
    """Refuse an address on which anybody could swap the key; what else it may be, the key's module knows."""
    value = value.strip()
    address = value.split(maxsplit=1)[0] if value else ""
    if _is_open(address):
        raise ValueError(_OPEN)
    return value


def _path_secret(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{6,200}", value.get_secret_value()):
        raise ValueError("is not 6 to 200 letters, digits, - or _")
    return value


def _metrics_token(value: SecretStr | None) -> SecretStr | None:
    if value is not None and len(value.get_secret_value()) < _SHORTEST_METRICS_TOKEN:
        raise ValueError(f"is shorter than {_SHORTEST_METRICS_TOKEN} characters")
    return value


def _database(value: Any) -> Any:
    return address_in(value) if isinstance(value, str) else value


def _hours(value: str) -> str:
    value = value.strip().lower()
    found = re.fullmatch(_QUIET_HOURS, value)
    if value != "off" and (found is None or found[1] == found[2]):
        raise ValueError(f'"{value[:40]}" is no span of hours')
    return value


def _countries(value: str) -> str:
    codes = [code.upper() for code in listed(value)]
    for code in codes:
        if code != "*" and not re.fullmatch(r"[A-Z]{2}", code):
            raise ValueError(f'"{code[:40]}" is no ISO code of a country')
    if "*" in codes and len(codes) > 1:
        raise ValueError("names countries beside *, which stands for all")
    return ",".join(codes)


def _teams(value: str) -> str:
    for team in listed(value):
        if not re.fullmatch(r"[TE][A-Z0-9]{2,30}", team):
            raise ValueError(f'"{team[:40]}" is no id of a team or an organisation')
    return value


Text = Annotated[str | None, BeforeValidator(_empty_is_unset)]
Secret = Annotated[SecretStr | None, BeforeValidator(_token)]
SigningSecret = Annotated[Secret, AfterValidator(_signing_secret)]
BotToken = Annotated[Secret, AfterValidator(_bot_token)]
AppToken = Annotated[Secret, AfterValidator(_app_token)]
MetricsToken = Annotated[Secret, AfterValidator(_metrics_token)]
PathSecret = Annotated[Secret, AfterValidator(_path_secret)]
SealingKeys = Annotated[Secret, BeforeValidator(_joined), AfterValidator(_keys)]
Channel = Annotated[str, AfterValidator(_channel)]
AccountNumber = Annotated[str, AfterValidator(_account_number)]
Address = Annotated[str, AfterValidator(_safe_address)]
Root = Annotated[Text, AfterValidator(_root)]
Tenant = Annotated[Text, AfterValidator(_tenant)]
LoginPhone = Annotated[Text, AfterValidator(_login_phone)]
Phrase = Annotated[SecretStr | None, BeforeValidator(_phrase)]
WebhookKey = Annotated[str, AfterValidator(_webhook_key)]
PublicAddress = Annotated[Text, AfterValidator(_reachable)]
Database = Annotated[DatabaseAddress, NoDecode, BeforeValidator(_database)]
Hours = Annotated[str, AfterValidator(_hours)]
Countries = Annotated[str, AfterValidator(_countries)]
Teams = Annotated[str, AfterValidator(_teams)]
AnyCase = BeforeValidator(_lower)
"""Lets a word be written in capitals."""


def keys_in(value: SecretStr | None) -> list[str]:
    """List the keys of ENCRYPTION_KEYS, the newest first."""
    return [key for key in value.get_secret_value().split(",") if key] if value is not None else []


def listed(value: str) -> list[str]:
    """List what stands between commas."""
    return [part.strip() for part in value.split(",") if part.strip()]


def quiet_hours_in(value: str) -> QuietHours | None:
    """Read QUIET_HOURS; None where they are off."""
    found = re.fullmatch(_QUIET_HOURS, value)
    return QuietHours(time.fromisoformat(found[1]), time.fromisoformat(found[2])) if found else None
