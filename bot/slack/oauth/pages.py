"""HTML of the installation pages, from the files in html/: our own style, nothing from elsewhere and no script.

Everything that comes from Slack is escaped where it is filled in.
"""

from urllib.parse import urlencode, urljoin

from slack_sdk.oauth.installation_store import Installation as SlackInstallation

from bot.domain.text import clean
from bot.domain.url_safety import origin_of
from bot.slack.html_pages import Html, HtmlPages
from bot.slack.oauth.grants import MAX_NAME_CHARS
from bot.slack.oauth.outcomes import Outcome
from bot.slack.oauth.scopes import PERMISSIONS
from bot.slack.oauth.settings import AppSettings

_PAGES = HtmlPages("bot.slack.oauth", "page.css")

HEADERS = {
    **_PAGES.headers,
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
        _PAGES.filled("permission", purpose=permission.purpose, scopes=" · ".join(permission.scopes))
        for permission in PERMISSIONS
    )
    body = _PAGES.filled("install", authorize_url=authorize_url, permissions=Html(permissions))
    return _PAGES.page("Add Volt to Slack", body)


def success_page(installation: SlackInstallation, app: AppSettings) -> str:
    """Say where the bot is installed, and lead back to Slack."""
    app_id, team_id = installation.app_id or "", installation.team_id or ""
    if installation.is_enterprise_install:
        base = installation.enterprise_url or ""
        link = urljoin(base if _is_https(base) else _SLACK, f"manage/organization/apps/profile/{app_id}/workspaces/add")
        name = _name(installation.enterprise_name)
        return _PAGES.page("Installed", _PAGES.filled("organisation", name=name, workspaces_link=link))
    app_link = f"slack://app?{urlencode({'team': team_id, 'id': app_id, 'tab': 'home'})}"
    web_link = f"{urljoin(app.authorize_url, '/app_redirect')}?{urlencode({'app': app_id, 'team': team_id})}"
    name = _name(installation.team_name)
    return _PAGES.page("Installed", _PAGES.filled("installed", name=name, app_link=app_link, web_link=web_link))


def outcome_page(outcome: Outcome, install_url: str) -> str:
    """Say what went wrong, and what to do."""
    body = _PAGES.filled("outcome", title=outcome.title, text=outcome.text, todo=outcome.todo)
    again = [_PAGES.filled("again", install_url=install_url)] if outcome.may_try_again else []
    return _PAGES.page(outcome.title, body, *again)


def _name(name: str | None) -> str:
    return clean(name or "")[:MAX_NAME_CHARS] or "your workspace"


def _is_https(url: str) -> bool:
    origin = origin_of(url)
    return origin is not None and origin[0] == "https"
