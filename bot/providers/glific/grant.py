"""Grant of a Glific connection: address, phone and password, written down as one secret. Pure.

It is stored sealed only, and shows no password.
"""

import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.domain.url_safety import is_loopback
from bot.providers.glific.line import API_HOST, tenant_at


@dataclass(frozen=True)
class GlificGrant:
    """Grant: the address of a tenant's API, and the login of one of its users; the phone is digits only."""

    url: str
    phone: str
    password: str = field(repr=False)

    @property
    def tenant(self) -> str:
        """Host of the tenant, which is one WhatsApp number."""
        return tenant_at(self.url)

    def written(self) -> str:
        """Write the grant, which `read_grant` reads again."""
        return json.dumps({"url": self.url, "phone": self.phone, "password": self.password}, ensure_ascii=False)


def read_grant(text: str) -> GlificGrant:
    """Read a grant that was written down. Raises ValueError."""
    try:
        stored = json.loads(text)
        return GlificGrant(str(stored["url"]), str(stored["phone"]), str(stored["password"]))
    except (LookupError, TypeError) as fault:
        raise ValueError("this is no grant") from fault


def address_of(typed: str) -> str:
    """Turn what people type into the address of a tenant's API: they see its pages, not its API. Raises ValueError."""
    plain = typed.strip().rstrip("/").removesuffix("/api").rstrip("/")
    parts = urlsplit(plain if "://" in plain else f"https://{plain}")
    host = parts.hostname or ""
    is_plain = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in ("https", "http") or not is_plain or "." not in host or not host.isascii():
        raise ValueError("this is no address of a tenant")
    is_number = host.replace(".", "").isdigit()
    own_host = parts.netloc if is_number or host.startswith(API_HOST) else f"{API_HOST}{parts.netloc}"
    scheme = parts.scheme if is_loopback(host) else "https"  # a password goes nowhere in the clear
    return f"{scheme}://{own_host.lower()}"
