"""Repository of who may do what, as the use cases see it within one transaction."""

from typing import Protocol

from bot.domain.ids import UserId
from bot.domain.roles import Policy


class Roles(Protocol):
    """Roles of the workspace that the unit of work is about."""

    def policy(self) -> Policy:
        """Whom the workspace gives which role, and whether guests and partners may do anything."""

    def set_policy(self, policy: Policy, author: UserId) -> None:
        """Store a policy in place of the one there was; what stays keeps its author and its time."""
