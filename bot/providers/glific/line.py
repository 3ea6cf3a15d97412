"""Line: which WhatsApp number something belongs to, and how its ids are told apart from all others. Pure.

Glific counts its messages from 1 in each tenant, and does not tell which number of WhatsApp a tenant has. So an id gets
the tenant's host in front of it, and the line goes by the phone of the bot's login.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.domain.phone import E164

API_HOST = "api."
"""What stands in front of a tenant's host in the address of its API."""

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class GlificLine:
    """Line of a tenant, such as "demo.glific.com"; `account` is what it is stored as among our numbers."""

    tenant: str
    account: E164

    def whole_id(self, own_id: str) -> str:
        """Make an id that no other tenant and no other provider has."""
        return f"{self.tenant}:{own_id}"

    def own_id(self, whole_id: str) -> str:
        """Give the id that Glific knows; "" for one of another line."""
        tenant, _, own_id = whole_id.rpartition(":")
        return own_id if tenant in ("", self.tenant) else ""


def tenant_at(url: str) -> str:
    """Name the tenant whose API is at an address, in one way however that is written: ids begin with it."""
    parts = urlsplit(url)
    tenant = (parts.hostname or "").removeprefix(API_HOST)
    return tenant if parts.port in (None, _PORTS.get(parts.scheme)) else f"{tenant}:{parts.port}"


def line_at(url: str, account: E164) -> GlificLine:
    """Make the line of a tenant from the address of its API."""
    return GlificLine(tenant_at(url), account)
