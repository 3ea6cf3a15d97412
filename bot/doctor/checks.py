"""Installation checks: Slack, the providers, the database, the clock. Read only; each says what to do if it fails."""

import base64
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from bot.bridge.channel_ids import new_id_fact
from bot.config import Config, secret
from bot.doctor.check_failed import CheckFailed
from bot.doctor.courier_checks import CourierChecks
from bot.doctor.glific_checks import GlificChecks
from bot.doctor.proof_checks import ProofChecks
from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Retryable
from bot.domain.ids import ChannelId
from bot.domain.text import counted
from bot.providers.volt.client import VoltClient
from bot.providers.volt.profile import PROFILE
from bot.slack.api.calls import call, call_with_headers
from bot.slack.api.errors import WORKSPACE_ERRORS
from bot.slack.features.kit.provider_calls import read_from_provider
from bot.slack.features.webhooks.view import is_older
from bot.slack.ingress.connection import web_client
from bot.slack.oauth.scopes import OWN_CHANNEL_SCOPES
from bot.slack.oauth.scopes import SCOPES as ALL_SCOPES
from bot.slack.render.faces import SCOPE as FACES_SCOPE
from bot.slack.render.faces import scopes_in
from bot.store.storage import open_operations
from bot.time_of_day import unix_time, utc_now
from bot.webhook_registration import own_address

SCOPES = frozenset(ALL_SCOPES)
WITHOUT_FACES = f"Without {FACES_SCOPE} a customer's texts bear the bot's face and begin with their name. "
CLOCK_S = 60
EXPIRY_WARNING_DAYS = 30


class InstallationChecks:
    """Installation checks in order, each with its name; a check returns a sentence, or raises with one."""

    def __init__(self, config: Config, session: aiohttp.ClientSession) -> None:
        self._config = config
        self._session = session
        self._operations = open_operations(config.database_url)
        token = secret(config.slack_bot_token) if config.has_environment_workspace else ""
        self._slack = web_client(config.slack_api_url, session, token)
        self._scopes: frozenset[str] | None = None
        self._slack_date = ""
        self._is_token_refused = False

    def all(self) -> list[tuple[str, Callable[[], Awaitable[str]]]]:
        """List the checks that need the settings; those of a workspace only where the environment has one."""
        of_workspace = [
            ("Slack token", self._token),
            ("Slack scopes", self._has_scopes),
            ("Slack channel", self._channel),
        ]
        of_volt = [("Volt token", self._volt_token), ("Volt webhook", self._webhook)]
        return [
            *(of_workspace if self._config.has_environment_workspace else ()),
            *(of_volt if self._config.has_volt else ()),
            *GlificChecks(self._config).all(),
            *CourierChecks(self._config).all(),
            *(ProofChecks(self._config, self._session).all() if self._config.uses_volt else ()),
            ("database", self._database),
            ("clock", self._clock),
        ]

    async def _token(self) -> str:
        try:
            answer = await call_with_headers(self._slack.auth_test)
        except CallFailed as error:
            self._is_token_refused = error.code in WORKSPACE_ERRORS
            raise unanswered(error) from error
        headers = {name.lower(): value for name, value in answer.headers.items()}
        self._scopes = scopes_in(headers)
        self._slack_date = headers.get("date", "")
        return f"accepted, workspace {answer.get('team') or answer.get('team_id')}"

    def _first(self) -> str:
        """Say what has to hold before this can be checked."""
        if self._is_token_refused:
            return "Set a token that Slack accepts, then look again."
        return "Look again once Slack answers."

    async def _has_scopes(self) -> str:
        if self._scopes is None:
            raise CheckFailed(f"Slack did not say which permissions the token has. {self._first()}")
        unwanted = set() if self._config.slack_customer_faces == "on" else {FACES_SCOPE}
        missing = sorted(SCOPES - self._scopes - unwanted - OWN_CHANNEL_SCOPES)
        if missing:
            cost = WITHOUT_FACES if FACES_SCOPE in missing else ""
            raise CheckFailed(
                f"missing {', '.join(missing)}. {cost}Apply the manifest (volt-bot manifest) and reinstall the app."
            )
        return granted_words(self._scopes)

    async def _channel(self) -> str:
        try:
            new = self._operations.value(new_id_fact(ChannelId(self._config.slack_channel)))
            if new:
                raise CheckFailed(
                    f"has a new id in Slack. Set SLACK_CHANNEL to {new}; until then the bot knows what is meant."
                )
            answer = await call(self._slack.conversations_info, channel=self._config.slack_channel)
        except CallFailed as error:
            raise unanswered(error) from error
        return channel_words(answer, "set SLACK_CHANNEL to another one")

    async def _volt(self, ask: Callable[[VoltClient], Awaitable[str]]) -> str:
        client = VoltClient(self._config.volt_api_url, secret(self._config.volt_api_token))
        await client.start()
        try:
            return await ask(client)
        finally:
            await client.close()

    async def _volt_token(self) -> str:
        days = days_left(secret(self._config.volt_api_token), utc_now())
        if days is not None and days < 0:
            raise CheckFailed("has expired. Make a new one in Volt → Settings → Developers and set VOLT_API_TOKEN.")

        async def ask(client: VoltClient) -> str:
            await read_from_provider(PROFILE, client.probe())
            return "accepted" if days is None else f"accepted, good for {counted(days, 'more day')}"

        words = await self._volt(ask)
        if days is not None and days < EXPIRY_WARNING_DAYS:
            left = f"in {counted(days, 'day')}" if days else "today"
            raise CheckFailed(f"expires {left}. Make a new one in Volt → Settings → Developers.")
        return words

    async def _webhook(self) -> str:
        url = own_address(self._config)
        if url is None:
            raise CheckFailed(
                "PUBLIC_URL is not set, so Volt cannot reach the bot. Set it, then: volt-bot webhooks register"
            )

        async def ask(client: VoltClient) -> str:
            known = await read_from_provider(PROFILE, client.webhooks())
            if any(webhook.url == url for webhook in known):
                return "is registered"
            if any(is_older(webhook.url, url) for webhook in known):
                raise CheckFailed(
                    "is registered without the secret in its address. While the bot runs: volt-bot webhooks register"
                )
            raise CheckFailed("is not registered. While the bot runs: volt-bot webhooks register")

        return await self._volt(ask)

    async def _database(self) -> str:
        return self._operations.check()

    async def _clock(self) -> str:
        if not self._config.has_environment_workspace:
            self._slack_date = await self._date_of_slack()
        try:
            theirs = parsedate_to_datetime(self._slack_date)
        except ValueError:
            raise CheckFailed(f"Slack did not tell the time. {self._first()}") from None
        difference_s = abs(unix_time() - theirs.timestamp())
        if difference_s > CLOCK_S:
            raise CheckFailed(
                f"is {difference_s:.0f} s away from Slack's; signatures fail beyond 300 s. Switch on NTP."
            )
        return "agrees with Slack's"

    async def _date_of_slack(self) -> str:
        """Ask Slack for the time without a token; "" where it does not answer."""
        try:
            async with self._session.get(self._config.slack_api_url) as answer:
                return answer.headers.get("Date", "")
        except (aiohttp.ClientError, TimeoutError):
            return ""


def granted_words(granted: Collection[str]) -> str:
    """Say that all permissions that are needed were granted, and what those that are not needed are missing for."""
    missing = sorted(OWN_CHANNEL_SCOPES.difference(granted))
    return (
        f"all granted but {' and '.join(missing)}, without which no contact gets a channel"
        if missing
        else "all granted"
    )


def channel_words(answer: Mapping[str, Any], other: str = "choose another one") -> str:
    """Say that the bot is in a channel, as conversations.info tells of it. Raises CheckFailed."""
    channel = answer.get("channel") or {}
    if channel.get("is_archived"):
        raise CheckFailed(f"is archived. Unarchive it, or {other}.")
    if not channel.get("is_member"):
        raise CheckFailed(f"the bot is not in #{channel.get('name')}. In that channel write /invite @volt.")
    return f"the bot is in #{channel.get('name')}"


def unanswered(failed: CallFailed) -> CallFailed:
    """Say what to do where Slack gave no answer of its own; the call only reads, so nothing can have happened."""
    if failed.code == "unreachable":
        return Retryable(
            failed.code, f"{failed.user_message} Check this machine's network and SLACK_API_URL, then look again."
        )
    if isinstance(failed, OutcomeUnknown):
        return OutcomeUnknown(failed.code, "Slack did not answer as it should. Look again in a minute.")
    if isinstance(failed, Retryable) and failed.scope is FailureScope.RATE_LIMIT:
        return Retryable(failed.code, f"{failed.user_message} Look again in a minute.")
    return failed


def days_left(token: str, now: datetime) -> int | None:
    """Read how many days a JSON web token is still valid; None where it does not say. Verifies nothing."""
    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        return (datetime.fromtimestamp(int(claims["exp"]), UTC) - now).days
    except (IndexError, ValueError, KeyError, TypeError, OverflowError):
        return None
