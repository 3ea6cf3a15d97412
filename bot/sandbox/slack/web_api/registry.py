"""Registry of the Web API methods: permissions, the records of calls, and faults.

https://docs.slack.dev/apis/web-api
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.sandbox.http import Server, cut_connection
from bot.sandbox.slack.args import ApiError, Args, RateLimitedError, read_args
from bot.sandbox.slack.state.model import Call
from bot.sandbox.slack.state.workspace import Workspace
from bot.sandbox.slack.ui import views as slack_views
from bot.sandbox.slack.web_api import chat, files, people, reads, uploads
from bot.sandbox.slack.web_api.documented import SIGNATURES, check_arguments

METHODS: dict[str, Callable[[Workspace, Args], dict[str, Any]]] = {
    "auth.test": reads.auth_test,
    "bots.info": reads.bot_info,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.get_permalink,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "conversations.history": reads.history,
    "conversations.info": reads.channel_info,
    "conversations.join": reads.join_channel,
    "conversations.list": reads.list_channels,
    "conversations.members": people.list_members,
    "conversations.open": people.open_conversation,
    "conversations.replies": reads.replies,
    "files.completeUploadExternal": uploads.complete_upload,
    "files.getUploadURLExternal": uploads.get_upload_url,
    "files.info": files.file_info,
    "reactions.add": chat.add_reaction,
    "reactions.remove": chat.remove_reaction,
    "usergroups.list": people.list_usergroups,
    "usergroups.users.list": people.list_group_members,
    "users.info": people.user_info,
    "users.list": people.list_users,
    "views.open": slack_views.open_view,
    "views.publish": slack_views.publish_view,
    "views.push": slack_views.push_view,
    "views.update": slack_views.update_view,
}


class WebApi:
    """Web API; `open_socket` gives the address for apps.connections.open."""

    def __init__(self, workspace: Workspace, server: Server, open_socket: Callable[[], str]) -> None:
        self.workspace = workspace
        self.server = server
        self.open_socket = open_socket

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one call, and record both."""
        started_at = time.time()
        call = Call(request.match_info["method"], {}, started_at)
        self.workspace.calls.append(call)
        response = await self._respond(request, call)
        call.status = 0 if response.status == 444 else response.status
        pair = (call.args, call.answer or response.text)
        self.workspace.note_hop("bot→slack", call.method, started_at=started_at, status=call.status, pair=pair)
        return response

    async def _respond(self, request: web.Request, call: Call) -> web.Response:
        rules = self.workspace.rules
        try:
            args = await read_args(request)
            call.args = {name: value for name, value in args.items() if name != "token"}
            self.workspace.tell("call", call)
            fault = await self.server.fault_before(rules, request)
            if fault is not None:
                return fault
            call.answer = {"ok": True} | self._act(call.method, args, request)
        except ApiError as error:
            call.answer = {"ok": False, "error": error.code} | error.fields
        except RateLimitedError as error:
            call.answer = {"ok": False, "error": "ratelimited"}
            headers = {"Retry-After": str(error.retry_after_s)}
            return web.json_response(call.answer, status=429, headers=headers)
        if call.method in rules.late:
            await self.server.until_set(rules.late[call.method])
        if rules.drops_answer(call.method):
            call.is_cut = True
            return cut_connection(request)
        await self.server.pause(rules.late_answers.get(call.method, 0.0))
        return web.json_response(
            call.answer, headers={"X-OAuth-Scopes": ",".join(self.workspace.scopes), "X-Slack-Req-Id": f"{call.at:.6f}"}
        )

    def _act(self, method: str, args: Args, request: web.Request) -> dict[str, Any]:
        errors = self.workspace.rules.errors.get(method)
        if errors:
            raise ApiError(errors.pop(0))
        self._check_token(method, args, request)
        if method in SIGNATURES:
            check_arguments(self.workspace, method, args)
        if method == "apps.connections.open":
            return {"url": self.open_socket()}
        if method not in METHODS:
            raise ApiError("unknown_method", req_method=method)
        return METHODS[method](self.workspace, args)

    def _check_token(self, method: str, args: Args, request: web.Request) -> None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip() or args.text("token")
        if not token:
            raise ApiError("not_authed")
        known = {one.token: one for one in self.workspace.installations}
        if token not in known and token != self.workspace.app_token:
            raise ApiError("invalid_auth")
        if (token == self.workspace.app_token) != (method == "apps.connections.open"):
            raise ApiError("not_allowed_token_type")
        args.caller = known.get(token, self.workspace.first)
