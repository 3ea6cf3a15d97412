"""Calls to Slack's Web API: each is made once, and api/errors.py maps what slack_sdk or aiohttp raises.

Only this module knows which exceptions may come; callers read Slack's codes from CallFailed.
"""

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.api.errors import call_failed
from bot.slack.json_fields import dict_of

Method = Callable[..., Awaitable[AsyncSlackResponse]]
"""Method of slack_sdk's web client, such as `web.chat_postMessage`."""

SLACK_ERRORS = (SlackClientError, aiohttp.ClientError, OSError)
"""Exceptions of slack_sdk and aiohttp for a failed call."""


@contextlib.contextmanager
def errors_mapped() -> Iterator[None]:
    """Map the errors of this block. Raises CallFailed in their place."""
    try:
        yield
    except SLACK_ERRORS as error:
        raise call_failed(error) from error


async def call_with_headers(method: Method, **arguments: Any) -> AsyncSlackResponse:
    """Make one call, without the arguments that are None; returns the response with headers. Raises CallFailed."""
    with errors_mapped():
        return await method(**{name: value for name, value in arguments.items() if value is not None})


async def call(method: Method, **arguments: Any) -> dict[str, Any]:
    """Make one call, without the arguments that are None, and return the response's data. Raises CallFailed."""
    return dict(dict_of((await call_with_headers(method, **arguments)).data))
