"""Web API methods of OAuth: oauth.v2.access, auth.revoke, apps.uninstall.

https://docs.slack.dev/reference/methods/oauth.v2.access and the pages of the others.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox.slack.args import ApiError, Args
from bot.sandbox.slack.oauth.grants import Grants
from bot.sandbox.slack.state.teams import Installation

Answer = dict[str, Any]
Tell = Callable[[Installation], Awaitable[None]]


def access(grants: Grants, args: Args, request: web.Request) -> Answer:
    """oauth.v2.access: exchange a code, or refresh; client id and secret by Basic authorization or as arguments."""
    check_client(grants, args, request)
    match args.text("grant_type", "authorization_code"):
        case "authorization_code":
            return grants.exchange(args.text("code"), args.text("redirect_uri"))
        case "refresh_token":
            return grants.refresh(args.text("refresh_token"))
    raise ApiError("invalid_grant_type")


def check_client(grants: Grants, args: Args, request: web.Request) -> None:
    """Refuse a call without the app's own client id and secret."""
    client_id, secret = _basic(request) or (args.text("client_id"), args.text("client_secret"))
    if client_id != grants.app.client_id:
        raise ApiError("invalid_client_id")
    if secret != grants.app.client_secret:
        raise ApiError("bad_client_secret")


def _basic(request: web.Request) -> tuple[str, str] | None:
    kind, _, packed = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(packed, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise ApiError("invalid_client_id") from None
    return client_id, secret


def revoke(grants: Grants, args: Args, token: str) -> Installation | None:
    """auth.revoke: with rotation that token alone; else the installation ends, which is returned."""
    if args.flag("test"):
        return None
    if grants.app.rotates:
        grants.end_token(token, "token_revoked")
        return None
    grants.end(args.caller, "token_revoked")
    return args.caller
