"""Settings, read from the environment and from a `.env` file beside it.

A missing or malformed setting becomes one line that names the variable, what is wrong and how to get it right; nothing
is started. No secret is shown in such a line. Names and defaults are promised to admins: see README.md.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.config_errors import EXAMPLES, BadConfig, Missing, faults_in, missing_settings
from bot.config_values import (
    AccountNumber,
    Address,
    AnyCase,
    AppToken,
    BotToken,
    Channel,
    Countries,
    Database,
    Hours,
    LoginPhone,
    MetricsToken,
    PathSecret,
    Phrase,
    PublicAddress,
    Root,
    SealingKeys,
    Secret,
    SigningSecret,
    Teams,
    Tenant,
    Text,
    WebhookKey,
    keys_in,
    listed,
    quiet_hours_in,
)
from bot.domain.approval import QuietHours
from bot.domain.database_address import address_in
from bot.domain.phone import E164
from bot.domain.text_limits import TextLimits
from bot.parsing.reachable_numbers import text_limits, unknown_countries


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

    slack_app_token: AppToken = None
    slack_signing_secret: SigningSecret = None
    slack_bot_token: BotToken = None
    slack_client_id: Text = None
    slack_client_secret: Secret = None
    slack_allowed_teams: Teams = ""
    encryption_keys: SealingKeys = None
    slack_channel: Channel = ""
    slack_api_url: Address = "https://slack.com/api/"
    slack_customer_faces: Annotated[Literal["on", "off"], AnyCase] = "on"
    volt_api_token: Secret = None
    volt_account_number: AccountNumber = ""
    volt_api_url: Address = "https://api.respondflow.com/graphql"
    volt_webhook_key: WebhookKey = "https://callbacks.respondflow.com/id_rsa.pub"
    volt_webhook_verify: Annotated[Literal["enforce", "log"], AnyCase] = "enforce"
    volt_webhook_path_secret: PathSecret = None
    glific_api_url: Tenant = None
    glific_phone: LoginPhone = None
    glific_password: Phrase = None
    glific_flow_secret: Phrase = None
    glific_stop_flows: Annotated[Literal["on", "off"], AnyCase] = "on"
    courier_api_url: Root = None
    courier_username: Text = None
    courier_password: Phrase = None
    courier_organization_id: Text = None
    courier_account_id: Text = None
    courier_number_id: Text = None
    courier_channels: Annotated[Literal["on", "off"], AnyCase] = "off"
    database_url: Database = address_in("sqlite:///volt-bot.db")
    texts_to: Countries = ""
    agent_texts_per_hour: int = Field(200, ge=0, le=1_000_000)
    public_url: PublicAddress = None
    host: str = "127.0.0.1"
    metrics_token: MetricsToken = None
    port: int = Field(3000, ge=0, le=65535)
    slack_post_rate: float = Field(1.0, gt=0, le=100)
    undo_seconds: float = Field(3.0, ge=0, le=30)
    quiet_hours: Hours = "21:00-08:00"
    catch_up_minutes: float = Field(5.0, ge=0, le=1_440)
    catch_up_hours: float = Field(24.0, gt=0, le=168)
    keep_days: int = Field(0, ge=0, le=36_500)
    log_level: Annotated[Literal["debug", "info", "warning", "error"], AnyCase] = "info"
    log_format: Annotated[Literal["console", "json"], AnyCase] = "console"

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

    @field_validator("texts_to")
    @classmethod
    def _of_countries(cls, value: str) -> str:
        if unknown := unknown_countries([code for code in listed(value) if code != "*"]):
            raise ValueError(f'"{unknown[0]}" is no ISO code of a country')
        return value

    @property
    def limits(self) -> TextLimits:
        """Whom and how much people may text."""
        return text_limits(self.texts_to, self.agent_texts_per_hour)

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
        return frozenset(listed(self.slack_allowed_teams))

    @property
    def has_volt(self) -> bool:
        """Whether the environment has a connection to Volt."""
        return self.volt_api_token is not None

    @property
    def uses_volt(self) -> bool:
        """Whether there is or may be a connection to Volt: workspaces that install the app make their own."""
        return self.has_volt or self.is_installable

    @property
    def has_glific(self) -> bool:
        """Whether the environment has a connection to Glific."""
        return self.glific_api_url is not None

    @property
    def has_courier(self) -> bool:
        """Whether the environment has a connection to Carium's courier."""
        return self.courier_username is not None

    @property
    def courier_root(self) -> str:
        """Root of Carium's API; that of the vendor where none is set."""
        return self.courier_api_url or "https://api.carium.com"

    @property
    def account(self) -> E164:
        """Our main number: Volt's, or where there is none the phone of the login at Glific."""
        return E164(self.volt_account_number or self.glific_phone or "")

    @property
    def quiet(self) -> QuietHours | None:
        """Quiet hours, in which nobody wants a text; None where they are off."""
        return quiet_hours_in(self.quiet_hours)

    @property
    def sealing_keys(self) -> list[str]:
        """Keys that stored secrets are sealed by, the newest first; none where nothing can be sealed."""
        return keys_in(self.encryption_keys)

    @property
    def link_secrets(self) -> list[str]:
        """Secrets that the keys of links to files come from, the newest first."""
        token = self.slack_bot_token
        return self.sealing_keys + ([token.get_secret_value()] if token else [])

    def secrets(self) -> list[str]:
        """List what must never be shown."""
        values = [getattr(self, name) for name in type(self).model_fields]
        found = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        return [
            *found,
            *self.database_url.secrets,
            *self.sealing_keys,
        ]  # each alone, too: an error may name one of them


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


def load(**given: Any) -> Config:
    """Read the settings. Raises BadConfig."""
    try:
        return Config(**given)
    except ValidationError as error:
        raise BadConfig(faults_in(error)) from None
    except (UnicodeDecodeError, OSError) as error:
        raise BadConfig([f".env  cannot be read: {error}. Save it as UTF-8 text."]) from None
