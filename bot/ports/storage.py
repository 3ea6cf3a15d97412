"""Storage port: a store that runs units of work in transactions, and all else that belongs to a database."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from bot.domain.duties import Duty
from bot.domain.message_events import MessageEvent
from bot.domain.text_limits import TextLimits
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WorkspaceId
from bot.ports.alarms import Alarms
from bot.ports.erasure import Erasure
from bot.ports.figures import Figures
from bot.ports.hours import Hours, WaitingContacts
from bot.ports.imports import Imports
from bot.ports.installations import Connections, Installations
from bot.ports.messaging import T
from bot.ports.operations import Operations
from bot.ports.outbox import Inbox, Outbox
from bot.ports.own_channels import OwnChannels
from bot.ports.read_model import ReadModel
from bot.ports.repositories import (
    Attachments,
    Conversations,
    Messages,
    Pictures,
    Scheduled,
    SharedFiles,
    ShownLines,
    Tapbacks,
    Waves,
)
from bot.ports.roles import Roles
from bot.ports.settings import Audit, Confirmations, Settings
from bot.ports.steps import Steps
from bot.ports.tags import Searches, Tags
from bot.ports.team import Team
from bot.ports.weekly import WeeklyPosts


class Transaction(Protocol):
    """Transaction about one workspace: its repositories, and what concerns all of them.

    Plain synchronous calls, all kept or none. What other workspaces have stored is not there for it. `now` is one
    moment for the whole unit of work, `undo_window_s` how long a new reply can be undone, `limits`
    whom and how much people may text.
    """

    now: Micros
    undo_window_s: float
    limits: TextLimits
    workspace: WorkspaceId

    @property
    def begun(self) -> float:
        """The steady moment (call_deadline.py) from before `now` was read: claimed calls have their time from it."""

    @property
    def ahead(self) -> Micros:
        """How far `now` is ahead of the clock of a server that was set back, and has not caught up yet; else 0."""

    @property
    def seat(self) -> int | None:
        """The seat of the bot whose unit this is; a bot that others took for gone has another one from then on."""

    @property
    def inbox(self) -> Inbox: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def shown_lines(self) -> ShownLines: ...
    @property
    def attachments(self) -> Attachments: ...
    @property
    def tapbacks(self) -> Tapbacks: ...
    @property
    def pictures(self) -> Pictures: ...
    @property
    def shared_files(self) -> SharedFiles: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def confirmations(self) -> Confirmations: ...
    @property
    def scheduled(self) -> Scheduled: ...
    @property
    def waves(self) -> Waves: ...
    @property
    def alarms(self) -> Alarms: ...
    @property
    def imports(self) -> Imports: ...
    @property
    def weekly(self) -> WeeklyPosts: ...
    @property
    def figures(self) -> Figures: ...
    @property
    def waiting(self) -> WaitingContacts: ...
    @property
    def hours(self) -> Hours: ...
    @property
    def steps(self) -> Steps: ...
    @property
    def own_channels(self) -> OwnChannels: ...
    @property
    def tags(self) -> Tags: ...
    @property
    def searches(self) -> Searches: ...
    @property
    def team(self) -> Team: ...
    @property
    def connections(self) -> Connections: ...
    @property
    def installations(self) -> Installations: ...
    @property
    def erasure(self) -> Erasure: ...
    @property
    def roles(self) -> Roles: ...

    def savepoint(self) -> AbstractContextManager[None]:
        """A savepoint: this part of the unit is undone alone where it raises; the error is raised on."""

    def emit(self, event: MessageEvent) -> None:
        """Emit a message event to the observer, once the unit is on the disk."""

    def has_duty(self, duty: Duty) -> bool:
        """Whether a duty is ours until this unit is over: taken where nobody has it, or whoever had it has ended."""

    def end_duty(self, duty: Duty) -> None:
        """Leave a duty to others, where it is ours."""

    def shift_times(self, by: Micros, at: Micros | None = None) -> None:
        """Shift all waiting times, because the clock was set; `at` is the moment by the clock of before."""

    def clock_set_at(self) -> Micros:
        """When the clock was last set, in the time since; 0 for never."""

    def known_until(self) -> Micros:
        """The newest time stored in the database."""


class Store(Protocol):
    """Store of everything durable, as one workspace sees it.

    `pending` is set by each unit of work that leaves entries to be executed, and cleared by the dispatcher.
    """

    pending: asyncio.Event

    async def run(self, unit: Callable[[Transaction], T]) -> T:
        """Run one unit of work; returns after it is on the disk.

        Raises what the unit raises (nothing of it is kept) or StoreUnavailable (nothing of it was written).
        """


class Storage(Protocol):
    """Storage of one bot in one database; runs from start() to close().

    `store` runs units of work, `read_model` answers what people look up, both for the workspace of the environment;
    `operations` is for operators. `is_shared`: other bots may run on the same database.
    """

    is_shared: bool

    @property
    def store(self) -> Store: ...
    @property
    def read_model(self) -> ReadModel: ...

    def store_of(self, workspace: WorkspaceId) -> Store:
        """Give the store as another workspace sees it; always the same one."""

    def read_model_of(self, workspace: WorkspaceId) -> ReadModel:
        """Give the read model as another workspace sees it."""

    @property
    def operations(self) -> Operations: ...
    @property
    def waiting(self) -> int:
        """How many units of work wait to be written."""

    def server_now(self) -> Micros | None:
        """What time it is by the database's server, which tells it for all bots on it; None where this machine does."""

    async def start(self) -> None:
        """Open the database; calls that a crash interrupted are unknown from now on. Raises StoreUnavailable."""

    async def close(self) -> None:
        """Commit what waits and close the database."""
