"""Glific client: sends texts, pictures and templates from one WhatsApp number.

One text, one createAndSendMessage, no repeats: it has no idempotency key and nothing of ours comes back. Where Glific
answers in words, which may be a refusal or a fault after the deed, the contact's fields and the record decide whether
it is certain.
What may be repeated at will is in account.py and directory.py, the connection in graphql.py, the stream in ../stream.
Source: https://glific.github.io/slate and https://github.com/glific/glific
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.approved_templates import FilledTemplate
from bot.domain.errors import CallFailed, OutcomeUnknown, Rejected
from bot.domain.phone import E164
from bot.domain.provider_messages import Accepted, OutgoingText
from bot.providers.glific.calls.directory import GlificDirectory
from bot.providers.glific.calls.error_mapping import NOT_FOUND, SAID_NO, before_sending, unreadable_answer
from bot.providers.glific.calls.graphql import GlificGraphql
from bot.providers.glific.calls.outgoing_media import OutgoingMedia
from bot.providers.glific.wire.messages import STATUSES
from bot.providers.glific.wire.templates import template_input
from bot.providers.glific.wire.text_variables import break_variables, mend_variables
from bot.providers.json_values import read_id, read_object, read_text

JUST_NOW = timedelta(hours=1)
"""How far back a text is looked for that may have been sent a moment ago: clocks may differ."""

_CAPTIONED = frozenset({"image", "video"})

_TOO_LONG = "This text is too long for WhatsApp, which takes at most 4,095 characters. Shorten it."
_ONE_FILE = "WhatsApp takes one file for each message. Send them one by one."
_NO_TEMPLATE = "This template is not in Glific any more. Choose another one."
_NO_CAPTION = "WhatsApp shows no text beside such a file. Send the text as a message of its own."


class GlificClient(GlificDirectory):
    """Client of one WhatsApp number."""

    longest_text = 4095
    """Characters: Glific refuses 4,096, though its row is there by then."""

    def __init__(self, calls: GlificGraphql) -> None:
        super().__init__(calls)
        self._files = OutgoingMedia(self)

    async def send(self, outgoing: OutgoingText) -> Accepted:
        """Send one text. NOT safe to repeat after OutcomeUnknown. Raises Rejected, Retryable or OutcomeUnknown."""
        template = outgoing.template
        if template is None:
            content = self._content(outgoing.body, outgoing.media, file=outgoing.key)
        else:
            content = self._filled(template, outgoing.media)
        return await self._send(outgoing.contact, await before_sending(content))

    async def send_at(self, contact: E164, body: str, at: datetime) -> Accepted:
        """Have a text sent at an aware moment. NOT safe to repeat after OutcomeUnknown.

        Raises Rejected, Retryable or OutcomeUnknown.
        """
        return await self._send(contact, _words(body) | {"sendAt": at.isoformat()})

    async def send_to_group(self, group_id: str, body: str, media: Sequence[str] = ()) -> Sequence[str]:
        """Send a text to a group, whose members get it within minutes; return the ids of those it is meant for.

        NOT safe to repeat after OutcomeUnknown. Raises Rejected, Retryable or OutcomeUnknown.
        """
        content = await before_sending(self._content(body, media, file="".join(media)))
        return await self._send_to_group(group_id, content)

    async def _send_to_group(self, group_id: str, content: dict[str, Any]) -> Sequence[str]:
        wanted = {"input": content, "groupId": group_id}
        result = read_object(await self._calls.send("SendToGroup", "createAndSendMessageToGroup", **wanted))
        ids = result.get("contactIds")
        if result.get("success") is not True or not isinstance(ids, list):
            raise unreadable_answer()
        return [read_id(one) for one in ids]

    async def _filled(self, template: FilledTemplate, files: Sequence[str]) -> dict[str, Any]:
        if not template.id.isdecimal():
            raise Rejected("template", _NO_TEMPLATE)
        content = template_input(template.id, template.kind.upper(), template.params)
        address = next(iter(files), template.media)
        if address:
            content["mediaId"] = await self._media(address, "")
        return content

    async def _content(self, words: str, media: Sequence[str], *, file: str) -> dict[str, Any]:
        content = _words(words)
        if not media:
            return content
        if len(media) > 1:
            raise Rejected("one_file", _ONE_FILE)
        kind = await self._files.kind_of(file, media[0])
        if words and kind not in _CAPTIONED:
            raise Rejected("no_caption", _NO_CAPTION)
        return {"type": kind.upper(), "mediaId": await self._media(media[0], content["body"])}

    async def _media(self, url: str, caption: str) -> str:
        wanted = {"url": url, "sourceUrl": url} | ({"caption": caption} if caption else {})
        media = await self._part("CreateMedia", "createMessageMedia", "messageMedia", input=wanted)
        if not (media_id := read_id(media.get("id"))):
            raise unreadable_answer()
        return media_id

    async def _send(self, contact: E164, content: dict[str, Any]) -> Accepted:
        was_known = self._ids.get(contact) is not None
        try:
            return await self._send_once(contact, content)
        except Rejected as error:
            if error.code != NOT_FOUND or not was_known:
                raise
        self._ids.forget(contact)  # the contact may have been made anew since, under another id
        return await self._send_once(contact, content)

    async def _send_once(self, contact: E164, content: dict[str, Any]) -> Accepted:
        wanted = content | {"receiverId": await before_sending(self._id_of(contact))}
        try:
            result = read_object(await self._calls.send("Send", "createAndSendMessage", input=wanted))
        except OutcomeUnknown as unknown:
            if unknown.code != SAID_NO:
                raise
            failed = await self._explained(unknown, contact, content)
        else:
            message = read_object(result.get("message"))
            if own_id := read_id(message.get("id")):
                return Accepted(own_id, "", STATUSES.get(read_text(message.get("bspStatus")), STATUSES["SENT"]))
            failed = unreadable_answer()
        raise failed

    async def _explained(self, unknown: OutcomeUnknown, contact: E164, content: dict[str, Any]) -> CallFailed:
        """Find out whether Glific refused: by the contact's fields, and only where nothing like it is on record.

        It has answered, so what it did is on record by now; but an empty record alone is no evidence, for a fault of
        its database shows as one.
        """
        is_template = content.get("isHsm") is True
        try:
            found = await self.find_contact(contact)
            refused = found.refusal(is_template=is_template) if found is not None else None
            if refused is not None and not await self._may_be_recorded(contact, content, is_template=is_template):
                return refused
        except CallFailed:
            return unknown
        return unknown

    async def _may_be_recorded(self, contact: E164, content: dict[str, Any], *, is_template: bool) -> bool:
        body, media = mend_variables(content.get("body") or ""), content.get("mediaId")
        for one in await self.texts_with(contact, JUST_NOW):
            is_alike = one.is_template if is_template else bool(media) == bool(one.media) and body in ("", one.text)
            if not one.is_inbound and is_alike:
                return True
        return False


def _words(body: str) -> dict[str, Any]:
    """Return what is sent of a text. Raises Rejected where it is too long."""
    text = break_variables(body)
    if len(text) > GlificClient.longest_text:
        raise Rejected("too_long", _TOO_LONG)
    return {"type": "TEXT", "body": text}
