"""Flows of the stand-in that call a webhook: the body of the node, signed, once.

The signature is a hex HMAC-SHA256 over the time, a dot and the raw body, by the organisation's signature phrase.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from bot.sandbox.clock import clock
from bot.sandbox.glific.model import Contact, HandOver
from bot.sandbox.glific.tenant import Tenant
from bot.sandbox.http import Server

STANDARD_NODE = {"contact": "@contact", "results": "@results"}
"""The body that Glific's editor of flows offers for a new node."""


def sign(phrase: str, body: bytes, at: int) -> str:
    """Return the value of X-Glific-Signature for a body."""
    signed = str(at).encode() + b"." + body
    return f"t={at},v1={hmac.new(phrase.encode(), signed, hashlib.sha256).hexdigest()}"


def body_of(tenant: Tenant, contact: Contact, results: Mapping[str, Any], node: Mapping[str, Any]) -> bytes:
    """Return what a node sends: its own JSON with its variables filled in; nothing at all for an empty one."""
    if not node:
        return b"{}"
    who = {"id": contact.id, "name": contact.name, "phone": contact.phone, "fields": json.loads(contact.fields)}
    known: dict[str, Any] = {"@contact": who, "@results": dict(results)}
    known |= {f"@contact.{key}": value for key, value in who.items()}
    filled = {key: known.get(value, value) if isinstance(value, str) else value for key, value in node.items()}
    return json.dumps(filled | {"organization_id": tenant.id}, ensure_ascii=False).encode()


class FlowWebhooks:
    """Calls of webhooks by the flows of a tenant, which have the clock of the machine."""

    def __init__(self, tenant: Tenant, server: Server) -> None:
        self.tenant = tenant
        self.server = server

    async def call(self, url: str, body: bytes, *, signature: str | None = "auto", age_s: int = 0) -> HandOver:
        """Post a body once. Signature "auto" signs it, None leaves it out, other text is sent as it is."""
        started_at = clock.unix_time()
        signed = sign(self.tenant.signature_phrase, body, int(started_at) - age_s) if signature == "auto" else signature
        headers = {"Content-Type": "application/json"} | ({"X-Glific-Signature": signed} if signed is not None else {})
        reply = await self.server.post(url, body, headers=headers, limit_s=self.tenant.rules.answer_limit_s)
        pair = (body.decode(errors="replace"), reply.text)
        self.tenant.note_hop("glific→bot", "flow", started_at=started_at, status=reply.status, pair=pair)
        branch = "Success" if reply.is_good and _is_flat_object(reply.text) else "Failure"
        return HandOver(reply.status, dict(reply.headers), reply.text, branch)


def _is_flat_object(text: str) -> bool:
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, dict) and not any(isinstance(value, (dict, list)) for value in found.values())
