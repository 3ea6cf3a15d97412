"""Files of the stand-in: made by people or uploaded by the bot, and served to requests with the bot's token.

Without the token the answer is a login page with status 200, as in Slack.
https://docs.slack.dev/reference/objects/file-object
"""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.sandbox.clock import clock
from bot.sandbox.http import Server, cut_connection
from bot.sandbox.slack.args import ApiError, Args
from bot.sandbox.slack.oauth.grants import Grants
from bot.sandbox.slack.state.teams import Installation
from bot.sandbox.slack.state.workspace import Workspace

LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to Sandbox</body></html>"
STUB = {"mode": "file_access", "file_access": "check_file_info"}
OTHER_HOST = "localhost"
"""Other name of this machine: a redirect to it goes to another host."""


@dataclass
class HeldFile:
    """File with its bytes; `shape` is Slack's file object."""

    shape: dict[str, Any]
    data: bytes


def file_shape(slack: Workspace, user: str, *, file_id: str, name: str, mimetype: str, size: int) -> dict[str, Any]:
    """Return a file object; its addresses lead to the stand-in itself."""
    place = f"{slack.files_url}/files-pri/{slack.team_id}-{file_id}"
    filetype = name.rpartition(".")[2].lower() if "." in name else "binary"
    made_at = int(clock.unix_time())
    return {
        "id": file_id,
        "created": made_at,
        "timestamp": made_at,
        "name": name,
        "title": name,
        "mimetype": mimetype,
        "filetype": filetype,
        "pretty_type": filetype.upper(),
        "user": user,
        "editable": False,
        "size": size,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": True,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{place}/{quote(name)}",
        "url_private_download": f"{place}/download/{quote(name)}",
        "permalink": f"https://{slack.domain}.slack.com/files/{user}/{file_id}/{name}",
        "has_rich_preview": False,
    }


def new_file_id() -> str:
    """Return a file id that was never used."""
    return "F" + secrets.token_hex(5).upper()


def mimetype_of(name: str) -> str:
    """Return the media type that a file's name tells."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def with_stubs(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event whose files are stubs, as for files that were first uploaded in a shared channel."""
    made = dict(event)
    for name in ("message", "previous_message"):
        if isinstance(made.get(name), dict):
            made[name] = with_stubs(made[name])
    if made.get("files"):
        made["files"] = [{"id": one["id"], **STUB} for one in made["files"]]
    return made


def is_visible(slack: Workspace, who: Installation, held: HeldFile) -> bool:
    """Whether an installation may read a file: it is of a team of its own, or stands in a channel it can see."""
    owner = slack.users.get(held.shape["user"])
    if owner is None or who.covers(owner.team_id):
        return True
    seen = (channel for channel in slack.channels.values() if slack.is_in(who, channel))
    return any(held.shape["id"] == one["id"] for channel in seen for post in channel.messages for one in post.files)


def delete_file(slack: Workspace, args: Args) -> dict[str, Any]:
    """files.delete: own files only; the messages that shared it lose it."""
    held = slack.files.get(args.text("file"))
    if held is None:
        raise ApiError("file_not_found")
    if held.shape["user"] != args.caller.bot_user_id:
        raise ApiError("cant_delete_file")
    del slack.files[args.text("file")]
    for channel in slack.channels.values():
        for message in channel.messages:
            message.files = [one for one in message.files if one["id"] != held.shape["id"]]
    return {}


def file_info(slack: Workspace, args: Args) -> dict[str, Any]:
    """files.info: the whole object, and in `shares` the messages that it stands in."""
    held = slack.files.get(args.text("file"))
    if held is None or not is_visible(slack, args.caller, held):
        raise ApiError("file_not_found")
    shares: dict[str, dict[str, Any]] = {"public": {}, "private": {}}
    for channel in slack.channels.values():
        for message in channel.messages:
            if not message.deleted and any(one["id"] == held.shape["id"] for one in message.files):
                share = {"ts": message.ts} | ({"thread_ts": message.thread_ts} if message.thread_ts else {})
                shares["private" if channel.is_private else "public"].setdefault(channel.id, []).append(share)
    places = {kind: found for kind, found in shares.items() if found}
    return {"file": held.shape | {"shares": places}, "comments": [], "response_metadata": {"next_cursor": ""}}


@dataclass
class Exchange:
    """Exchange of bytes: one request and its answer, with the present faults, recorded as a hop."""

    workspace: Workspace
    server: Server
    name: str

    async def run(
        self,
        request: web.Request,
        act: Callable[[web.Request], Awaitable[web.Response]],
        shown: Callable[[web.Response], tuple[object, object]],
    ) -> web.Response:
        """Act, unless a fault comes first; `shown` is what is recorded of the two bodies."""
        started_at = clock.unix_time()
        fault = await self.server.fault_before(self.workspace.rules, request)
        response = fault or await act(request)
        if fault is None and self.workspace.rules.drops_answer(self.name):
            response = cut_connection(request)
        status = 0 if response.status == 444 else response.status
        pair = shown(response)
        self.workspace.note_hop("bot→slack", self.name, started_at=started_at, status=status, pair=pair)
        return response


class FileEndpoint:
    """Endpoint for the bytes of files."""

    def __init__(self, workspace: Workspace, server: Server, grants: Grants) -> None:
        self.workspace = workspace
        self.server = server
        self.grants = grants

    async def handle(self, request: web.Request) -> web.Response:
        """Return the bytes to the bot, a login page to everybody else."""
        exchange = Exchange(self.workspace, self.server, "files-pri")
        return await exchange.run(request, self._answer, lambda response: ("", response.content_type))

    async def _answer(self, request: web.Request) -> web.Response:
        rules, place, tail = self.workspace.rules, request.match_info["place"], request.match_info["tail"]
        if rules.takes("file_redirects_to_other_host"):
            return web.Response(
                status=302, headers={"Location": f"http://{OTHER_HOST}:{self.server.port}/other-host/{quote(tail)}"}
            )
        if rules.takes("file_redirects"):
            return web.Response(status=302, headers={"Location": f"/files-pri-moved/{place}/{quote(tail)}"})
        held = self.workspace.files.get(place.partition("-")[2])
        caller = self._caller(request)
        is_hidden = held is not None and caller is not None and not is_visible(self.workspace, caller, held)
        if caller is None or is_hidden or rules.takes("file_logins"):
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        if held is None:
            return web.Response(status=404, text=LOGIN_PAGE, content_type="text/html")
        return web.Response(body=held.data, content_type=held.shape["mimetype"])

    async def handle_other_host(self, request: web.Request) -> web.Response:
        """Record a request that followed a redirect to another host, and its Authorization header."""
        self.workspace.other_host_requests.append(request.headers.get("Authorization"))
        return web.Response(text=LOGIN_PAGE, content_type="text/html")

    def _caller(self, request: web.Request) -> Installation | None:
        try:
            return self.grants.caller(request.headers.get("Authorization", "").removeprefix("Bearer "))
        except ApiError:
            return None
