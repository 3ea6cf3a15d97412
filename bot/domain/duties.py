"""Duties: what only one of several bots on one database may do at a time."""

from enum import Enum


class Duty(Enum):
    """A duty; of each workspace, where it is not the whole database's."""

    LOOK_UPS = "look-ups"  # recovery, unknown outcomes and the backfill: they share one allowance of look-ups
    WAVES = "waves"
    ALARMS = "alarms"
    IMPORTS = "imports"
    ROSTER = "roster"  # asking Slack who of a team may text
    STEPS = "steps"  # of workflows
    STREAM = "stream"  # watching what providers push, each over a connection of ours, and how far it was read
    HOUSEKEEPING = "housekeeping"
    TOKENS = "tokens"
    REGISTRATION = "registration"  # of the address of webhooks, for as long as that takes

    @property
    def is_whole(self) -> bool:
        """Whether one bot does it for all workspaces."""
        return self in (Duty.HOUSEKEEPING, Duty.TOKENS)
