"""GraphQL objects of the stand-in: dictionaries whose connected parts are functions, called when they are selected.

Names and types: bot/providers/glific/calls/schema.graphql. What a user's role hides is hidden here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bot.sandbox.glific.clock import text_of
from bot.sandbox.glific.model import Contact, Group, Language, Location, Media, Message, Tag, Template, User
from bot.sandbox.glific.tenant import Tenant
from bot.sandbox.glific.words import say

Shape = dict[str, Any]


def lazily(make: Callable[[], Any]) -> Callable[[Any], Any]:
    """Return a field that is made when a query selects it."""
    return lambda _info: make()


def fault(key: str, error: str, locale: str) -> list[Shape]:
    """Return the `errors` of a result: the third shape of Glific's errors."""
    return [{"key": key, "message": say(error, locale)}]


def missing(kind: str, number: object, locale: str) -> list[Shape]:
    """Return the `errors` of a result for a thing that is not there, named as an Elixir module."""
    return fault(f"Elixir.Glific.{kind} {number}".rstrip(), "not found", locale)


class Shapes:
    """Shapes of one tenant's things as one user sees them."""

    def __init__(self, tenant: Tenant, viewer: User) -> None:
        self.tenant = tenant
        self.viewer = viewer

    def language(self, language: Language) -> Shape:
        """Return a language."""
        names = {"label": language.label, "labelLocale": language.label, "locale": language.locale}
        return {"id": str(language.id), "isActive": True, "localized": True, **names}

    def tag(self, tag: Tag) -> Shape:
        """Return a tag."""
        at = text_of(tag.at)
        names = {"label": tag.label, "shortcode": tag.label.lower(), "isActive": True, "isReserved": False}
        return {"id": str(tag.id), "keywords": [], "insertedAt": at, "updatedAt": at, **names}

    def group(self, group: Group) -> Shape:
        """Return a group."""
        members = self.tenant.members_of(group)
        return {
            "id": str(group.id),
            "label": group.label,
            "description": group.description,
            "isRestricted": False,
            "lastCommunicationAt": text_of(group.last_communication_at),
            "contacts": lazily(lambda: [self.contact(one) for one in members]),
            "contactsCount": len(members),
        }

    def contact(self, contact: Contact) -> Shape:
        """Return a contact; to staff its phone is an empty text."""
        phone = contact.phone if self.viewer.may("manager") else ""
        groups = [self.tenant.groups[number] for number in sorted(contact.groups)]
        tags = [self.tenant.tags[number] for number in sorted(contact.tags)]
        return {
            "id": str(contact.id),
            "name": contact.name,
            "phone": phone,
            "maskedPhone": f"{contact.phone[:4]}******{contact.phone[-2:]}",
            "status": contact.status,
            "bspStatus": contact.bsp_status,
            "isOrgRead": contact.is_org_read,
            "isOrgReplied": contact.is_org_replied,
            "isContactReplied": contact.is_contact_replied,
            "lastMessageNumber": contact.last_message_number,
            "fields": contact.fields,
            "settings": contact.settings,
            "language": lazily(lambda: self.language(contact.language)),
            "tags": lazily(lambda: [self.tag(tag) for tag in tags]),
            "groups": lazily(lambda: [self.group(group) for group in groups]),
        } | _contact_times(contact)

    def user(self, user: User) -> Shape:
        """Return a user."""
        who = {"name": user.name, "phone": user.phone, "email": None, "isRestricted": user.is_restricted}
        return {"id": str(user.id), **who, "organization": lazily(self.organization)}

    def organization(self) -> Shape:
        """Return the organisation; its signature phrase is an empty text to staff."""
        tenant = self.tenant
        return {
            "id": str(tenant.id),
            "name": tenant.name,
            "shortcode": tenant.shortcode,
            "isActive": not tenant.is_closed,
            "timezone": "Asia/Kolkata",
            "sessionLimit": 60,
            "signaturePhrase": tenant.signature_phrase if self.viewer.may("manager") else "",
            "isSuspended": tenant.is_suspended,
            "suspendedUntil": None,
        }

    def media(self, media: Media) -> Shape:
        """Return a media row."""
        urls = {"url": media.url, "sourceUrl": media.source_url, "thumbnail": media.thumbnail, "gcsUrl": media.gcs_url}
        return {"id": str(media.id), **urls, "caption": media.caption, "isTemplateMedia": media.is_template_media}

    def location(self, location: Location) -> Shape:
        """Return a place."""
        return {"id": "1", "latitude": location.latitude, "longitude": location.longitude}

    def message(self, message: Message) -> Shape:
        """Return a message."""
        return {
            "id": str(message.id),
            "uuid": message.uuid,
            "body": message.body,
            "type": message.type,
            "flow": message.flow,
            "flowLabel": message.flow_label,
            "status": message.status,
            "bspStatus": message.bsp_status,
            "bspMessageId": message.bsp_id,
            "errors": message.errors or "{}",
            "messageNumber": message.number,
            "isHsm": message.is_hsm,
            "templateId": message.template_id,
            "params": message.params,
            "groupId": message.group_id,
            "messageBroadcastId": None if message.broadcast_id is None else str(message.broadcast_id),
            "interactiveContent": message.interactive or "{}",
            "contextId": message.context_id,
            "sendBy": message.user.name if message.user else message.flow_label,
            "insertedAt": text_of(message.inserted_at),
            "updatedAt": text_of(message.updated_at),
            "sendAt": text_of(message.send_at),
        } | self._parts(message)

    def _parts(self, message: Message) -> Shape:
        own = self.tenant.own
        sender, receiver = (message.contact, own) if message.flow == "INBOUND" else (own, message.contact)
        tags = [self.tenant.tags[number] for number in sorted(message.tags)]
        return {
            "sender": lazily(lambda: sender and self.contact(sender)),
            "receiver": lazily(lambda: receiver and self.contact(receiver)),
            "contact": lazily(lambda: message.contact and self.contact(message.contact)),
            "contextMessage": lazily(lambda: self._context(message)),
            "user": lazily(lambda: message.user and self.user(message.user)),
            "media": lazily(lambda: message.media and self.media(message.media)),
            "location": lazily(lambda: message.location and self.location(message.location)),
            "tags": lazily(lambda: [self.tag(tag) for tag in tags]),
        }

    def _context(self, message: Message) -> Shape | None:
        found = next((one for one in self.tenant.messages if one.bsp_id == message.context_id), None)
        return self.message(found) if message.context_id and found else None

    def template(self, template: Template) -> Shape:
        """Return a template."""
        at = text_of(template.at)
        translations = {
            str(number): {
                "body": one.body,
                "language_id": number,
                "status": one.status,
                "number_parameters": one.body.count("{{"),
            }
            for number, one in template.translations.items()
        }
        names = {"label": template.label, "shortcode": template.shortcode, "category": template.category}
        return {
            "id": str(template.id),
            "bspId": f"tpl-{template.id}",
            "body": template.body,
            "type": template.type,
            "isHsm": template.is_hsm,
            "status": template.status,
            "numberParameters": template.blanks,
            "isReserved": False,
            "isActive": template.is_active,
            "translations": json.dumps(translations),
            "hasButtons": bool(template.buttons),
            "buttonType": "QUICK_REPLY" if template.buttons else None,
            "buttons": json.dumps(template.buttons),
            "footer": template.footer,
            "language": self.language(template.language),
            "messageMedia": self.media(template.media) if template.media else None,
        } | {"insertedAt": at, "updatedAt": at, **names}


def _contact_times(contact: Contact) -> Shape:
    return {
        "optinTime": text_of(contact.optin_time),
        "optoutTime": text_of(contact.optout_time),
        "optinMethod": contact.optin_method,
        "optoutMethod": contact.optout_method,
        "lastMessageAt": text_of(contact.last_message_at),
        "lastCommunicationAt": text_of(contact.last_communication_at),
        "insertedAt": text_of(contact.inserted_at),
        "updatedAt": text_of(contact.updated_at),
    }
