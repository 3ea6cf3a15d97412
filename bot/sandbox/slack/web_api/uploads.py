"""How the bot brings a file into the stand-in: an address, the bytes, the completion that shows it in a channel.

An upload is completed once; without a channel the file stays private to the bot. Error codes:
https://docs.slack.dev/reference/methods/files.completeUploadExternal
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.http import Server
from bot.sandbox.slack.args import ApiError, Args
from bot.sandbox.slack.state.model import Channel, Message
from bot.sandbox.slack.state.teams import Installation
from bot.sandbox.slack.state.workspace import Workspace
from bot.sandbox.slack.web_api.files import Exchange, HeldFile, file_shape, mimetype_of, new_file_id
from bot.sandbox.slack.web_api.places import root_of

MAX_ALT_TXT = 1000


@dataclass
class Upload:
    """Upload of the bot; data is None until the bytes have come."""

    file_id: str
    name: str
    length: int
    token: str
    alt_txt: str
    by: Installation
    title: str = ""
    data: bytes | None = None
    is_completed: bool = False


def get_upload_url(slack: Workspace, args: Args) -> dict[str, Any]:
    """files.getUploadURLExternal."""
    length = args.text("length")
    if length in {"", "0"}:
        raise ApiError("missing_argument")
    if not length.isdecimal():
        raise ApiError("invalid_arguments", response_metadata={"messages": ["[ERROR] length must be an integer"]})
    if len(args.text("alt_txt")) > MAX_ALT_TXT:
        raise ApiError("alt_txt_too_large")
    token = secrets.token_urlsafe(18)
    upload = Upload(new_file_id(), args.text("filename"), int(length), token, args.text("alt_txt"), args.caller)
    slack.uploads[upload.file_id] = upload
    return {"upload_url": f"{slack.files_url}/upload/v1/{token}", "file_id": upload.file_id}


def complete_upload(slack: Workspace, args: Args) -> dict[str, Any]:
    """files.completeUploadExternal: makes the files, and one message with all of them where a channel is named."""
    named = args.structure("files", "invalid_arguments")
    if not isinstance(named, list) or not named or not all(isinstance(one, dict) and one.get("id") for one in named):
        raise ApiError("invalid_arguments", response_metadata={"messages": ["[ERROR] files must be an array of ids"]})
    uploads = [_ready(slack, str(one["id"]), args) for one in named]
    channel = _channel(slack, args)
    thread_ts = root_of(slack, channel, args.text("thread_ts")) if channel else None
    for upload, one in zip(uploads, named, strict=True):
        upload.title, upload.is_completed = str(one.get("title") or upload.name), True
        _keep(slack, upload, is_public=channel is not None)
    if channel is not None:
        _share(slack, channel, uploads, text=args.text("initial_comment"), thread_ts=thread_ts)
    return {"files": [{"id": upload.file_id, "title": upload.title} for upload in uploads]}


def _ready(slack: Workspace, file_id: str, args: Args) -> Upload:
    upload: Upload | None = slack.uploads.get(file_id)
    if upload is None or upload.by is not args.caller or upload.data is None or upload.is_completed:
        raise ApiError("file_not_found")
    return upload


def _channel(slack: Workspace, args: Args) -> Channel | None:
    wanted = args.text("channel_id") or args.text("channels")
    if not wanted:
        return None
    channel = slack.channels.get(wanted)
    if channel is None or not slack.can_see(args.caller, channel):
        raise ApiError("invalid_channel")
    if channel.is_archived:
        raise ApiError("is_archived")
    if not slack.is_in(args.caller, channel):
        raise ApiError("not_in_channel")
    return channel


def _keep(slack: Workspace, upload: Upload, *, is_public: bool) -> None:
    data, kind = upload.data or b"", mimetype_of(upload.name)
    shape = file_shape(
        slack, upload.by.bot_user_id, file_id=upload.file_id, name=upload.name, mimetype=kind, size=len(data)
    )
    shape |= {"title": upload.title, "is_public": is_public} | ({"alt_txt": upload.alt_txt} if upload.alt_txt else {})
    slack.files[upload.file_id] = HeldFile(shape, data)


def _share(slack: Workspace, channel: Channel, uploads: list[Upload], *, text: str, thread_ts: str | None) -> None:
    files, by = [slack.files[upload.file_id].shape for upload in uploads], uploads[0].by
    message = Message(channel.id, slack.next_ts(), text, by.bot_user_id, by.bot_id, thread_ts, files=files)
    message.subtype, message.team_id = "file_share", by.team.id
    slack.emit(slack.add(message))


class UploadEndpoint:
    """Endpoint for the bytes of uploads."""

    def __init__(self, workspace: Workspace, server: Server) -> None:
        self.workspace = workspace
        self.server = server

    async def handle(self, request: web.Request) -> web.Response:
        """Take the bytes, raw or as the file of a multipart form; another length than announced is refused."""
        exchange, size = Exchange(self.workspace, self.server, "upload"), f"{request.content_length} bytes"
        return await exchange.run(request, self._take, lambda response: (size, response.text))

    async def _take(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        upload = next((one for one in self.workspace.uploads.values() if one.token == token), None)
        if upload is None or upload.is_completed:
            return web.Response(status=404, text="not found")
        data = await _bytes_of(request)
        if len(data) != upload.length:
            return web.Response(status=400, text=f"expected {upload.length} bytes, got {len(data)}")
        upload.data = data
        self.workspace.tell("upload", upload)
        return web.Response(text=f"OK - {len(data)}")


async def _bytes_of(request: web.Request) -> bytes:
    """Read the body whatever its size: the server's own limit is for calls."""
    if request.content_type != "multipart/form-data":
        return await request.content.read()
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.filename:
            return bytes(await part.read())
    return b""
