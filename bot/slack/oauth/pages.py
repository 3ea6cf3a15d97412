"""HTML of the installation pages: one template, our own style, nothing from elsewhere and no script.

Everything that comes from Slack is escaped. A page says what it is about in its first line.
"""

import hashlib
from base64 import b64encode
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import urlencode, urljoin

from slack_sdk.oauth.installation_store import Installation as SlackInstallation

from bot.domain.text import clean
from bot.domain.url_safety import origin_of
from bot.slack.oauth.grants import MAX_NAME_CHARS
from bot.slack.oauth.outcomes import Outcome
from bot.slack.oauth.scopes import PERMISSIONS
from bot.slack.oauth.settings import AppSettings


def _read(name: str) -> str:
    return files("bot.slack.oauth").joinpath(name).read_text(encoding="utf-8")


STYLE = _read("page.css")
_STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
"""Headers of each page: the address of the second one holds a code, which goes nowhere from here."""


def install_page(authorize_url: str) -> str:
    """Say what the bot does and what it asks for, with the button that leads to Slack."""
    permissions = "\n".join(
        f"<li>{escape(permission.purpose)}.<code>{escape(' · '.join(permission.scopes))}</code></li>"
        for permission in PERMISSIONS
    )
    return _page(
        "Add Volt to Slack",
        f"""<h1>Text your customers from Slack</h1>
<p>Customers text your number. Each of them gets a thread in a channel of yours, and what your team answers there is
texted back, once and in order. Each reply shows whether it was delivered. Who reads and answers is for your workspace
to say: guests and people of other companies cannot, until an admin allows it.</p>
<p class="actions"><a class="button" href="{escape(authorize_url)}">Add to Slack</a></p>
<p class="soft">Slack asks you once more before anything is installed. Begin and finish in this browser, within ten
minutes.</p>
<h2>What comes after</h2>
<ol><li>Connect your Volt account.</li><li>Choose the channel for conversations.</li><li>Text yourself, to see it
work.</li></ol>
<h2>What the bot may do, and what for</h2>
<ul class="permissions">
{permissions}
</ul>
<p class="soft">The bot sees only channels that it is in. You can remove it in Slack at any time: its access ends at
once.</p>""",
    )


def success_page(installation: SlackInstallation, app: AppSettings) -> str:
    """Say where the bot is installed, and lead back to Slack."""
    name = escape(_name(installation))
    if installation.is_enterprise_install:
        return _organisation_page(installation, name)
    app_id, team_id = installation.app_id or "", installation.team_id or ""
    deep = f"slack://app?{urlencode({'team': team_id, 'id': app_id, 'tab': 'home'})}"
    web = f"{urljoin(app.authorize_url, '/app_redirect')}?{urlencode({'app': app_id, 'team': team_id})}"
    return _page(
        "Installed",
        f"""<h1>Installed in {name}</h1>
<p>Go on in Slack: Volt's Home shows the steps that are left. Connect Volt, choose the channel, text yourself.</p>
<p class="actions"><a class="button" href="{escape(deep)}">Open Volt in Slack</a>
<a href="{escape(web)}">Open it in the browser</a></p>
<p class="soft">You can close this page.</p>""",
    )


def _organisation_page(installation: SlackInstallation, name: str) -> str:
    url = installation.enterprise_url or ""
    path = f"manage/organization/apps/profile/{installation.app_id}/workspaces/add"
    link = f'<a class="button" href="{escape(urljoin(url, path))}">Choose workspaces</a>' if _is_https(url) else ""
    return _page(
        "Installed",
        f"""<h1>Installed in the organisation {name}</h1>
<p>An admin of the organisation now adds Volt to the workspaces that are to use it. Then go on there: Volt's Home shows
the steps that are left.</p>
<p class="actions">{link}</p>
<p class="soft">You can close this page.</p>""",
    )


def outcome_page(outcome: Outcome, install_url: str) -> str:
    """Say what went wrong, and what to do."""
    again = f'<p class="actions"><a class="button" href="{escape(install_url)}">To the installation page</a></p>'
    return _page(
        outcome.title,
        f"""<h1>{escape(outcome.title)}</h1>
<p>{escape(outcome.text)}</p>
<p class="todo"><b>What to do.</b> {escape(outcome.todo)}</p>
{again if outcome.may_try_again else ""}""",
    )


def _name(installation: SlackInstallation) -> str:
    is_org_wide = installation.is_enterprise_install
    name = installation.enterprise_name if is_org_wide else installation.team_name
    return clean(name or "")[:MAX_NAME_CHARS] or "your workspace"


def _is_https(url: str) -> bool:
    origin = origin_of(url)
    return origin is not None and origin[0] == "https"


@cache
def _template() -> Template:
    return Template(_read("page.html"))


def _page(title: str, body: str) -> str:
    return _template().substitute(title=escape(title), style=STYLE, body=body)
