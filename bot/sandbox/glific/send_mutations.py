"""Mutations of Glific's API that send: text, media, templates, later, and to a group.

A refused sending is an error of the top level, in the user's language; what does not exist is an error of the result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from bot.sandbox.glific.media import LIMITS_KB
from bot.sandbox.glific.model import Contact, Media, Template, User
from bot.sandbox.glific.sending import Sending
from bot.sandbox.glific.shapes import Shape, Shapes, fault, missing
from bot.sandbox.glific.tenant import Tenant
from bot.sandbox.glific.variables import fill, fill_blanks
from bot.sandbox.glific.window import refusal
from bot.sandbox.glific.words import say

LONGEST = 4096
"""Characters; a text or a caption has to be shorter."""


@dataclass
class Unacceptable(Exception):
    """What was asked for does not exist or is not whole: the `errors` of a result."""

    errors: list[Shape]


class SendMutations:
    """Root fields that send, as one user may use them."""

    def __init__(self, tenant: Tenant, viewer: User, sending: Sending) -> None:
        self.tenant = tenant
        self.viewer = viewer
        self.sending = sending
        self.shapes = Shapes(tenant, viewer)

    def fields(self) -> dict[str, Callable[..., Any]]:
        """Return the resolvers by field name."""
        return {
            "createAndSendMessage": self.create_and_send,
            "createAndSendMessageToGroup": self.send_to_group,
            "createMessageMedia": self.create_media,
            "sendHsmMessage": self.send_hsm,
            "sendHsmMessageToGroup": self.send_hsm_to_group,
            "sendSessionMessage": self.send_session,
        }

    async def create_and_send(self, _info: Any, **args: Any) -> Shape:
        """Send one message; sender and flow are the server's, whatever was given."""
        wanted = args["input"]
        if wanted.get("receiverId") is None:
            raise self._refused("unexpected")
        try:
            contact = self._contact(wanted["receiverId"])
            fields = self._content(wanted, contact)
        except Unacceptable as found:
            return {"errors": found.errors}
        if reason := refusal(self.tenant, contact, is_hsm=bool(wanted.get("isHsm"))):
            raise self._refused(reason)
        return await self._sent(contact, fields)

    async def _sent(self, contact: Contact, fields: dict[str, Any]) -> Shape:
        message = self.tenant.keep(contact, "OUTBOUND", **fields, user=self.viewer)
        if len(message.shown) >= LONGEST:
            message.status, message.bsp_status = "error", "ERROR"  # the row is there already
            raise self._refused("too long")
        answer = self.shapes.message(message)
        await self.sending.send(message)
        return {"message": answer}

    def _refused(self, error: str) -> GraphQLError:
        return GraphQLError(say(error, self.viewer.locale))

    def _contact(self, number: str) -> Contact:
        contact = self.tenant.contacts.get(int(number))
        if contact is None:
            raise Unacceptable(missing("Contacts.Contact", number, self.viewer.locale))
        return contact

    def _content(self, wanted: dict[str, Any], contact: Contact | None) -> dict[str, Any]:
        """Return the fields of a message; without a contact those of a summary row. Raises Unacceptable."""
        media = self._media(wanted)
        kind = wanted.get("type") or "TEXT"
        fields = {"type": kind, "media": media, "send_at": wanted.get("sendAt")}
        if wanted.get("isHsm"):
            return fields | self._template_content(wanted, contact)
        if kind.lower() in LIMITS_KB:
            if media is None:
                raise Unacceptable(fault("media_id", "blank", self.viewer.locale))
            return fields | {"body": None}
        body = wanted.get("body")
        if not body:
            raise Unacceptable(fault("body", "blank", self.viewer.locale))
        return fields | {"body": fill(self.tenant, contact, body) if contact else body}

    def _media(self, wanted: dict[str, Any]) -> Media | None:
        if wanted.get("mediaId") is None:
            return None
        media = self.tenant.media.get(int(wanted["mediaId"]))
        if media is None:
            raise Unacceptable(missing("Messages.MessageMedia", wanted["mediaId"], self.viewer.locale))
        return media

    def _template_content(self, wanted: dict[str, Any], contact: Contact | None) -> dict[str, Any]:
        template = self.tenant.templates.get(wanted.get("templateId") or 0)
        if template is None or not template.is_hsm or template.status != "APPROVED":
            raise Unacceptable(missing("Templates.SessionTemplate", wanted.get("templateId"), self.viewer.locale))
        params = wanted.get("params")
        if params is None:
            raise self._refused("unexpected")
        if len(params) != template.blanks:
            raise self._refused("parameters")
        body = fill_blanks(_body_for(template, contact), params)
        return {"body": body, "is_hsm": True, "template_id": template.id, "params": params, "type": template.type}

    def send_to_group(self, _info: Any, **args: Any) -> Shape:
        """Send to the members of a group, by a job that runs later."""
        group = self.tenant.groups.get(int(args["groupId"]))
        if group is None:
            return {"success": False, "errors": missing("Groups.Group", args["groupId"], self.viewer.locale)}
        try:
            fields = self._content(args["input"], None)
        except Unacceptable as found:
            return {"success": False, "errors": found.errors}
        members = self.tenant.members_of(group)
        self.sending.broadcast(group, members, fields | {"user": self.viewer})
        return {"success": True, "contactIds": [str(one.id) for one in members]}

    async def send_hsm(self, _info: Any, **args: Any) -> Shape:
        """Send a template of text."""
        wanted = {"templateId": int(args["templateId"]), "params": args.get("parameters"), "isHsm": True}
        return await self.create_and_send(None, input=wanted | {"receiverId": args["receiverId"]})

    def send_hsm_to_group(self, _info: Any, **args: Any) -> Shape:
        """Send a template's words as free text, which is what Glific does here."""
        template = self.tenant.templates.get(int(args["templateId"]))
        body = fill_blanks(template.body, args.get("parameters") or []) if template else None
        return self.send_to_group(None, input={"body": body}, groupId=args["groupId"])

    async def send_session(self, _info: Any, **args: Any) -> Shape:
        """Send a template that needs no approval, as free text."""
        template = self.tenant.templates.get(int(args["id"]))
        if template is None or template.is_hsm:
            return {"errors": missing("Templates.SessionTemplate", args["id"], self.viewer.locale)}
        return await self.create_and_send(None, input={"body": template.body, "receiverId": args["receiverId"]})

    def create_media(self, _info: Any, **args: Any) -> Shape:
        """Make a media row; both addresses are wanted, whatever the schema says."""
        wanted = args["input"]
        for name, key in (("url", "url"), ("sourceUrl", "source_url")):
            if not wanted.get(name):
                return {"errors": fault(key, "blank", self.viewer.locale)}
        media = self.tenant.add_media(wanted["url"], wanted.get("caption"), wanted["sourceUrl"])
        return {"messageMedia": self.shapes.media(media)}


def _body_for(template: Template, contact: Contact | None) -> str:
    """Return the body in the contact's language where that is approved, else the template's own."""
    translation = template.translations.get(contact.language.id) if contact else None
    return translation.body if translation and translation.status == "APPROVED" else template.body
