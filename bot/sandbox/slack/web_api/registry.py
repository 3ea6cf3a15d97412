"""Registry of the Web API methods: permissions, the records of calls, and faults.

https://docs.slack.dev/apis/web-api
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from aiohttp import web

from bot.sandbox.clock import clock
from bot.sandbox.http import Server, cut_connection
from bot.sandbox.slack.args import ApiError, Args, RateLimitedError, read_args
from bot.sandbox.slack.oauth import methods as oauth
from bot.sandbox.slack.oauth.grants import Grants
from bot.sandbox.slack.state.model import Call
from bot.sandbox.slack.state.teams import Installation
from bot.sandbox.slack.state.workspace import Workspace
from bot.sandbox.slack.ui import views as slack_views
from bot.sandbox.slack.web_api import channels, chat, files, functions, people, reads, uploads
from bot.sandbox.slack.web_api.documented import SIGNATURES, check_arguments
from bot.sandbox.slack.web_api.permissions import check_scopes

WITHOUT_TOKEN = frozenset({"oauth.v2.access"})

METHODS: dict[str, Callable[[Workspace, Args], dict[str, Any]]] = {
    "auth.test": reads.auth_test,
    "bots.info": reads.bot_info,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.get_permalink,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "conversations.archive": channels.archive_channel,
    "conversations.create": channels.create_channel,
    "conversations.history": reads.history,
    "conversations.info": reads.channel_info,
    "conversations.invite": channels.invite_people,
    "conversations.join": reads.join_channel,
    "conversations.list": reads.list_channels,
    "conversations.members": people.list_members,
    "conversations.open": people.open_conversation,
    "conversations.rename": channels.rename_channel,
    "conversations.replies": reads.replies,
    "conversations.setTopic": channels.set_topic,
    "conversations.unarchive": channels.unarchive_channel,
    "files.completeUploadExternal": uploads.complete_upload,
    "files.getUploadURLExternal": uploads.get_upload_url,
    "files.delete": files.delete_file,
    "files.info": files.file_info,
    "functions.completeError": functions.complete_error,
    "functions.completeSuccess": functions.complete_success,
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


class Endings(NamedTuple):
    """What the registry hands on: the address for apps.connections.open, and the events of an ended installation."""

    open_socket: Callable[[], str]
    tell_end: Callable[[Installation], None]


class WebApi:
    """Web API; `endings` are what calls do that reach beyond the workspace's state."""

    def __init__(self, workspace: Workspace, server: Server, grants: Grants, endings: Endings) -> None:
        self.workspace = workspace
        self.server = server
        self.grants = grants
        self.endings = endings

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one call, and record both."""
        started_at = clock.unix_time()
        call = Call(request.match_info["method"], {}, started_at)
        self.workspace.calls.append(call)
        response = await self._respond(request, call)
        call.status = 0 if response.status == 444 else response.status
        pair = (call.args, call.answer or response.text)
        self.workspace.note_hop("bot→slack", call.method, started_at=started_at, status=call.status, pair=pair)
        return response

    async def _respond(self, request: web.Request, call: Call) -> web.Response:
        rules, scopes = self.workspace.rules, self.workspace.scopes
        try:
            args = await read_args(request)
            call.args = {name: value for name, value in args.items() if name != "token"}
            self.workspace.tell("call", call)
            fault = await self.server.fault_before(rules, request)
            if fault is not None:
                return fault
            scopes = self._check_token(call.method, args, request)
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
            call.answer, headers={"X-OAuth-Scopes": ",".join(scopes), "X-Slack-Req-Id": f"{call.at:.6f}"}
        )

    def _act(self, method: str, args: Args, request: web.Request) -> dict[str, Any]:
        if method in SIGNATURES:
            check_arguments(self.workspace, method, args)
        if method == "apps.connections.open":
            return {"url": self.endings.open_socket()}
        if method == "oauth.v2.access":
            return oauth.access(self.grants, args, request)
        if method in ("auth.revoke", "apps.uninstall"):
            return self._end(method, args, request)
        if method not in METHODS:
            raise ApiError("unknown_method", req_method=method)
        return METHODS[method](self.workspace, args)

    def _end(self, method: str, args: Args, request: web.Request) -> dict[str, Any]:
        """auth.revoke and apps.uninstall: the answer first, the events of what ended after it."""
        if method == "apps.uninstall":
            oauth.check_client(self.grants, args, request)
            self.grants.end(args.caller)
            self.endings.tell_end(args.caller)
            return {}
        ended = oauth.revoke(self.grants, args, token_of(args, request))
        if ended is not None:
            self.endings.tell_end(ended)
        return {"revoked": not args.flag("test")}

    def _check_token(self, method: str, args: Args, request: web.Request) -> list[str]:
        """Find out who calls and whether they may; return their scopes. A fault that was ordered comes first."""
        errors = self.workspace.rules.errors.get(method)
        if errors:
            raise ApiError(errors.pop(0))
        token = token_of(args, request)
        if method in WITHOUT_TOKEN:
            return []
        if not token:
            raise ApiError("not_authed")
        is_app_token = token == self.workspace.app_token
        if not is_app_token:
            args.caller = self._of_execution(token) or self.grants.caller(token)
        if is_app_token != (method == "apps.connections.open"):
            raise ApiError("not_allowed_token_type")
        if is_app_token:
            return []
        check_scopes(method, args.caller)
        return args.caller.scopes

    def _of_execution(self, token: str) -> Installation | None:
        """Return the installation of a token that came with the event of a step; it ends with the step."""
        found = next((one for one in self.workspace.executions.values() if one.token == token), None)
        if found is not None and not found.is_running:
            raise ApiError("token_revoked")
        return found.installation if found is not None else None


def token_of(args: Args, request: web.Request) -> str:
    """Return the token of a call: of its header, or else of its arguments."""
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip() or args.text("token")
