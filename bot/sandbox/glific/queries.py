"""Queries of Glific's API on the stand-in's state. Each takes GraphQL's arguments by name."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from graphql import GraphQLError

from bot.sandbox.glific.filters import (
    MESSAGES_DEFAULT,
    MESSAGES_MAX,
    contact_fits,
    group_fits,
    message_fits,
    page,
    template_fits,
)
from bot.sandbox.glific.media import MediaCheck
from bot.sandbox.glific.model import SIMULATOR_PHONE, Contact, User
from bot.sandbox.glific.searches import find_contacts, groups_of, messages_of, summaries_of
from bot.sandbox.glific.shapes import Shape, Shapes, fault, missing
from bot.sandbox.glific.tenant import Tenant
from bot.sandbox.glific.words import say

LEASE = timedelta(minutes=10)


class Queries:
    """Root fields of queries as one user may ask for them; `check` looks at the media behind an address."""

    def __init__(self, tenant: Tenant, viewer: User, check: MediaCheck) -> None:
        self.tenant = tenant
        self.viewer = viewer
        self.check = check
        self.shapes = Shapes(tenant, viewer)

    def fields(self) -> dict[str, Callable[..., Any]]:
        """Return the resolvers by field name."""
        return {
            "attachmentsEnabled": lambda _info: self.tenant.attachments_enabled,
            "contact": self.contact,
            "contactByPhone": self.contact_by_phone,
            "contacts": self.contacts,
            "countContacts": self.count_contacts,
            "countMessages": self.count_messages,
            "currentUser": lambda _info: {"user": self.shapes.user(self.viewer)},
            "group": self.group,
            "groupInfo": self.group_info,
            "groups": self.groups,
            "message": self.message,
            "messages": self.messages,
            "organization": lambda _info, **_args: {"organization": self.shapes.organization()},
            "savedSearchCount": lambda _info, **_args: 0,
            "savedSearches": lambda _info, **_args: [],
            "search": self.search,
            "sessionTemplate": self.session_template,
            "sessionTemplates": self.session_templates,
            "simulatorGet": self.simulator_get,
            "simulatorRelease": self.simulator_release,
            "tags": self.tags,
            "validateMedia": self.validate_media,
        }

    def sees(self, contact: Contact | None) -> bool:
        """Whether the user may see a contact: a restricted one sees those of their own groups."""
        return not self.viewer.is_restricted or contact is None or bool(contact.groups & self.viewer.groups)

    def contact(self, _info: Any, **args: Any) -> Shape:
        """Find a contact by id."""
        found = self.tenant.contacts.get(int(args["id"]))
        if found is None or not self.sees(found):
            return {"errors": missing("Contacts.Contact", args["id"], self.viewer.locale)}
        return {"contact": self.shapes.contact(found)}

    def contact_by_phone(self, _info: Any, **args: Any) -> Shape:
        """Find a contact by the exact phone."""
        found = self.tenant.contact_of(args["phone"])
        if found is None:
            return {"contact": None, "errors": fault("Contact", "not found", self.viewer.locale)}
        return {"contact": self.shapes.contact(found)}

    def contacts(self, _info: Any, **args: Any) -> list[Shape]:
        """List contacts."""
        found = [one for one in self.tenant.people() if self.sees(one) and contact_fits(one, args.get("filter"))]
        return [self.shapes.contact(one) for one in page(found, args.get("opts"))]

    def count_contacts(self, _info: Any, **args: Any) -> int:
        """Count contacts."""
        return sum(contact_fits(one, args.get("filter")) for one in self.tenant.people())

    def simulator_get(self, _info: Any) -> Shape | None:
        """Lease a test contact to the user; the same one again while the lease lasts."""
        leases, now = self.tenant.leases, self.tenant.clock.now()
        simulators = [one for one in self.tenant.people() if one.phone.startswith(SIMULATOR_PHONE)]
        for one in simulators:
            holder = leases.get(one.id)
            if holder is None or holder[0] == self.viewer.id or now - holder[1] > LEASE:
                leases[one.id] = (self.viewer.id, now)
                return self.shapes.contact(one)
        return None

    def simulator_release(self, _info: Any) -> None:
        """Give the user's test contact back."""
        leases = self.tenant.leases
        for number in [number for number, (user, _at) in leases.items() if user == self.viewer.id]:
            del leases[number]

    def message(self, _info: Any, **args: Any) -> Shape:
        """Find a message by id."""
        found = next((one for one in self.tenant.messages if str(one.id) == args["id"]), None)
        if found is None or not self.sees(found.contact):
            return {"errors": missing("Messages.Message", args["id"], self.viewer.locale)}
        return {"message": self.shapes.message(found)}

    def messages(self, _info: Any, **args: Any) -> list[Shape]:
        """List messages: 25, or 50 at most."""
        wanted = args.get("filter")
        found = [one for one in self.tenant.messages if message_fits(self.tenant, one, wanted)]
        rows = page(found, args.get("opts"), default=MESSAGES_DEFAULT, largest=MESSAGES_MAX)
        return [self.shapes.message(one) for one in rows if self.sees(one.contact)]

    def count_messages(self, _info: Any, **args: Any) -> int:
        """Count messages."""
        return sum(message_fits(self.tenant, one, args.get("filter")) for one in self.tenant.messages)

    async def validate_media(self, _info: Any, **args: Any) -> str:
        """Look whether WhatsApp would take a file."""
        fault = await self.check(args["url"], args["type"])
        return json.dumps({"is_valid": fault is None, "message": fault or "success"})

    def session_template(self, _info: Any, **args: Any) -> Shape:
        """Find a template by id."""
        found = self.tenant.templates.get(int(args["id"]))
        if found is None:
            return {"errors": missing("Templates.SessionTemplate", args["id"], self.viewer.locale)}
        return {"sessionTemplate": self.shapes.template(found)}

    def session_templates(self, _info: Any, **args: Any) -> list[Shape]:
        """List templates."""
        found = [one for one in self.tenant.templates.values() if template_fits(one, args.get("filter"))]
        return [self.shapes.template(one) for one in page(found, args.get("opts"))]

    def group(self, _info: Any, **args: Any) -> Shape:
        """Find a group by id."""
        found = self.tenant.groups.get(int(args["id"]))
        if found is None:
            return {"errors": missing("Groups.Group", args["id"], self.viewer.locale)}
        return {"group": self.shapes.group(found)}

    def group_info(self, _info: Any, **args: Any) -> str:
        """Count the members of a group by what may be sent to them."""
        found = self.tenant.groups.get(int(args["id"]))
        members = self.tenant.members_of(found) if found else []
        counts = Counter(one.bsp_status.lower() for one in members)
        return json.dumps({"total": len(members), **counts})

    def groups(self, _info: Any, **args: Any) -> list[Shape]:
        """List groups."""
        found = [one for one in self.tenant.groups.values() if group_fits(one, args.get("filter"))]
        if self.viewer.is_restricted:
            found = [one for one in found if one.id in self.viewer.groups]
        return [self.shapes.group(one) for one in page(found, args.get("opts"))]

    def tags(self, _info: Any, **args: Any) -> list[Shape]:
        """List tags."""
        return [self.shapes.tag(one) for one in page(list(self.tenant.tags.values()), args.get("opts"))]

    def search(self, _info: Any, **args: Any) -> list[Shape]:
        """List conversations with their latest messages."""
        wanted, texts, opts = args["filter"], args["messageOpts"], args["contactOpts"]
        start, limit = opts.get("offset") or 0, opts.get("limit") or 25
        if wanted.get("searchGroup"):
            return [self._group_row(one, texts) for one in groups_of(self.tenant, wanted)[start : start + limit]]
        try:
            found = [one for one in find_contacts(self.tenant, wanted) if self.sees(one)]
        except KeyError:
            raise GraphQLError(say("unexpected", self.viewer.locale)) from None
        return [self._row(one, texts) for one in found[start : start + limit]]

    def _row(self, contact: Contact, opts: dict[str, Any]) -> Shape:
        messages = [self.shapes.message(one) for one in messages_of(self.tenant, contact, opts)]
        return {"id": f"contact_{contact.id}", "contact": self.shapes.contact(contact), "messages": messages}

    def _group_row(self, group: Any, opts: dict[str, Any]) -> Shape:
        messages = [self.shapes.message(one) for one in summaries_of(self.tenant, group, opts)]
        return {"id": f"group_{group.id}", "group": self.shapes.group(group), "messages": messages}
