"""The pages that browsers show: to an admin the installation, and what can come of it; to a contact a file."""

import html
import re

from slack_sdk.oauth.installation_store import Installation

from bot.domain.shared_files import SharedFile
from bot.domain.thread_events import SlackFile
from bot.slack.media import file_page
from bot.slack.oauth import outcomes
from bot.slack.oauth.outcomes import Outcome, not_allowed, without_scopes
from bot.slack.oauth.pages import install_page, outcome_page, success_page
from bot.slack.oauth.settings import AppSettings
from tests.words.people import MOMENT, Example

APP = AppSettings("111.222", "secret", "https://bot.acme.com", "https://slack.com/api/")
TEAM = Installation(app_id="A0VOLT", team_id="T0ACME", team_name="Acme", user_id="U0AVA")
GROUP = Installation(
    app_id="A0VOLT",
    enterprise_id="E0ACME",
    enterprise_name="Acme Group",
    enterprise_url="https://acme.enterprise.slack.com/",
    is_enterprise_install=True,
    user_id="U0AVA",
)


def installation() -> list[Example]:
    """Show each page as it is read."""
    every = [one for one in vars(outcomes).values() if isinstance(one, Outcome)]
    return [
        ("the installation page", _lines(install_page("https://slack.com/oauth/v2/authorize"))),
        ("installed", _lines(success_page(TEAM, APP))),
        ("installed in an organisation", _lines(success_page(GROUP, APP))),
        *(
            ("not installed", _lines(outcome_page(one, APP.install_url)))
            for one in (*every, not_allowed("Acme"), without_scopes(["channels:history", "groups:history"]))
        ),
    ]


def files() -> list[Example]:
    """Show the pages that people open by the link in a text."""
    contract = SlackFile("F1", "contract.pdf", "application/pdf", 1_234_567, "", by_link=True)
    return [
        ("a file", _lines(file_page.file_page(SharedFile(1, contract, MOMENT), ""))),
        ("a file that is shared no more", _lines(file_page.gone_page())),
        ("an address that is cut off", _lines(file_page.unknown_page())),
        ("while Slack has trouble", _lines(file_page.later_page())),
    ]


def _lines(page: str) -> list[str]:
    mark = "</header>" if "</header>" in page else "</svg>"  # what comes before is the same on each page
    body = page.partition(mark)[2].replace("\n", " ")
    marked = re.sub(r'<a class="button"[^>]*>(.*?)</a>', r"[\1]", body)
    parts = re.split(r"<(?:h1|h2|p|li|code)\b[^>]*>", marked)
    read = (" ".join(html.unescape(re.sub(r"<[^>]*>", "", part)).split()) for part in parts)
    return [line for line in read if line]
