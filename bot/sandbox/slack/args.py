"""Arguments of a Web API call, in the three forms Slack accepts, and the errors a call can end in.

JSON bodies, form bodies and query strings; structured arguments may be JSON text. https://docs.slack.dev/apis/web-api
"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from bot.sandbox.slack.state.teams import Installation


class ApiError(Exception):
    """Error answer {"ok": false, "error": code}; `fields` are added to it."""

    def __init__(self, code: str, **fields: Any) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields


class RateLimitedError(Exception):
    """Answer 429; the argument is its Retry-After in seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s


class Args(dict[str, Any]):
    """Arguments by name, read as the type a method expects; `caller` is the installation whose token came with them."""

    caller: Installation

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text; absent and null give the default."""
        value = self.get(name)
        return default if value is None else str(value)

    def flag(self, name: str) -> bool:
        """Return a boolean: true, "true" or "1"."""
        return str(self.get(name, "")).lower() in {"true", "1"}

    def number(self, name: str, default: int, most: int) -> int:
        """Return a whole number between 1 and the most; refuse other text with invalid_limit."""
        text = self.text(name, str(default))
        if not text.isdecimal():
            raise ApiError("invalid_limit")
        return max(1, min(int(text), most))

    def structure(self, name: str, error: str) -> Any:
        """Return a structured argument, read from JSON text if it is text; unreadable text gives the error."""
        value = self.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise ApiError(error) from None

    def require(self, *names: str) -> None:
        """Refuse the call when an argument is missing or empty."""
        missing = [name for name in names if not self.text(name)]
        if missing:
            messages = [f"[ERROR] missing required field: {name}" for name in missing]
            raise ApiError("invalid_arguments", response_metadata={"messages": messages})


async def read_args(request: web.Request) -> Args:
    """Read the arguments of a request."""
    args = Args(request.query)
    if request.content_type == "application/json":
        text = await request.text()
        try:
            body = json.loads(text or "{}")
        except ValueError:
            raise ApiError("invalid_json") from None
        if not isinstance(body, dict):
            raise ApiError("json_not_object")
        args.update(body)
    elif request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        args.update(await request.post())
    return args
