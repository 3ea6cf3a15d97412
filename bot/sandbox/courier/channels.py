"""Operations of the stand-in about channels, their messages, and files in three steps: reserve, upload, process.

The upload goes to an address outside the API, with fields that it was told, as uploads to stores of files do; how is
not documented, so a form whose last field is the file is chosen here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from aiohttp import web

from bot.sandbox.clock import clock
from bot.sandbox.courier.clock import moment_of
from bot.sandbox.courier.model import Attachment, Channel, ChannelMessage
from bot.sandbox.courier.organization import CARE_TEAM, Organization
from bot.sandbox.courier.session import error, refused
from bot.sandbox.courier.texts import Answer, Asked, missing

UPLOAD_PATH = "/uploads/"
UPLOAD_VALID = timedelta(minutes=15)

_COMPARATORS: Mapping[str, Callable[[datetime, datetime], bool]] = {
    ">=": lambda one, other: one >= other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    "<": lambda one, other: one < other,
}


class ChannelOperations:
    """Operations about the channels of an organization; `base` tells the address of the stand-in."""

    def __init__(self, organization: Organization, base: Callable[[], str]) -> None:
        self._of = organization
        self._base = base

    def list_channels(self, asked: Asked) -> Answer:
        """List the channels, those with the newest message first where that is asked for."""
        channels = list(self._of.channels)
        if asked.query.get("sort") == "-last-timestamp":
            channels.sort(key=lambda one: one.last_at, reverse=True)
        own = self._of.organization_id
        return [one.resource() for one in channels if asked.query.get("organization-id", own) == own]

    def get_channel(self, asked: Asked) -> Answer:
        """Return one channel."""
        found = self._of.channel_of(asked.own_id)
        return missing() if found is None else found.resource()

    def list_messages(self, asked: Asked) -> Answer:
        """List the messages of a channel, of a time where that is asked for."""
        channel = self._of.channel_of(asked.query["channel-id"])
        if channel is None:
            return missing()
        found = [one for one in channel.shown if all(_fits(one, condition) for condition in asked.compared)]
        return [one.resource() for one in (reversed(found) if self._of.rules.newest_first else found)]

    def post_message(self, asked: Asked) -> Answer:
        """Post a message as the user who is logged in, or keep it as a draft."""
        channel = self._of.channel_of(asked.wanted["channel-id"])
        if channel is None:
            return missing()
        if any(one.is_unsubscribed for one in channel.subscribers):
            return refused(400, error(400, "Unsubscribed", "The phone number is unsubscribed."))
        author, now = asked.wanted.get("individual-id", self._of.care_team_id), self._of.clock.now()
        is_draft = asked.wanted.get("draft", False)
        posted = ChannelMessage(channel.id, author, asked.wanted["message"], now, CARE_TEAM, is_draft)
        channel.messages.append(posted)
        self._of.tell("phone", posted)
        return posted.resource()

    def get_message(self, asked: Asked) -> Answer:
        """Return one message."""
        found = self._message(asked.own_id)
        return missing() if found is None else found[1].resource()

    def update_message(self, asked: Asked) -> Answer:
        """Change a message; one that stops being a draft is posted now."""
        found = self._message(asked.own_id)
        if found is None:
            return missing()
        channel, message = found
        if message.draft and asked.wanted.get("draft") is False:
            message.draft, message.posted_at = False, self._of.clock.now()
            channel.messages.remove(message)
            channel.messages.append(message)
        message.message = asked.wanted.get("message", message.message)
        message.removed = asked.wanted.get("removed", message.removed)
        self._of.tell("phone", message)
        return message.resource()

    def list_attachments(self, asked: Asked) -> Answer:
        """List the files of a message."""
        is_whole = asked.query.get("filter[include-pending]") == "true"
        of_message = [one for one in self._of.attachments if one.message_id == asked.query["message-id"]]
        return [one.resource() for one in of_message if one.is_processed or is_whole]

    def create_attachment(self, asked: Asked) -> Answer:
        """Reserve a file of a message, and tell where it is uploaded: a ticket, and no resource."""
        if self._message(asked.wanted["message-id"]) is None:
            return missing()
        name, kind = asked.wanted.get("filename", ""), asked.wanted.get("content-type", "")
        file = Attachment(asked.wanted["message-id"], name, kind, self._of.clock.now())
        self._of.attachments.append(file)
        return {
            "id": file.id,
            "expiration-time": int(clock.unix_time() + UPLOAD_VALID.total_seconds()),
            "upload-data": {"key": file.id, "Content-Type": kind},
            "upload-url": f"{self._base()}{UPLOAD_PATH}{file.id}",
        }

    def process_upload(self, asked: Asked) -> Answer:
        """Take a file that was uploaded."""
        file = next((one for one in self._of.attachments if one.id == asked.own_id), None)
        if file is None:
            return missing()
        if not file.data:
            return refused(400, error(400, "NotUploaded", "The file has not been uploaded."))
        found = self._message(file.message_id)
        if found is not None and file not in found[1].attachments:
            found[1].attachments.append(file)
        file.is_processed = True
        return file.resource()

    async def take_upload(self, request: web.Request) -> web.Response:
        """Answer POST /uploads/ID: the form of a file. A token of the API is not wanted here."""
        if "Authorization" in request.headers:
            return web.Response(status=400, text="no credentials of others here")
        form = await request.post()
        file = next((one for one in self._of.attachments if one.id == request.match_info["id"]), None)
        given = form.get("file")
        if file is None or form.get("key") != file.id or not isinstance(given, web.FileField):
            return web.Response(status=403, text="wrong form")
        file.data = given.file.read()
        return web.Response(status=204)

    def _message(self, own_id: str) -> tuple[Channel, ChannelMessage] | None:
        for channel in self._of.channels:
            for message in channel.messages:
                if message.id == own_id:
                    return channel, message
        return None


def _fits(message: ChannelMessage, condition: str) -> bool:
    sign = next(one for one in _COMPARATORS if condition.startswith(one))
    posted = message.posted_at.replace(microsecond=0)
    return _COMPARATORS[sign](posted, moment_of(condition.removeprefix(sign)))
