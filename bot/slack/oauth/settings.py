"""Settings of the app at Slack, as far as installing needs them, and the addresses that follow from them."""

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"


@dataclass(frozen=True)
class AppSettings:
    """Settings of the app: its id and secret at Slack, our own address, and who may install it.

    `allowed_teams` holds ids of teams and organisations; empty, all may. `api_url` is SLACK_API_URL.
    """

    client_id: str
    client_secret: str = field(repr=False)
    public_url: str
    api_url: str
    allowed_teams: frozenset[str] = frozenset()

    @property
    def install_url(self) -> str:
        """Address of the page that an admin opens."""
        return self.public_url.rstrip("/") + INSTALL_PATH

    @property
    def redirect_url(self) -> str:
        """Address to which Slack sends the admin back; the app's settings at Slack name it too."""
        return self.public_url.rstrip("/") + REDIRECT_PATH

    @property
    def authorize_url(self) -> str:
        """Slack's own page, at which an admin agrees."""
        return urljoin(self.api_url.rstrip("/") + "/", "../oauth/v2/authorize")

    @property
    def cookie_path(self) -> str:
        """Path of both pages: the cookie goes nowhere else."""
        return urlsplit(self.redirect_url).path.rpartition("/")[0]

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us by https; only a demo on this machine is reached otherwise."""
        return urlsplit(self.public_url).scheme == "https"

    def may_install(self, team_id: str, enterprise_id: str) -> bool:
        """Tell whether a team may install the app, by itself or by its organisation."""
        return not self.allowed_teams or bool(self.allowed_teams & {team_id, enterprise_id})
