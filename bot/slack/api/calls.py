"""Calls to Slack's Web API: each is made once, and what slack_sdk or aiohttp raises is mapped by failures.py.

Here alone it is known which exceptions may come; whoever minds one of Slack's codes reads it from CallFailed.
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
"""A method of slack_sdk's web client, such as `web.chat_postMessage`."""

SLACK_ERRORS = (SlackClientError, aiohttp.ClientError, OSError)
"""What slack_sdk and aiohttp raise where a call to Slack fails."""


@contextlib.contextmanager
def errors_mapped() -> Iterator[None]:
    """Map the errors of what is done at Slack inside this block. Raises CallFailed in their place."""
    try:
        yield
    except SLACK_ERRORS as error:
        raise call_failed(error) from error


async def answered(method: Method, **arguments: Any) -> AsyncSlackResponse:
    """Make one call, without the arguments that are None, and return the answer with its headers. Raises CallFailed."""
    with errors_mapped():
        return await method(**{name: value for name, value in arguments.items() if value is not None})


async def called(method: Method, **arguments: Any) -> dict[str, Any]:
    """Make one call, without the arguments that are None, and return what Slack answered. Raises CallFailed."""
    return dict(dict_of((await answered(method, **arguments)).data))
