"""Files of the demo: a viewer's uploads into Slack, and what Volt and Glific fetched for a phone.

An upload is the file's bytes alone, its name in the query. Larger than MAX_UPLOAD_BYTES is refused with 413.
"""

from __future__ import annotations

import mimetypes

from aiohttp import web

from bot.sandbox.demo.phones import Phones
from bot.sandbox.demo.pictures import MAX_UPLOAD_BYTES, READY, bytes_of, give_ready, given
from bot.sandbox.demo.routes import refuse
from bot.sandbox.slack.stand_in import SlackStandIn
from bot.sandbox.volt.model import FetchedMedia

MAX_NAME_CHARS = 120


class Files:
    """Endpoints for the bytes of files."""

    def __init__(self, slack: SlackStandIn, phones: Phones) -> None:
        self.slack = slack
        self.phones = phones
        phones.volt.server.routes.append(web.get("/ready/{name}", give_ready))

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes at the page's address."""
        return [
            web.post("/slack/file", self.take),
            web.get("/file/{id}", self.give),
            web.get(r"/fetched/{id}/{number:\d{1,2}}", self.give_fetched),
            web.get("/ready/{name}", give_ready),
        ]

    async def take(self, request: web.Request) -> web.Response:
        """POST /slack/file?user=…&name=…, the bytes as the body; with ready=NAME instead, one of the ready pictures."""
        user, name = request.query.get("user", ""), request.query.get("name", "")
        ready = request.query.get("ready")
        if user not in self.slack.users or self.slack.users[user].is_bot:
            return refuse(400, "there is no such user")
        if ready is not None and ready not in READY:
            return refuse(400, "there is no such picture")
        if ready is None and not 0 < len(name) <= MAX_NAME_CHARS:
            return refuse(400, f"name has to have 1 to {MAX_NAME_CHARS} characters")
        data = bytes_of(ready) if ready else await _read(request)
        if not 0 < len(data) <= MAX_UPLOAD_BYTES:
            return refuse(413 if data else 400, f"a file has to have 1 to {MAX_UPLOAD_BYTES:,} bytes")
        name = ready or name
        kind = READY[ready].mimetype if ready else mimetypes.guess_type(name)[0] or "application/octet-stream"
        shape = self.slack.add_file(user, name, kind, data)
        return web.json_response({"ok": True, "id": shape["id"], "name": name, "kind": kind})

    async def give(self, request: web.Request) -> web.Response:
        """GET /file/ID: a file of Slack's."""
        held = self.slack.files.get(request.match_info["id"])
        return given(held.data, str(held.shape["mimetype"])) if held else refuse(404, "there is no such file")

    async def give_fetched(self, request: web.Request) -> web.Response:
        """GET /fetched/ID/N: what a line fetched from the bot for a text, which is what the phone shows."""
        wanted, number = request.match_info["id"], int(request.match_info["number"])
        fetched = self._fetched(wanted)[number : number + 1]
        if not fetched or fetched[0].status != 200:
            return refuse(404, "there is no such picture")
        return given(fetched[0].data, fetched[0].content_type)

    def _fetched(self, wanted: str) -> list[FetchedMedia]:
        for one in self.phones.whatsapp.outbound():
            if f"w{one.id}" == wanted:
                return [one.fetched] if one.fetched else []
        return next((list(one.fetched) for one in self.phones.volt.messages if one.id == wanted), [])


async def _read(request: web.Request) -> bytes:
    """Read the body, up to the limit and one byte more."""
    data = bytearray()
    async for piece in request.content.iter_chunked(2**16):
        data += piece
        if len(data) > MAX_UPLOAD_BYTES:
            break
    return bytes(data)
