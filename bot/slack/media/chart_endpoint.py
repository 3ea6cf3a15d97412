"""Chart endpoint, where Slack fetches the charts of App Home: GET /chart/TOKEN, signed and good for a day.

What a chart shows stands in its token, so nothing is looked up. Every token that is not ours gets the same 404.
"""

import asyncio
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.domain.timestamps import Micros
from bot.slack.media.chart_image import draw
from bot.slack.media.chart_links import LINK_VALID_S, PATH, ChartSigner

AT_ONCE = 2
"""Charts that are drawn at the same time."""

_KEPT = {"Cache-Control": f"private, max-age={LINK_VALID_S}", "X-Content-Type-Options": "nosniff"}


class ChartEndpoint:
    """Chart endpoint: GET and HEAD /chart/TOKEN. `clock` is the bot's."""

    def __init__(self, signer: ChartSigner, clock: Callable[[], Micros]) -> None:
        self._signer, self._clock = signer, clock
        self._room = asyncio.Semaphore(AT_ONCE)

    def add_routes(self, app: web.Application, around: Callable[[Handler], Handler]) -> None:
        """Add the route, its handler wrapped for telemetry."""
        app.router.add_get(f"{PATH}{{token}}", around(self._handle), allow_head=True)

    async def _handle(self, request: web.Request) -> web.Response:
        chart = self._signer.read(request.match_info["token"], self._clock())
        if chart is None:
            return web.Response(status=404, text="not here")
        async with self._room:
            drawn = await asyncio.to_thread(draw, chart)
        return web.Response(body=drawn, content_type="image/png", headers=_KEPT)
