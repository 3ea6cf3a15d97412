"""Upload of a picture or file into a thread, in three steps: get an address, post the bytes there, complete.

Only the last step makes anything visible; what fails before it certainly did not happen. The file's name carries part
of our key, by which the reconciler finds an upload whose answer was lost. Source:
https://docs.slack.dev/messaging/working-with-files#upload
"""

import contextlib
from collections.abc import Iterator, Mapping
from os import SEEK_END
from typing import Any, BinaryIO

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import CallFailed, OutcomeUnknown, Rejected, Retryable
from bot.domain.ids import PostKey, ThreadRef
from bot.domain.media import ENDINGS, Media, is_picture
from bot.slack.api.calls import Method, call, errors_mapped
from bot.slack.json_fields import dicts_of, str_of

BYTES_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=5)
"""Timeout of the bytes: ten million may take a while."""

KEY_LENGTH = 8
"""Length of the key's part in a file's name: enough to tell the uploads of one thread apart."""

FILE_REFUSED = frozenset(
    {
        "access_denied",
        "alt_txt_too_large",
        "blocked_file_type",
        "ekm_access_denied",
        "file_not_found",
        "file_type_not_allowed",
        "file_update_failed",
        "file_upload_size_restricted",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "invalid_arguments",
        "malware_detected",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "posting_to_channel_denied",
        "posting_to_general_channel_denied",
        "restricted_action",
        "slack_connect_blocked_file_type",
        "slack_connect_file_upload_sharing_blocked",
        "storage_limit_reached",
        "team_access_not_granted",
        "unknown_method",
    }
)
"""Slack's codes for "not this file, or none at all": texts continue, and a notice says so."""

FACE_REFUSED = frozenset({"invalid_arguments", "missing_scope"})
"""Slack's codes that may refuse a name or an icon; the file is then uploaded without."""

_KINDS = {"image": "picture", "video": "video", "audio": "audio"}


class Uploads:
    """Upload in three steps, through the session of a web client."""

    def __init__(self, web: AsyncWebClient) -> None:
        self._web = web

    async def upload(self, place: ThreadRef, media: Media, key: PostKey, looks: Mapping[str, str]) -> None:
        """Upload a picture or file, with a name and icon or none; see bot.ports.workspace.Workspace.upload."""
        name, title = file_name(media, key), f"{kind_of(media).capitalize()} from the contact"
        arguments: dict[str, Any] = {"filename": name, "length": len(media.data)}
        if is_picture(media.type):
            arguments["alt_txt"] = title
        with _nothing_visible():
            made = await _call_upload(self._web.files_getUploadURLExternal, **arguments)
        await self._bring(str_of(made.get("upload_url")), media.data)
        named = [{"id": str_of(made.get("file_id")), "title": title}]
        try:
            await self._complete(place, named, looks)
        except Rejected as error:
            if not looks or error.code not in FACE_REFUSED:
                raise
            await self._complete(place, named, {})

    async def upload_table(self, place: ThreadRef, file: BinaryIO, name: str, key: PostKey) -> None:
        """Upload a CSV file from the disk; see bot.ports.workspace.Workspace.upload_table."""
        size = file.seek(0, SEEK_END)
        file.seek(0)
        stem, _, ending = name.rpartition(".")
        with _nothing_visible():
            made = await _call_upload(
                self._web.files_getUploadURLExternal, filename=f"{stem}-{key[:KEY_LENGTH]}.{ending}", length=size
            )
        await self._bring(str_of(made.get("upload_url")), file)
        await self._complete(place, [{"id": str_of(made.get("file_id")), "title": name}], {})

    async def _complete(self, place: ThreadRef, named: list[dict[str, str]], looks: Mapping[str, str]) -> None:
        await _call_upload(
            self._web.files_completeUploadExternal,
            files=named,
            channel_id=place.channel,
            thread_ts=place.thread_ts,
            **looks,
        )

    async def _bring(self, url: str, data: bytes | BinaryIO) -> None:
        session = self._web.session
        if session is None or not url:
            raise Retryable("no_upload_url", "Slack named no place for a picture.")
        head = {"Content-Type": "application/octet-stream"}
        with _nothing_visible(), errors_mapped():
            async with session.post(
                url, data=data, headers=head, timeout=BYTES_TIMEOUT, allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    raise Retryable(f"http_{answer.status}", "Slack did not take a picture.")


def kind_of(media: Media) -> str:
    """Name the kind of a file in one word."""
    if media.type == "text/vcard":
        return "card"
    return _KINDS.get(media.type.partition("/")[0], "file")


def file_name(media: Media, key: PostKey) -> str:
    """Name the file of an upload."""
    return f"{kind_of(media)}-{key[:KEY_LENGTH]}.{ENDINGS[media.type]}"


def has_upload(message: Mapping[str, Any], key: PostKey) -> bool:
    """Tell whether a message has the upload of this key."""
    mark = f"-{key[:KEY_LENGTH]}."
    return any(mark in str_of(file.get("name")) for file in dicts_of(message.get("files")))


async def _call_upload(method: Method, **arguments: Any) -> dict[str, Any]:
    """Make one call. Raises CallFailed; its words say so if Slack refuses such a file."""
    try:
        return await call(method, **arguments)
    except CallFailed as error:
        if error.code not in FILE_REFUSED:
            raise
        raise Rejected(error.code, "Slack does not take this file.") from error


@contextlib.contextmanager
def _nothing_visible() -> Iterator[None]:
    """Map a lost answer before the last step to Retryable: nothing is visible yet, so it certainly did not happen."""
    try:
        yield
    except OutcomeUnknown as error:
        raise Retryable(error.code, error.user_message) from error
