"""Workspaces as a round sees them: their people, their bot, their organization at Volt, and what all of them read.

Refuses to look inside the bot, and to show of one workspace what the bot of another has posted.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.ids import ChannelId, UserId
from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.slack.state.model import Message
from bot.sandbox.slack.state.teams import Installation
from bot.sandbox.volt.organization import Organization
from tests.harness.world import AVA, BEN, CHANNEL, shown

GROUP, ROOM = "E0GROUP", ChannelId("C0ROOM")
NUMBERS = {"north": "+15555550111", "south": "+15555550122"}
"""Marks of workspaces that share a channel and their contacts, and the number that each texts from."""


@dataclass(frozen=True)
class Tenant:
    """One workspace; its texts bear its `mark`, "" where it is the only one. `writer` is an admin."""

    slack: SlackStandIn
    volt: Organization
    mark: str
    team: str
    channel: ChannelId
    writer: UserId
    colleague: UserId

    @property
    def installed(self) -> Installation:
        """The bot in this workspace. Raises LookupError where the app is not installed."""
        found = self.slack.installation_for(self.team)
        if found is None:
            raise LookupError(f"the app is not installed in {self.team}")
        return found

    @property
    def has_bot(self) -> bool:
        """Whether the bot is in the channel."""
        return self.slack.channels[self.channel].has_bot(self.team)

    # --- what people see

    def posts(self) -> list[Message]:
        """Return the bot's posts of all channels, in order."""
        own = self.installed.bot_id
        return [one for place in self.slack.channels.values() for one in place.messages if one.bot_id == own]

    def roots(self) -> dict[str, Message]:
        """Return the bot's posts in the channels themselves, by ts."""
        posts = (one for one in self.posts() if not one.is_reply)
        return {one.ts: one for one in posts if not self.slack.channels[one.channel].is_im}

    def root_of(self, contact: str) -> Message | None:
        """Find the thread of a contact, once it has one where people may write; the newest where it has several."""
        found = (root for root in self.roots().values() if shown(contact) in root.text)
        return next((one for one in reversed(list(found)) if not self.slack.channels[one.channel].is_archived), None)

    def thread_of(self, root: Message) -> list[Message]:
        """Return the bot's posts under a header."""
        own = self.installed.bot_id
        return [
            one for one in self.slack.channels[root.channel].messages if one.bot_id == own and one.thread_ts == root.ts
        ]

    def lines(self) -> list[tuple[str, str]]:
        """List what the bot wrote in threads, in order: the root's words, and a line."""
        posts = self.posts()
        roots = {one.ts: one.text for one in posts if not one.is_reply}
        replies = (one for one in posts if one.is_reply)
        return [(roots.get(str(one.thread_ts), ""), line) for one in replies for line in one.text.splitlines()]


def alone(slack: SlackStandIn, volt: VoltStandIn) -> list[Tenant]:
    """Give the one workspace whose tokens the environment holds."""
    return [Tenant(slack, volt, "", slack.team_id, CHANNEL, AVA, BEN)]


def side_by_side(slack: SlackStandIn, volt: VoltStandIn) -> list[Tenant]:
    """Make workspaces of one organization that share a channel; the app is in none of them yet."""
    tenants = [_make(slack, volt, mark, number) for mark, number in NUMBERS.items()]
    slack.add_channel(ROOM, "texts", members=False, team_id=tenants[0].team)
    for one in tenants[1:]:
        slack.share(ROOM, one.team)
    return tenants


def _make(slack: SlackStandIn, volt: VoltStandIn, mark: str, number: str) -> Tenant:
    name = mark.upper()
    team, writer, colleague = f"T0{name}", UserId(f"U0AVA{name}"), UserId(f"U0BEN{name}")
    slack.add_team(team, mark.title(), enterprise_id=GROUP)
    slack.add_user(writer, f"Ava of {mark.title()}", is_admin=True, team_id=team)
    slack.add_user(colleague, f"Ben of {mark.title()}", team_id=team)
    return Tenant(slack, volt.add_organization(number, mark.title()), mark, team, ROOM, writer, colleague)
