"""People port: what Slack says of a person. Implemented in bot/slack."""

from typing import Protocol

from bot.domain.ids import UserId
from bot.domain.roles import Person


class People(Protocol):
    """People in Slack. What is known of them is taken for true for a few minutes."""

    async def person(self, user: UserId, own_teams: frozenset[str] = frozenset()) -> Person:
        """Look up what a person is; of unknown standing where Slack knows no such person. Safe to repeat.

        `own_teams` are the ids of our workspace and organisation where they are known already. Raises CallFailed.
        """

    def forget_person(self, user: UserId) -> None:
        """Take nothing for true any more that is known of a person: Slack told of a change."""

    def forget_group(self, group: str) -> None:
        """Take nothing for true any more that is known of a user group."""

    async def group_members(self, group: str) -> frozenset[UserId]:
        """List the members of a user group; nobody where there is none, or the app may not see it. Safe to repeat.

        Raises CallFailed.
        """
