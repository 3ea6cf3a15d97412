"""Mutations of Glific's API on contacts, groups, tags, files and flows."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

from bot.sandbox.glific.model import LANGUAGES, Contact, User
from bot.sandbox.glific.shapes import Shape, Shapes, fault, missing
from bot.sandbox.glific.tenant import Tenant
from bot.sandbox.glific.words import say

COLUMNS = {"name": "name", "status": "status", "bspStatus": "bsp_status", "fields": "fields", "settings": "settings"}


class Mutations:
    """Root fields of mutations that send nothing, as one user may use them; `files_url` is where files are served."""

    def __init__(self, tenant: Tenant, viewer: User, files_url: Callable[[], str]) -> None:
        self.tenant = tenant
        self.viewer = viewer
        self.files_url = files_url
        self.shapes = Shapes(tenant, viewer)

    def fields(self) -> dict[str, Callable[..., Any]]:
        """Return the resolvers by field name."""
        return {
            "createContact": self.create_contact,
            "createGroup": self.create_group,
            "markContactMessagesAsRead": self.mark_read,
            "optinContact": self.optin_contact,
            "startContactFlow": self.start_flow,
            "terminateContactFlows": self.terminate_flows,
            "updateContact": self.update_contact,
            "updateContactTags": self.update_contact_tags,
            "updateGroupContacts": self.update_group_contacts,
            "updateMessageTags": self.update_message_tags,
            "uploadBlob": self.upload_blob,
        }

    def create_contact(self, _info: Any, **args: Any) -> Shape:
        """Make a contact; the phone is kept as it is given, and the answer has no status yet."""
        wanted = args["input"]
        if not wanted.get("phone"):
            return {"errors": fault("phone", "blank", self.viewer.locale)}
        if self.tenant.contact_of(wanted["phone"]) is not None:
            return {"errors": fault("phone", "taken", self.viewer.locale)}
        contact = self.tenant.add_contact(wanted["phone"], wanted.get("name") or "")
        self._write(contact, {key: wanted[key] for key in ("languageId", "fields", "settings") if key in wanted})
        return {"contact": self.shapes.contact(contact) | {"status": None}}

    def update_contact(self, _info: Any, **args: Any) -> Shape:
        """Change a contact; its phone cannot be."""
        contact = self.tenant.contacts.get(int(args["id"]))
        if contact is None:
            return {"errors": missing("Contacts.Contact", args["id"], self.viewer.locale)}
        wanted = args.get("input") or {}
        if "phone" in wanted:
            return {"errors": fault("phone", "invalid", self.viewer.locale)}
        self._write(contact, wanted)
        return {"contact": self.shapes.contact(contact)}

    def _write(self, contact: Contact, wanted: dict[str, Any]) -> None:
        for key, column in COLUMNS.items():
            if key in wanted:
                setattr(contact, column, wanted[key])
        if wanted.get("languageId") is not None:
            known = (one for one in LANGUAGES if one.id == int(wanted["languageId"]))
            contact.language = next(known, contact.language)
        self.tenant.touch(contact)

    def optin_contact(self, _info: Any, **args: Any) -> Shape:
        """Note consent, and make the contact where there is none; nothing changes for who is blocked or agreed."""
        contact = self.tenant.contact_of(args["phone"])
        if contact is None:
            contact = self.tenant.add_contact(args["phone"], args.get("name") or "")
        if contact.status != "BLOCKED" and contact.optin_time is None:
            contact.name = args.get("name") or contact.name
            self.tenant.consent(contact, "URL")
        return {"contact": self.shapes.contact(contact)}

    def create_group(self, _info: Any, **args: Any) -> Shape:
        """Make a group."""
        label = args["input"].get("label")
        if not label:
            return {"errors": fault("label", "blank", self.viewer.locale)}
        if any(one.label == label for one in self.tenant.groups.values()):
            return {"errors": fault("label", "taken", self.viewer.locale)}
        group = self.tenant.add_group(label)
        group.description = args["input"].get("description")
        return {"group": self.shapes.group(group)}

    def update_group_contacts(self, _info: Any, **args: Any) -> Shape:
        """Add members and take some out."""
        wanted = args["input"]
        group = self.tenant.groups.get(int(wanted["groupId"]))
        if group is None:
            raise GraphQLError(say("unexpected", self.viewer.locale))
        rows = []
        for contact in self._contacts(wanted["addContactIds"]):
            contact.groups.add(group.id)
            row = {"contact": self.shapes.contact(contact), "group": self.shapes.group(group)}
            rows.append({"id": str(self.tenant.next_id("member")), **row})
        gone = [one for one in self._contacts(wanted["deleteContactIds"]) if group.id in one.groups]
        for contact in gone:
            contact.groups.discard(group.id)
        return {"numberDeleted": len(gone), "groupContacts": rows}

    def _contacts(self, ids: Sequence[str | None]) -> list[Contact]:
        return [one for number in ids if number and (one := self.tenant.contacts.get(int(number)))]

    def update_contact_tags(self, _info: Any, **args: Any) -> Shape:
        """Tag a contact."""
        contact = self.tenant.contacts[int(args["input"]["contactId"])]
        rows, gone = self._retag(contact.tags, args["input"])
        shape = self.shapes.contact(contact)
        return {"numberDeleted": gone, "contactTags": [row | {"contact": shape} for row in rows]}

    def update_message_tags(self, _info: Any, **args: Any) -> Shape:
        """Tag a message."""
        message = next(one for one in self.tenant.messages if str(one.id) == args["input"]["messageId"])
        rows, gone = self._retag(message.tags, args["input"])
        shape = self.shapes.message(message)
        return {"numberDeleted": gone, "messageTags": [row | {"message": shape} for row in rows]}

    def _retag(self, tags: set[int], wanted: dict[str, Any]) -> tuple[list[Shape], int]:
        added = [self.tenant.tags[int(number)] for number in wanted["addTagIds"]]
        gone = tags & {int(number) for number in wanted["deleteTagIds"]}
        tags |= {tag.id for tag in added}
        tags -= gone
        return [{"id": str(tag.id), "tag": self.shapes.tag(tag)} for tag in added], len(gone)

    def mark_read(self, _info: Any, **args: Any) -> str:
        """Note that the organisation has read a conversation."""
        contact = self.tenant.contacts[args["contactId"]]
        contact.is_org_read = True
        self.tenant.touch(contact)
        return str(contact.id)

    def terminate_flows(self, _info: Any, **args: Any) -> Shape:
        """Take a contact out of its flow."""
        contact = self.tenant.contacts.get(int(args["contactId"]))
        if contact is None:
            return {"success": False, "errors": missing("Contacts.Contact", args["contactId"], self.viewer.locale)}
        contact.flow = None
        self.tenant.touch(contact)
        return {"success": True}

    def start_flow(self, _info: Any, **args: Any) -> Shape:
        """Put a contact into a flow."""
        contact, flow = (
            self.tenant.contacts.get(int(args["contactId"])),
            self.tenant.flows.get(int(args["flowId"])),
        )
        if contact is None or flow is None:
            return {"success": False, "errors": missing("Flows.Flow", args["flowId"], self.viewer.locale)}
        contact.flow = flow
        self.tenant.touch(contact)
        return {"success": True}

    def upload_blob(self, _info: Any, **args: Any) -> str:
        """Keep a file in the organisation's storage, where it has one, and return its public address."""
        if not self.tenant.attachments_enabled:
            raise GraphQLError(say("storage", self.viewer.locale))
        try:
            data = base64.b64decode(args["media"], validate=True)
        except binascii.Error:
            raise GraphQLError(say("unexpected", self.viewer.locale)) from None
        name = f"{secrets.token_hex(8)}.{args['extension']}"
        self.tenant.blobs[name] = (args["extension"], data)
        return f"{self.files_url()}/blobs/{name}"
