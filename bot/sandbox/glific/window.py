"""What may be sent to a contact, by its status, the 24-hour window and its consent: Glific's own table."""

from __future__ import annotations

from bot.sandbox.glific.model import Contact
from bot.sandbox.glific.tenant import Tenant


def refusal(tenant: Tenant, contact: Contact, *, is_hsm: bool) -> str | None:
    """Return the error (words.py) for a message to a contact; None where it may be sent."""
    if contact.status != "VALID":
        return "contact status"
    if not is_hsm:
        return None if contact.bsp_status in ("SESSION", "SESSION_AND_HSM") else "window"
    if contact.bsp_status == "NONE":
        return "bsp status"
    if contact.optin_time is None:
        return "no consent"
    return "suspended" if tenant.is_suspended else None
