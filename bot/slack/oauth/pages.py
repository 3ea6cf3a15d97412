"""HTML of the installation pages, from the files in html/: our own style, nothing from elsewhere and no script.

Everything that comes from Slack is escaped where it is filled in.
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
    return files("bot.slack.oauth").joinpath("html", name).read_text(encoding="utf-8")


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

_SLACK = "https://slack.com/"


def install_page(authorize_url: str) -> str:
    """Say what the bot does and what it asks for, with the button that leads to Slack."""
    permissions = "".join(
        _filled("permission", purpose=permission.purpose, scopes=" · ".join(permission.scopes))
        for permission in PERMISSIONS
    )
    body = _template("install").substitute(authorize_url=escape(authorize_url), permissions=permissions)
    return _page("Add Volt to Slack", body)


def success_page(installation: SlackInstallation, app: AppSettings) -> str:
    """Say where the bot is installed, and lead back to Slack."""
    app_id, team_id = installation.app_id or "", installation.team_id or ""
    if installation.is_enterprise_install:
        base = installation.enterprise_url or ""
        link = urljoin(base if _is_https(base) else _SLACK, f"manage/organization/apps/profile/{app_id}/workspaces/add")
        name = _name(installation.enterprise_name)
        return _page("Installed", _filled("organisation", name=name, workspaces_link=link))
    app_link = f"slack://app?{urlencode({'team': team_id, 'id': app_id, 'tab': 'home'})}"
    web_link = f"{urljoin(app.authorize_url, '/app_redirect')}?{urlencode({'app': app_id, 'team': team_id})}"
    name = _name(installation.team_name)
    return _page("Installed", _filled("installed", name=name, app_link=app_link, web_link=web_link))


def outcome_page(outcome: Outcome, install_url: str) -> str:
    """Say what went wrong, and what to do."""
    body = _filled("outcome", title=outcome.title, text=outcome.text, todo=outcome.todo)
    return _page(outcome.title, body + (_filled("again", install_url=install_url) if outcome.may_try_again else ""))


def _name(name: str | None) -> str:
    return clean(name or "")[:MAX_NAME_CHARS] or "your workspace"


def _is_https(url: str) -> bool:
    origin = origin_of(url)
    return origin is not None and origin[0] == "https"


@cache
def _template(name: str) -> Template:
    return Template(_read(f"{name}.html"))


def _filled(template: str, **words: str) -> str:
    """Fill words into a template, escaped."""
    return _template(template).substitute({name: escape(value) for name, value in words.items()})


def _page(title: str, body: str) -> str:
    return _template("page").substitute(title=escape(title), style=STYLE, body=body)
