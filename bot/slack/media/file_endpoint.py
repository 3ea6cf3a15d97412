"""File endpoint, where people open the files that were texted to them: GET /file/TOKEN, and /file/TOKEN/download.

The page shows name and size, and reads nothing of the file: programs that look at links to draw a preview get no more,
and nothing is counted. A download is read from Slack as it goes, so that no copy is kept here and no crash leaves one.
It is given as bytes to be stored, never as a page that a browser shows. What was ended, has expired or is gone gets the
same answer, 410; a token that is not ours gets 404, and Slack and the database are not asked about it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.bridge.attachments.shared import shared_file
from bot.bridge.unit_of_work import UnitsOfWork
from bot.domain.errors import Rejected, Retryable, StoreUnavailable
from bot.domain.shared_files import SharedFile
from bot.domain.workspaces import WorkspaceId
from bot.slack.api.downloads import Downloads
from bot.slack.media import file_page
from bot.slack.media.file_links import PATH, FileSigner
from bot.slack.media.signed_links import LinkTarget

MAX_DOWNLOADS = 16
"""Limit of files that are read from Slack for people at the same time."""

MAX_OF_ONE = 3
"""Limit for one link: nobody who has one keeps others from theirs."""

STALL_S = 30.0
"""Time within which whoever downloads has to take the next part."""

LONGEST_S = 20 * 60.0
"""Time within which a download has to end: twenty minutes are enough for 100 MB at 700 kbit/s."""

RETRY_AFTER_S = 60

_log = structlog.get_logger(__name__)


class FileEndpoint:
    """File endpoint: GET and HEAD of both routes.

    `units_of` and `downloads_of` give those of a workspace; None where it is not served.
    """

    def __init__(
        self,
        signer: FileSigner,
        units_of: Callable[[WorkspaceId], UnitsOfWork | None],
        downloads_of: Callable[[WorkspaceId], Downloads | None],
    ) -> None:
        self._signer = signer
        self._units_of = units_of
        self._downloads_of = downloads_of
        self._running: Counter[LinkTarget] = Counter()

    def add_routes(self, app: web.Application, around: Callable[[Handler], Handler]) -> None:
        """Add the routes, their handlers wrapped for telemetry."""
        app.router.add_get(f"{PATH}{{token}}", around(self._show), allow_head=True)
        app.router.add_get(f"{PATH}{{token}}/download", around(self._download), allow_head=True)

    async def _show(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        found = await self._find(token)
        if isinstance(found, web.Response):
            return found
        return _page(200, file_page.file_page(found.shared, f"{token}/download"))

    async def _download(self, request: web.Request) -> web.StreamResponse:
        found = await self._find(request.match_info["token"])
        if isinstance(found, web.Response):
            return found
        if request.method == "HEAD":
            return _begun(found.shared)
        if self._running[found.target] >= MAX_OF_ONE or self._running.total() >= MAX_DOWNLOADS:
            return _later()
        self._running[found.target] += 1
        try:
            return await _streamed(request, found)
        finally:
            self._running[found.target] -= 1
            self._running += Counter()  # those that are done take no room

    async def _find(self, token: str) -> "_Found | web.Response":
        """Find what a token leads to; the answer that says so where that is nothing."""
        target = self._signer.read(token)
        if target is None:
            return _page(404, file_page.unknown_page())
        units, downloads = self._units_of(target.workspace), self._downloads_of(target.workspace)
        if units is None or downloads is None:
            return _gone()
        try:
            shared = await units.run(shared_file, target.key, target.number)
        except StoreUnavailable:
            return _later()
        return _gone() if shared is None else _Found(target, shared, downloads)


@dataclass(frozen=True)
class _Found:
    """What a token leads to, and what it is read by."""

    target: LinkTarget
    shared: SharedFile
    downloads: Downloads


async def _streamed(request: web.Request, found: _Found) -> web.StreamResponse:
    """Give a file as Slack gives it; the connection is cut where it cannot be given to its end."""
    response, size = _begun(found.shared), found.shared.file.size

    async def give(parts: AsyncIterator[bytes]) -> None:
        left = size
        async for part in parts:
            left -= len(part)
            if left < 0:
                raise Rejected("size", "The file is longer than Slack says.")
            async with asyncio.timeout(STALL_S):
                if not response.prepared:
                    await response.prepare(request)
                await response.write(part)
        if left:
            raise Retryable("cut", "Slack did not give the file to its end.")

    try:
        async with asyncio.timeout(LONGEST_S):
            await found.downloads.stream(found.shared.file, give)
    except (Rejected, Retryable, TimeoutError) as error:
        code = "too_slow" if isinstance(error, TimeoutError) else error.code
        _log.info("file.not_given", id=found.target.key, code=code, was_begun=response.prepared)
        if not response.prepared:
            return _gone() if isinstance(error, Rejected) else _later()
        if request.transport is not None:
            request.transport.abort()
    return response


def _begun(shared: SharedFile) -> web.StreamResponse:
    """Make the answer that holds a file, for a browser to store and nothing else."""
    headers = {
        **file_page.SAFE,
        "Content-Type": "application/octet-stream",
        "Content-Disposition": file_page.disposition(shared),
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    response = web.StreamResponse(headers=headers)
    response.content_length = shared.file.size
    return response


def _page(status: int, html: str, **headers: str) -> web.Response:
    return web.Response(status=status, text=html, content_type="text/html", headers={**file_page.HEADERS, **headers})


def _gone() -> web.Response:
    return _page(410, file_page.gone_page())


def _later() -> web.Response:
    return _page(503, file_page.later_page(), **{"Retry-After": str(RETRY_AFTER_S)})
