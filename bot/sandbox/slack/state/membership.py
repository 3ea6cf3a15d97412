"""Who is where in the stand-in: teams, installations of the app, channels that teams share, people and user groups.

It refuses nothing. A stand-in has one team with the app installed until others are added.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.sandbox.slack.state.model import Channel, User, Usergroup
from bot.sandbox.slack.state.people import facts_of
from bot.sandbox.slack.state.teams import (
    APP_ID,
    BOT_ID,
    BOT_USER_ID,
    HOME,
    TEAM_DOMAIN,
    TEAM_ID,
    Installation,
    Team,
    first_installation,
)
from bot.sandbox.wire import Watched

PARTNER = Team("T0PARTNER", "Partner", "partner")
"""Team of a person of kind "partner" unless another is named."""


class Membership(Watched):
    """Teams, installations, channels and people; `team_id`, `bot_token` and the like are those of the first team."""

    team_id, app_id, bot_user_id, bot_id = TEAM_ID, APP_ID, BOT_USER_ID, BOT_ID
    domain = TEAM_DOMAIN

    def __init__(self) -> None:
        super().__init__()
        self.teams: dict[str, Team] = {TEAM_ID: HOME}
        self.first = first_installation()
        self.installations: list[Installation] = [self.first]
        self.channels: dict[str, Channel] = {}
        self.users: dict[str, User] = {BOT_USER_ID: User(BOT_USER_ID, "Volt", is_bot=True)}
        self.usergroups: dict[str, Usergroup] = {}

    @property
    def bot_token(self) -> str:
        """Bot token of the first team."""
        return self.first.token

    @bot_token.setter
    def bot_token(self, token: str) -> None:
        self.first.token = token

    @property
    def scopes(self) -> list[str]:
        """Scopes of the first team's installation; change them at will."""
        return self.first.scopes

    @scopes.setter
    def scopes(self, scopes: list[str]) -> None:
        self.first.scopes = scopes

    def add_team(self, id: str, name: str, *, enterprise_id: str | None = None) -> Team:  # noqa: A002 - as below
        """Make a team, without the app and without people."""
        self.teams[id] = Team(id, name, name.lower().replace(" ", "-"), enterprise_id)
        self.tell("team", self.teams[id])
        return self.teams[id]

    def add_channel(
        self,
        id: str,  # noqa: A002 - the name callers know it by
        name: str,
        *,
        members: bool = True,
        archived: bool = False,
        private: bool = False,
        team_id: str = TEAM_ID,
    ) -> Channel:
        """Make a channel of a team; `members` says whether the team's bot is in it."""
        channel = Channel(id, name, is_archived=archived, is_private=private, teams=[team_id])
        channel.set_bot(team_id, is_in=members)
        self.channels[id] = channel
        self.tell("channel", channel)
        return channel

    def add_user(self, id: str, name: str, **facts: Any) -> User:  # noqa: A002 - the name callers know it by
        """Make a person; facts are fields of User, such as tz or is_admin."""
        self.users[id] = User(id, name, **facts)
        self.tell("user", self.users[id])
        return self.users[id]

    def add_person(
        self,
        id: str,  # noqa: A002 - the name callers know it by
        name: str,
        kind: str = "member",
        *,
        channels: Sequence[str] = (),
        **facts: Any,
    ) -> User:
        """Make a person of a kind of people.KINDS. A guest is in the named channels only.

        A partner is of another team, PARTNER unless `team_id` names one; the named channels become shared with it.
        """
        facts = facts_of(kind, id) | facts
        if kind == "partner":
            facts["team_id"] = self._partner_team(facts.get("team_id"))
            for channel in channels:
                self.share(channel, facts["team_id"])
        if facts.get("is_restricted"):
            facts["only_in"] = set(channels)
        return self.add_user(id, name, **facts)

    def _partner_team(self, team_id: str | None) -> str:
        if team_id is None:
            self.teams.setdefault(PARTNER.id, PARTNER)
        return team_id or PARTNER.id

    def add_usergroup(self, id: str, handle: str, members: Sequence[str], *, team_id: str = TEAM_ID) -> Usergroup:  # noqa: A002 - as above
        """Make a user group of a team."""
        self.usergroups[id] = Usergroup(id, handle, list(members), team_id)
        self.tell("usergroup", self.usergroups[id])
        return self.usergroups[id]

    def share(self, channel: str, team_id: str) -> None:
        """Share a channel with a further team (Slack Connect): it keeps its id, and that team's people are in it."""
        if team_id not in self.channels[channel].teams:
            self.channels[channel].teams.append(team_id)
            self.tell("channel", self.channels[channel])

    def is_external(self, channel: Channel) -> bool:
        """Whether a channel is shared with another company: with a team of no, or of another, organization."""
        owners = {self.teams[one].enterprise_id or one for one in channel.teams}
        return len(owners) > 1

    def members(self, channel: Channel) -> list[str]:
        """Return who is in a channel: all people of its teams but guests and those absent, and the bots let in."""
        return [user.id for user in self.users.values() if self._is_in(user, channel)]

    def _is_in(self, user: User, channel: Channel) -> bool:
        if user.deleted or user.id in channel.absent or user.team_id not in channel.teams:
            return False
        if user.only_in is not None and channel.id not in user.only_in:
            return False
        is_ours = self.bot_installation(user.id) is not None
        if channel.invited is not None and not is_ours and user.id not in channel.invited:
            return False
        if channel.im_user:
            return is_ours or user.id == channel.im_user
        return not is_ours or channel.has_bot(user.team_id)

    def bot_installation(self, bot: str | None) -> Installation | None:
        """Return the installation whose bot has this user id or bot id."""
        return next((one for one in self.installations if bot in (one.bot_user_id, one.bot_id)), None)

    def installation_for(self, team_id: str) -> Installation | None:
        """Return the installation that is for a team."""
        return next((one for one in self.installations if one.covers(team_id)), None)

    def can_see(self, who: Installation, channel: Channel) -> bool:
        """Whether a channel is one of an installation's, and public there or joined."""
        is_there = any(who.covers(team_id) for team_id in channel.teams)
        return is_there and (not channel.is_private or self.is_in(who, channel))

    def is_in(self, who: Installation, channel: Channel) -> bool:
        """Whether the bot of an installation is in a channel."""
        return any(channel.has_bot(one) for one in who.team_ids)

    def empty(self, channel: Channel) -> None:
        """Take everybody out of a public channel, as when it is archived; a private one keeps them."""
        if channel.is_private:
            return
        for team_id in channel.teams:
            channel.set_bot(team_id, is_in=False)
        if channel.invited is not None:
            channel.invited.clear()

    def is_stranger(self, who: Installation, user: User) -> bool:
        """Whether a person is of no team of the installation, and in no channel that it can see."""
        seen = (channel for channel in self.channels.values() if self.can_see(who, channel))
        return not who.covers(user.team_id) and not any(self._is_in(user, channel) for channel in seen)
