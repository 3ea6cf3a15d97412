"""Settings, read from the environment and from a `.env` file beside it.

A missing or malformed setting becomes one line that names the variable, what is wrong and how to get it right; nothing
is started. No secret is shown in such a line. Names and defaults are promised to admins: see README.md.
"""

import re
from datetime import time
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.config_errors import EXAMPLE_HOST, EXAMPLES, BadConfig, Missing, faults_in, missing_settings, wrong_key
from bot.domain.approval import QuietHours
from bot.domain.errors import InvalidNumber
from bot.domain.phone import E164, parse_e164
from bot.domain.url_safety import is_loopback

_SHORTEST_SIGNING_SECRET = 16
"""Slack's have 32 characters, which it does not promise."""

_QUIET_HOURS = r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)"


def _empty_is_unset(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


def _token(value: Any) -> Any:
    """Take a secret as it was pasted, without the white space around it."""
    value = _empty_is_unset(value)
    if isinstance(value, str) and not re.fullmatch(r"[\x21-\x7e]+", value):
        raise ValueError("holds spaces, line breaks or letters that no token has")
    return value


Secret = Annotated[SecretStr | None, BeforeValidator(_token)]
Text = Annotated[str | None, BeforeValidator(_empty_is_unset)]


def _keys_in(value: SecretStr | None) -> list[str]:
    """List the keys of ENCRYPTION_KEYS, the newest first."""
    return [key for key in value.get_secret_value().split(",") if key] if value is not None else []


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


class Config(BaseSettings):
    """Settings, checked."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        case_sensitive=False,
        hide_input_in_errors=True,
        env_ignore_empty=True,
    )

    slack_app_token: Secret = None
    slack_signing_secret: Secret = None
    slack_bot_token: Secret = None
    slack_client_id: Text = None
    slack_client_secret: Secret = None
    slack_allowed_teams: str = ""
    encryption_keys: Secret = None
    slack_channel: str = ""
    slack_api_url: str = "https://slack.com/api/"
    slack_customer_faces: Literal["on", "off"] = "on"
    volt_api_token: Secret = None
    volt_account_number: str = ""
    volt_api_url: str = "https://api.respondflow.com/graphql"
    volt_webhook_key: str = "https://callbacks.respondflow.com/id_rsa.pub"
    volt_webhook_verify: Literal["enforce", "log"] = "enforce"
    volt_webhook_path_secret: Secret = None
    database_url: str = "sqlite:///volt-bot.db"
    public_url: Text = None
    host: str = "127.0.0.1"
    port: int = Field(3000, ge=0, le=65535)
    slack_post_rate: float = Field(1.0, gt=0, le=100)
    undo_seconds: float = Field(3.0, ge=0, le=30)
    quiet_hours: str = "21:00-08:00"
    catch_up_minutes: float = Field(5.0, ge=0, le=1_440)
    catch_up_hours: float = Field(24.0, gt=0, le=168)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"

    @field_validator("log_level", "log_format", "volt_webhook_verify", "slack_customer_faces", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("slack_signing_secret")
    @classmethod
    def _signing_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _SHORTEST_SIGNING_SECRET:
            raise ValueError("is too short to be a signing secret, which has 32 characters")
        return value

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("xoxb-", "xoxe.xoxb-")):
            raise ValueError("is not a bot token")
        return value

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and value.get_secret_value() in EXAMPLES["slack_app_token"]:
            raise ValueError("missing")
        if value is not None and not value.get_secret_value().startswith("xapp-"):
            raise ValueError("is not an app-level token")
        return value

    @field_validator("encryption_keys", mode="before")
    @classmethod
    def _joined(cls, value: Any) -> Any:
        """Keys may stand on lines of their own, and with spaces behind the commas."""
        return re.sub(r"\s*,\s*", ",", value) if isinstance(value, str) else value

    @field_validator("encryption_keys")
    @classmethod
    def _keys(cls, value: SecretStr | None) -> SecretStr | None:
        keys = _keys_in(value)
        if value is not None and not keys:
            raise ValueError("holds commas and no key")
        for number, key in enumerate(keys, 1):
            if not re.fullmatch(r"[A-Za-z0-9_-]{43}=", key):
                raise ValueError(wrong_key(key, number, len(keys)))
        return value

    @field_validator("slack_channel")
    @classmethod
    def _channel(cls, value: str) -> str:
        value = value.strip()
        if value and not re.fullmatch(r"[CGD][A-Z0-9_]+", value):
            raise ValueError(
                f'"{value[:40]}" is a name, not a channel id'
                if value.startswith("#")
                else f'"{value[:40]}" is no channel id'
            )
        return value

    @field_validator("volt_account_number")
    @classmethod
    def _account_number(cls, value: str) -> str:
        value = value.strip()
        try:
            return parse_e164(value) if value else value
        except InvalidNumber:
            digits = re.sub(r"\D", "", value)
            hint = f" Write +1{digits}." if len(digits) == 10 else f" Write +{digits}." if len(digits) > 10 else ""
            raise ValueError(f'"{value[:40]}" is not E.164.{hint}') from None

    @field_validator("slack_api_url", "volt_api_url", "public_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        value = value.strip()
        try:
            is_whole = bool(urlsplit(value).hostname) and urlsplit(value).port != 0
        except ValueError:
            is_whole = False
        if not is_whole or not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value):
            raise ValueError("is not an http or https address")
        return value

    @field_validator("public_url")
    @classmethod
    def _reachable(cls, value: str | None) -> str | None:
        """Slack and Volt call https only, and nobody but this machine can call this machine."""
        parts = urlsplit(value or "")
        if parts.hostname == EXAMPLE_HOST:
            raise ValueError("is still the example")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise ValueError("is http, and Slack and Volt call https only")
        return value

    @field_validator("volt_webhook_path_secret")
    @classmethod
    def _path_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{6,200}", value.get_secret_value()):
            raise ValueError("is not 6 to 200 letters, digits, - or _")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value.startswith(("postgres://", "postgresql://")):
            raise ValueError("names PostgreSQL, which this version does not speak yet")
        if not re.fullmatch(r"sqlite:///\S.*", value) or value.endswith(":memory:"):
            raise ValueError("is no database address")
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        value = value.strip().lower()
        found = re.fullmatch(_QUIET_HOURS, value)
        if value != "off" and (found is None or found[1] == found[2]):
            raise ValueError(f'"{value[:40]}" is no span of hours')
        return value

    @field_validator("slack_allowed_teams")
    @classmethod
    def _teams(cls, value: str) -> str:
        for team in _listed(value):
            if not re.fullmatch(r"[TE][A-Z0-9]{2,30}", team):
                raise ValueError(f'"{team[:40]}" is no id of a team or an organisation')
        return value

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, given: Any) -> Any:
        """Mark what is needed because of what else is set, or is not."""
        is_set = {
            name: str(value).strip() not in {"", *EXAMPLES.get(name, ())} for name, value in given.items() if value
        }
        return given | missing_settings(frozenset(name for name, is_given in is_set.items() if is_given))

    @field_validator("*", mode="before")
    @classmethod
    def _required(cls, value: Any) -> Any:
        if isinstance(value, Missing):
            raise ValueError(value.reason)  # noqa: TRY004 - the library words a TypeError by itself
        return value

    @property
    def has_environment_workspace(self) -> bool:
        """Whether a workspace is set up by the environment, and not by installing the app."""
        return self.slack_bot_token is not None

    @property
    def is_installable(self) -> bool:
        """Whether admins install the app into their workspaces."""
        return self.slack_client_id is not None

    @property
    def allowed_teams(self) -> frozenset[str]:
        """Ids of the teams and organisations that may install; empty, all may."""
        return frozenset(_listed(self.slack_allowed_teams))

    @property
    def account(self) -> E164:
        """Our number."""
        return E164(self.volt_account_number)

    @property
    def quiet(self) -> QuietHours | None:
        """Quiet hours, in which nobody wants a text; None where they are off."""
        found = re.fullmatch(_QUIET_HOURS, self.quiet_hours)
        return QuietHours(time.fromisoformat(found[1]), time.fromisoformat(found[2])) if found else None

    @property
    def sealing_keys(self) -> list[str]:
        """Keys that stored secrets are sealed by, the newest first; none where nothing can be sealed."""
        return _keys_in(self.encryption_keys)

    @property
    def link_secrets(self) -> list[str]:
        """Secrets that the keys of links to files come from, the newest first."""
        token = self.slack_bot_token
        return self.sealing_keys + ([token.get_secret_value()] if token else [])

    def secrets(self) -> list[str]:
        """List what must never be shown."""
        values = [getattr(self, name) for name in type(self).model_fields]
        found = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        return found + self.sealing_keys  # each alone, too: an error may name one of them


class _Address(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True)

    public_url: str = ""


def public_url() -> str:
    """Read the one setting that the manifest needs, before there are any others; "" where it is missing."""
    return _Address().public_url.strip().rstrip("/")


def secret(value: SecretStr | None) -> str:
    """Open a secret that is known to be set."""
    assert value is not None
    return value.get_secret_value()


def webhook_url(config: Config) -> str | None:
    """Name the address that Volt should post to; None without PUBLIC_URL."""
    if config.public_url is None:
        return None
    url = f"{config.public_url.rstrip('/')}/volt/webhooks"
    return f"{url}/{secret(config.volt_webhook_path_secret)}" if config.volt_webhook_path_secret else url


def load(**given: Any) -> Config:
    """Read the settings. Raises BadConfig."""
    try:
        return Config(**given)
    except ValidationError as error:
        raise BadConfig(faults_in(error)) from None
    except (UnicodeDecodeError, OSError) as error:
        raise BadConfig([f".env  cannot be read: {error}. Save it as UTF-8 text."]) from None
