"""Variables in texts: Glific fills them in, also in what an agent wrote, and swallows a full stop behind them."""

from __future__ import annotations

import re

from bot.sandbox.glific.model import Contact
from bot.sandbox.glific.tenant import Tenant

_TOKEN = re.compile(r"@\w+[\w.]*")


def fill(tenant: Tenant, contact: Contact, text: str) -> str:
    """Fill in what begins with '@' and is known; behind everything else that does, also an e-mail, the dot is lost."""
    known = tenant.variables | {
        "@contact.name": contact.name,
        "@contact.phone": contact.phone,
        "@calendar.current_date": f"{tenant.clock.now():%d/%m/%Y}",
    }

    def filled(found: re.Match[str]) -> str:
        name = found.group().rstrip(".")
        return known.get(name, name)

    return _TOKEN.sub(filled, text)


def fill_blanks(body: str, params: list[str]) -> str:
    """Fill the blanks of a template; white space in a parameter becomes single spaces."""
    for number, value in enumerate(params, start=1):
        body = body.replace(f"{{{{{number}}}}}", " ".join(value.split()))
    return body
