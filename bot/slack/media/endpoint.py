"""Media endpoint, where a provider fetches an agent's picture: GET /media/TOKEN, signed and valid for an hour.

A picture was made to fit when its text was prepared. Another file is read from Slack whole, and its size and type are
checked, before a byte of it is sent: it is small enough to go along with a text. Every token that is not ours gets the
same 404, and so does one of a workspace that is not served any more. Only the holder of a valid token can see a 503,
which means that Slack has trouble.
"""

import asyncio
import re
from collections.abc import Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.bridge.attachments.fitted import TextedFile, texted_file
from bot.bridge.unit_of_work import UnitsOfWork
from bot.domain.errors import Rejected, Retryable
from bot.domain.media import ENDINGS, Media
from bot.domain.pictures import FITTABLE
from bot.domain.thread_events import SlackFile
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WorkspaceId
from bot.ports.media import PictureFitter
from bot.slack.api.downloads import Downloads
from bot.slack.media.signed_links import PATH, LinkSigner, LinkTarget

MAX_DOWNLOADS = 8
"""Limit of files read from Slack at the same time."""

MAX_WAITING_REQUESTS = 64
"""Limit of requests in the queue: a text has ten files at most, and nobody else has a link."""

RETRY_AFTER_S = 5


_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_log = structlog.get_logger(__name__)


class MediaEndpoint:
    """Media endpoint: GET and HEAD /media/TOKEN. `clock` is the bot's.

    `units_of` and `downloads_of` give those of a workspace; None where it is not served.
    """

    def __init__(
        self,
        signer: LinkSigner,
        fitter: PictureFitter,
        units_of: Callable[[WorkspaceId], UnitsOfWork | None],
        downloads_of: Callable[[WorkspaceId], Downloads | None],
        clock: Callable[[], Micros],
    ) -> None:
        self._signer, self._fitter = signer, fitter
        self._units_of = units_of
        self._downloads_of = downloads_of
        self._clock = clock
        self._room = asyncio.Semaphore(MAX_DOWNLOADS)
        self._waiting = 0

    def add_routes(self, app: web.Application, around: Callable[[Handler], Handler]) -> None:
        """Add the route, its handler wrapped for telemetry."""
        app.router.add_get(f"{PATH}{{token}}", around(self._handle), allow_head=True)

    async def _handle(self, request: web.Request) -> web.Response:
        target = self._signer.read(request.match_info["token"], self._clock())
        if target is None:
            return _not_here()
        if self._waiting >= MAX_WAITING_REQUESTS:
            return _not_now()
        self._waiting += 1
        try:
            async with self._room:
                return await self._answer(target)
        finally:
            self._waiting -= 1

    async def _answer(self, target: LinkTarget) -> web.Response:
        units, downloads = self._units_of(target.workspace), self._downloads_of(target.workspace)
        if units is None or downloads is None:
            return _not_here()
        texted = await units.run(texted_file, target.key, target.number)
        if texted is None:
            return _not_here()
        try:
            media = texted.picture or await self._made(texted, downloads)
        except Rejected as refused:
            _log.warning("media.refused", id=target.key, code=refused.code)
            return _not_here()
        except Retryable as later:
            _log.warning("media.not_now", id=target.key, code=later.code)
            return _not_now()
        return _given(texted.file, media)

    async def _made(self, texted: TextedFile, downloads: Downloads) -> Media:
        """Read a file from Slack; a picture is made to fit."""
        media = await downloads.download(texted.file)
        return await self._fitter.fit(media, texted.limit) if media.type in FITTABLE else media


def _given(file: SlackFile, media: Media) -> web.Response:
    headers = {
        "Content-Type": media.type,
        "Content-Disposition": f'inline; filename="{plain_name(file, media.type)}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600",
    }
    return web.Response(body=media.data, headers=headers)


def plain_name(file: SlackFile, kind: str) -> str:
    """Write a file's name for a header: plain letters, and the ending of its type."""
    stem = _UNSAFE.sub("-", file.name.rpartition(".")[0] or file.name).strip("-.")[:60]
    return f"{stem or 'file'}.{ENDINGS[kind]}"


def _not_here() -> web.Response:
    return web.Response(status=404, text="There is no such file, or this link has expired.")


def _not_now() -> web.Response:
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return web.Response(status=503, text="Slack does not give the file just now.", headers=headers)
