"""Files of a message in a channel, in three steps: reserve, upload, process.

The upload goes to an address that Carium names, with the fields it names and without our token. How it wants them is
not documented; a form whose last field is the file is what such stores of files take. A file may be sent again at will:
the message is a draft until all its files are there.
"""

from collections.abc import Mapping
from typing import Any

import aiohttp

from bot.domain.errors import CallFailed, Rejected, Retryable
from bot.domain.media import ENDINGS, Media
from bot.domain.url_safety import origin_of
from bot.providers.courier.calls.error_mapping import certain, failed_connection, unreadable_answer
from bot.providers.courier.calls.json_api import CourierCalls
from bot.providers.json_values import read_id, read_object, read_text

ATTACHMENT_TYPE = "messaging-attachments"
ATTACHMENTS_PATH = "/v1/messaging-attachments/"
UPLOAD_TIMEOUT_S = 60.0

_REFUSED = "The place where Carium keeps files did not take this one. Send the text without it, or try again later."
_BUSY = "The place where Carium keeps files does not answer."
_UNSAFE = "Carium named an address for the file that the bot must not use. Tell your admin."


class CourierAttachments:
    """Files of one line's messages. `api_url` is where the API is: an upload may be unencrypted only there."""

    def __init__(self, calls: CourierCalls, api_url: str) -> None:
        self._calls = calls
        self._api = origin_of(api_url)

    async def add(self, message_id: str, number: int, media: Media) -> None:
        """Add a file, the `number`th, to a message. Safe to repeat. Raises CallFailed."""
        name = f"file-{number}.{ENDINGS.get(media.type, 'bin')}"
        wanted = {"message-id": message_id, "filename": name, "content-type": media.type}
        ticket = await self._calls.reserve(ATTACHMENTS_PATH, ATTACHMENT_TYPE, wanted)
        own_id, url = read_id(ticket.get("id")), read_text(ticket.get("upload-url"))
        if not own_id or not url:
            raise certain(unreadable_answer())
        await self._upload(url, read_object(ticket.get("upload-data")), name, media)
        await self._calls.act(f"{ATTACHMENTS_PATH}{own_id}/process-upload/")

    async def _upload(self, url: str, fields: Mapping[str, Any], name: str, media: Media) -> None:
        origin = origin_of(url)
        if origin is None or (origin[0] != "https" and origin != self._api):
            raise Rejected("upload_address", _UNSAFE)
        form = aiohttp.FormData([(field, str(value)) for field, value in fields.items()])
        form.add_field("file", media.data, filename=name, content_type=media.type)
        failed: CallFailed
        try:
            async with (
                aiohttp.ClientSession(
                    cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=UPLOAD_TIMEOUT_S)
                ) as session,
                session.post(url, data=form, allow_redirects=False) as answer,
            ):
                if 200 <= answer.status < 300:
                    return
                is_later = answer.status >= 500 or answer.status in (408, 425, 429)
                code = f"upload_http_{answer.status}"
                failed = Retryable(code, _BUSY) if is_later else Rejected(code, _REFUSED, allows_manual_retry=True)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            failed = certain(failed_connection(error))
        raise failed
