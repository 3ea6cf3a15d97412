"""File check of a reply, before anything is sent: which files go along, which by a link, and why the others may not.

Pictures are made to fit, the smallest first, so that the others share what it leaves of the bytes of a text; they never
go by a link, as they are: they may say where they were taken. Refuses a reply as a whole: its words are not sent
without its files. Completes what Slack leaves out of an event, as
for files of shared channels: https://docs.slack.dev/reference/objects/file-object
"""

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import CallFailed, Rejected, Retryable
from bot.domain.media import Media, normalize_type
from bot.domain.pictures import FITTABLE, MOST_READ_BYTES, CheckedFiles, PictureLimit, may_be_fitted, share
from bot.domain.provider_profile import FileLimits
from bot.domain.shared_files import MOST_BYTES
from bot.domain.text import clean, ellipsized
from bot.domain.thread_events import SlackFile
from bot.ports.media import PictureFitter
from bot.ports.messaging import T
from bot.slack.api.calls import call
from bot.slack.api.downloads import Downloads
from bot.slack.events.slack_files import file_of
from bot.slack.json_fields import dict_of, str_of

SEVERAL = "Send them in several messages."

_GONE = frozenset({"file_not_found", "file_deleted", "file_not_visible"})
_NO_LEAVE = frozenset({"missing_scope", "not_allowed_token_type", "access_denied", "no_permission"})
_FILES = frozenset({"hosted", "snippet", "file_access", ""})
"""Modes of objects that have a file, or will; canvases and posts have none."""

_CARDS = frozenset({"text/plain", "text/vcard", "application/octet-stream", ""})

_WORDS = {
    "type": "{name} cannot be texted. Only {kinds} can. Write it again without that file.",
    "not_as_said": "{name} is not what Slack says it is. Save it anew, and send it again.",
    "too_long_for_link": "{name} is larger than 100 MB, the most that can be sent as a link. Send a smaller one.",
    "too_long": "{name} is larger than 32 MB, the most that a picture may have. Send a smaller one.",
    "broken": "{name} is damaged or not complete. Save it anew as JPEG or PNG, and send it again.",
    "unreadable": "{name} could not be opened. Save it anew as JPEG or PNG, and send it again.",
    "too_many_points": "{name} has too many points for a phone: more than 50 million. Send a smaller one.",
    "animation": (
        "{name} is an animation that is too large, or of a kind that cannot be texted here. "
        "Send a still picture instead."
    ),
    "too_large": "{name} could not be made small enough. Send it alone, or a smaller one.",
    "external": "{name} is kept outside Slack. Send its link as words instead.",
    "gone": "{name} is not in Slack any more.",
    "login": (
        "Slack does not let the bot read {name}. An admin has to give the app the permission files:read "
        "(the manifest has it) and reinstall it."
    ),
    "elsewhere": "{name} is kept where the bot cannot fetch it. Upload it to Slack, and send it again.",
}


class Files:
    """File check through Slack's Web API."""

    def __init__(self, web: AsyncWebClient, fitter: PictureFitter) -> None:
        self._web, self._fitter = web, fitter
        self._downloads = Downloads(web)

    async def checked(self, files: Sequence[SlackFile], limits: FileLimits, *, may_link: bool) -> CheckedFiles:
        """Complete the files of a reply, and make its pictures fit. Raises Rejected, or CallFailed."""
        if len(files) > limits.count:
            words = f"these are {len(files)} files, and {limits.count} can go along at most. {SEVERAL}"
            raise Rejected("too_many", words)
        whole = [_classed(await self._completed(file, limits), limits, may_link=may_link) for file in files]
        along = [file for file in whole if not file.by_link]
        others = [file for file in along if file.type not in FITTABLE]
        left = limits.total_bytes - sum(file.size for file in others)
        if left < 0 or (left == 0 and len(others) < len(along)):
            raise Rejected("too_large", _too_large(along, limits))
        for file in whole:
            if file.by_link:
                await self._of_slack(self._downloads.check_there(file), file, limits)
        for file in others:
            await self._of_slack(self._downloads.check(file), file, limits)
        return CheckedFiles(tuple(whole), await self._fitted(whole, left, limits))

    async def _fitted(self, files: Sequence[SlackFile], left: int, limits: FileLimits) -> dict[int, Media]:
        """Make the pictures fit into what is left, one after the other: they are large before."""
        pictures = [(number, file) for number, file in enumerate(files, start=1) if file.type in FITTABLE]
        for _, file in pictures:
            if file.size > MOST_READ_BYTES:
                raise _refused("too_long", file, limits)
        fitted: dict[int, Media] = {}
        for number, file in sorted(pictures, key=lambda picture: picture[1].size):
            media = await self._of_slack(self._downloads.download(file), file, limits)
            limit = share(PictureLimit(limits.types, limits.picture_bytes or left), left, len(pictures) - len(fitted))
            try:
                fitted[number] = await self._fitter.fit(media, limit)
            except Rejected as refused:
                raise _refused(refused.code, file, limits) from refused
            left -= len(fitted[number].data)
        return fitted

    async def _of_slack(self, read: Awaitable[T], file: SlackFile, limits: FileLimits) -> T:
        """Read a file, or the beginning of it; where it is not what Slack says, it is refused by name."""
        try:
            return await read
        except Rejected as refused:
            code = "not_as_said" if refused.code in ("type", "size") else refused.code
            raise _refused(code, file, limits) from refused

    async def fetch(self, file_id: str, into: BinaryIO, most: int) -> SlackFile:
        """Write at most so many bytes of a file to the disk. Raises Rejected, or CallFailed."""
        asked = SlackFile(file_id, "", "", 0, "")
        file = file_of(dict_of((await self._info(asked, None)).get("file")))
        if file is None or not file.url:
            raise _refused("gone", asked, None)
        try:
            await self._downloads.fetch(file.url, into, most)
        except Rejected as refused:
            raise _refused(refused.code, file, None) from refused
        return file

    async def _completed(self, file: SlackFile, limits: FileLimits) -> SlackFile:
        if file.url and file.type and file.size:
            return file
        shape = dict_of((await self._info(file, limits)).get("file"))
        if shape.get("is_external") or shape.get("mode") == "external":
            raise _refused("external", file, limits)
        if shape.get("mode") in ("tombstone", "hidden_by_limit"):
            raise _refused("gone", file, limits)
        if str_of(shape.get("mode")) not in _FILES or shape.get("size") == 0:
            raise _refused("type", replace(file, name=file.name or str_of(shape.get("title"))), limits)
        found = file_of(shape)
        if found is None or not (found.url and found.type and found.size):
            raise Retryable("file_not_ready", "Slack has not looked at the file yet.")
        return found

    async def _info(self, file: SlackFile, limits: FileLimits | None) -> dict[str, Any]:
        try:
            return await call(self._web.files_info, file=file.id)
        except CallFailed as error:
            if error.code not in _GONE | _NO_LEAVE:
                raise
            raise _refused("gone" if error.code in _GONE else "login", file, limits) from error


def goes_along(file: SlackFile, limits: FileLimits) -> bool:
    """Tell whether a file goes along with a text, rather than by a link; one without a type may."""
    kind = _type_sent(file)
    return not file.type or (_may_go(kind, limits) and (kind in FITTABLE or file.size <= limits.total_bytes))


def _classed(file: SlackFile, limits: FileLimits, *, may_link: bool) -> SlackFile:
    """Tell how a file goes. Raises Rejected for one that may not."""
    kind = _type_sent(file)
    if goes_along(file, limits):
        return replace(file, type=kind, by_link=False)
    if not _may_go(kind, limits) and (not may_link or kind in FITTABLE):
        raise _refused("type", file, limits)
    if not may_link:
        raise Rejected("too_large", _too_large([file], limits))
    if file.size > MOST_BYTES:
        raise _refused("too_long_for_link", file, limits)
    return replace(file, type=kind, by_link=True)


def _may_go(kind: str, limits: FileLimits) -> bool:
    return kind in limits.types or may_be_fitted(kind, limits.types)


def _type_sent(file: SlackFile) -> str:
    """Determine the type that a file is sent as; some systems call a contact card plain text."""
    kind = normalize_type(file.type)
    return "text/vcard" if file.name.lower().endswith(".vcf") and kind in _CARDS else kind


def _refused(code: str, file: SlackFile, limits: FileLimits | None) -> Rejected:
    return Rejected(
        code, _WORDS.get(code, _WORDS["gone"]).format(name=_name(file), kinds=limits.kinds if limits else "")
    )


def _name(file: SlackFile) -> str:
    name = clean(file.name).replace("\n", " ").strip()
    return f'"{ellipsized(name, 80)}"' if name else "the file"


def _too_large(files: Sequence[SlackFile], limits: FileLimits) -> str:
    most = f"{limits.total_bytes // 1_000_000} MB, the most that can go along with a text."
    if len(files) == 1:
        return f"{_name(files[0])} is larger than {most} Send a smaller one."
    return f"together the files are larger than {most} {SEVERAL}"
