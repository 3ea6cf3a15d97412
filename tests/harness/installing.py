"""What an admin does before the first text: install the app in a browser, and connect Volt by the form in Slack."""

from __future__ import annotations

import contextlib
import html
import re

import aiohttp

from tests.harness.sight import Sight
from tests.harness.tenants import Tenant
from tests.harness.windows import fill, opened, window, words

TRIES = 5
"""How often somebody asks for the form: Slack waits three seconds for it, and a busy machine may take longer."""

SOON_S = 60.0
"""How long the bot may take to connect, on a machine that does much else."""


async def install(tenant: Tenant, url: str) -> None:
    """Install the app in a workspace of a bot at this address. Raises RuntimeError with the page that says why not."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(f"{url}/slack/install") as page:
            found = re.search(r'<a class="button" href="([^"]+)"', await page.text())
        if found is None:
            raise RuntimeError("the page has no button to install the app")
        back = tenant.slack.approve(html.unescape(found[1]), tenant.team, user=tenant.writer)
        async with browser.get(back) as page:
            if page.status != 200:
                raise RuntimeError(f"not installed: {await page.text()}")


async def connect(tenant: Tenant, sight: Sight) -> None:
    """Connect the organization of a workspace to its channel. Raises TimeoutError."""
    slack, admin, volt = tenant.slack, tenant.writer, tenant.volt
    for _ in range(TRIES):
        await slack.command(admin, tenant.channel, "/volt", "connect")
        with contextlib.suppress(TimeoutError):
            await opened(sight, admin)
            break
    else:
        raise TimeoutError("the form to connect Volt did not open")
    typed = {"secret_token": volt.token, "connect_number": volt.account_number, "connect_channel": tenant.channel}
    await fill(sight, admin, **typed)
    await slack.until(lambda: "is connected" in words(window(sight, admin)), timeout_s=SOON_S)
    slack.open_modals.clear()
