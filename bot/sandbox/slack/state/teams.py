"""Teams (workspaces) of the stand-in, the installations of the app in them, and the ids of the first of each.

An installation is what the app may do in one team, or in every team of an organization, and who its bot is there.
https://docs.slack.dev/authentication/installing-with-oauth, https://docs.slack.dev/enterprise
"""

from __future__ import annotations

from dataclasses import dataclass, field

TEAM_ID, APP_ID, BOT_USER_ID, BOT_ID = "T0SANDBOX", "A0SANDBOX", "U0BOT", "B0BOT"
TEAM_NAME, TEAM_DOMAIN = "Sandbox", "sandbox"
BOT_TOKEN = "xoxb-sandbox"

SCOPES = (
    "chat:write",
    "chat:write.customize",
    "channels:history",
    "groups:history",
    "im:history",
    "channels:read",
    "groups:read",
    "channels:join",
    "channels:manage",
    "groups:write",
    "users:read",
    "usergroups:read",
    "reactions:read",
    "reactions:write",
    "files:read",
    "files:write",
    "commands",
)


@dataclass(frozen=True)
class Team:
    """Team: a workspace, perhaps of an organization (`enterprise_id`)."""

    id: str
    name: str
    domain: str
    enterprise_id: str | None = None


HOME = Team(TEAM_ID, TEAM_NAME, TEAM_DOMAIN)
"""The first team: the only one unless others are added."""


@dataclass
class Installation:
    """Installation of the app: in one team, or org-wide in several, of which the first answers for all."""

    teams: list[Team]
    bot_user_id: str
    bot_id: str
    token: str
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    is_org_wide: bool = False

    @property
    def team(self) -> Team:
        """Team that it is named by in the stand-in; an org-wide one names none in what it sends to the app."""
        return self.teams[0]

    @property
    def team_ids(self) -> list[str]:
        """Ids of the teams it is for."""
        return [team.id for team in self.teams]

    def covers(self, team_id: str) -> bool:
        """Whether it is for a team."""
        return team_id in self.team_ids

    def authorization(self) -> dict[str, object]:
        """Return what an envelope says of it."""
        where = {"enterprise_id": self.team.enterprise_id, "team_id": None if self.is_org_wide else self.team.id}
        return {**where, "user_id": self.bot_user_id, "is_bot": True, "is_enterprise_install": self.is_org_wide}


def first_installation() -> Installation:
    """Return the installation that every stand-in has unless it is told to have none."""
    return Installation([HOME], BOT_USER_ID, BOT_ID, BOT_TOKEN)
