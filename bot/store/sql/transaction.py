"""Transaction: the repositories over one open transaction, and what concerns all of them.

Repositories are made when they are first asked for: most units of work need two or three.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from bot.domain.duties import Duty
from bot.domain.message_events import MessageEvent
from bot.domain.text_limits import UNLIMITED
from bot.domain.timestamps import Micros
from bot.domain.workspaces import FROM_ENVIRONMENT, WHOLE_DATABASE, WorkspaceId
from bot.store.sql import recovery
from bot.store.sql.alarms import Alarms
from bot.store.sql.attachments import Attachments
from bot.store.sql.audit import Audit
from bot.store.sql.confirmations import Confirmations
from bot.store.sql.connection import Connection
from bot.store.sql.conversations import Conversations
from bot.store.sql.erasure import Erasure
from bot.store.sql.figures import Figures
from bot.store.sql.hours import Hours
from bot.store.sql.imports import Imports
from bot.store.sql.inbox import Inbox
from bot.store.sql.installations import Connections, Installations
from bot.store.sql.messages import Messages
from bot.store.sql.outbox import Outbox
from bot.store.sql.own_channels import OwnChannels
from bot.store.sql.pictures import Pictures
from bot.store.sql.roles import Roles
from bot.store.sql.scheduled import Scheduled
from bot.store.sql.session import Session
from bot.store.sql.settings import Settings
from bot.store.sql.shared_files import SharedFiles
from bot.store.sql.shown_lines import ShownLines
from bot.store.sql.steps import Steps
from bot.store.sql.tags import Searches, Tags
from bot.store.sql.tapbacks import Tapbacks
from bot.store.sql.team import Team
from bot.store.sql.waiting import WaitingContacts
from bot.store.sql.waves import Waves
from bot.store.sql.weekly import WeeklyPosts

COUNTED_EVERY = 100_000
"""Microseconds in which calls that leave are counted once: the count is a page of its own in each COMMIT."""


class SqlTransaction:
    """bot.ports.storage.Transaction over one open transaction."""

    def __init__(self, connection: Connection, now: Micros, workspace: WorkspaceId = FROM_ENVIRONMENT) -> None:
        self._session = Session(connection, now, workspace)
        self.now, self.workspace = now, workspace
        self.undo_window_s = 0.0
        self.limits = UNLIMITED
        self.events: list[MessageEvent] = []
        self.calls_made: int | None = None
        self.counted_at = Micros(0)

    @cached_property
    def inbox(self) -> Inbox:
        """Events seen, stored and parked."""
        return Inbox(self._session)

    @cached_property
    def outbox(self) -> Outbox:
        """Entries, lanes and rate limits."""
        return Outbox(self._session)

    @cached_property
    def conversations(self) -> Conversations:
        """Conversations and their threads."""
        return Conversations(self._session)

    @cached_property
    def messages(self) -> Messages:
        """Texts."""
        return Messages(self._session)

    @cached_property
    def shown_lines(self) -> ShownLines:
        """What threads show."""
        return ShownLines(self._session)

    @cached_property
    def attachments(self) -> Attachments:
        """Attachments from phones."""
        return Attachments(self._session)

    @cached_property
    def tapbacks(self) -> Tapbacks:
        """Reactions of contacts that came as texts."""
        return Tapbacks(self._session)

    @cached_property
    def pictures(self) -> Pictures:
        """Pictures of texts that go out."""
        return Pictures(self._session)

    @cached_property
    def shared_files(self) -> SharedFiles:
        """Files that links lead to."""
        return SharedFiles(self._session)

    @cached_property
    def settings(self) -> Settings:
        """Modes, routes, templates and values."""
        return Settings(self._session)

    @cached_property
    def audit(self) -> Audit:
        """Who did what."""
        return Audit(self._session)

    @cached_property
    def confirmations(self) -> Confirmations:
        """Confirmations."""
        return Confirmations(self._session)

    @cached_property
    def scheduled(self) -> Scheduled:
        """Scheduled texts."""
        return Scheduled(self._session)

    @cached_property
    def installations(self) -> Installations:
        """Installations of all workspaces."""
        return Installations(self._session)

    @cached_property
    def connections(self) -> Connections:
        """Connections and accounts."""
        return Connections(self._session)

    @cached_property
    def roles(self) -> Roles:
        """Who may do what."""
        return Roles(self._session)

    @cached_property
    def erasure(self) -> Erasure:
        """Erasure of a person."""
        return Erasure(self._session)

    @cached_property
    def waves(self) -> Waves:
        """Waves and their cards."""
        return Waves(self._session)

    @cached_property
    def alarms(self) -> Alarms:
        """Moments at which something is to be done."""
        return Alarms(self._session)

    @cached_property
    def imports(self) -> Imports:
        """Contacts from files."""
        return Imports(self._session)

    @cached_property
    def weekly(self) -> WeeklyPosts:
        """Posts of weekly summaries."""
        return WeeklyPosts(self._session)

    @cached_property
    def figures(self) -> Figures:
        """Figures."""
        return Figures(self._session)

    @cached_property
    def waiting(self) -> WaitingContacts:
        """Contacts who wait for an answer."""
        return WaitingContacts(self._session)

    @cached_property
    def hours(self) -> Hours:
        """Hours, goals and automatic answers."""
        return Hours(self._session)

    @cached_property
    def steps(self) -> Steps:
        """Executions of workflow steps."""
        return Steps(self._session)

    @cached_property
    def own_channels(self) -> OwnChannels:
        """Channels of their own."""
        return OwnChannels(self._session)

    @cached_property
    def tags(self) -> Tags:
        """Tags and their rules."""
        return Tags(self._session)

    @cached_property
    def searches(self) -> Searches:
        """Searches that are kept."""
        return Searches(self._session)

    @cached_property
    def team(self) -> Team:
        """Who is on duty, and notes of hand-overs."""
        return Team(self._session)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Savepoint: undo this part of the unit, and nothing else, where it raises."""
        if self._session.fault is not None:
            raise self._session.fault
        emitted, connection = len(self.events), self._session.connection
        connection.execute("SAVEPOINT part")
        try:
            yield
        except Exception as error:
            if self._session.note_fault(error):
                raise  # it is the whole unit's, and all others' of its batch
            connection.execute("ROLLBACK TO part")
            connection.execute("RELEASE part")
            self._session.forget()
            del self.events[emitted:]
            raise
        connection.execute("RELEASE part")

    @property
    def fault(self) -> Exception | None:
        """The database's own fault that this unit met, if any: nothing of it may be kept, whatever it goes on with."""
        return self._session.fault

    @property
    def begun(self) -> float:
        """The steady moment from before its time was read."""
        return self._session.connection.begun

    @property
    def ahead(self) -> Micros:
        """How far its time is ahead of the server's clock."""
        return self._session.connection.ahead

    @property
    def seat(self) -> int | None:
        """The seat of the bot whose unit this is, by which its calls are known from those of others."""
        return self._session.connection.seat

    @property
    def concerns_all(self) -> bool:
        """Whether this unit changed something in all workspaces."""
        return self._session.concerns_all

    def emit(self, event: MessageEvent) -> None:
        """Keep an event until the unit is on the disk."""
        self.events.append(event)

    def has_duty(self, duty: Duty) -> bool:
        """Tell whether a duty is ours, and take it where nobody has it."""
        return self._session.connection.has_duty(self._named(duty))

    def end_duty(self, duty: Duty) -> None:
        """Leave a duty to others."""
        self._session.connection.end_duty(self._named(duty))

    def _named(self, duty: Duty) -> str:
        return duty.value if duty.is_whole else f"{duty.value} {self.workspace}"

    def shift_times(self, by: Micros, at: Micros | None = None) -> None:
        """Move waiting times along with the clock."""
        recovery.shift_times(self._session, by, self.now if at is None else at)

    def clock_set_at(self) -> Micros:
        """Tell when the clock was last set."""
        return recovery.clock_set_at(self._session)

    def known_until(self) -> Micros:
        """Tell the last moment that the database knows of."""
        return Micros(min(self._session.existing("known_until")["at"], self.now))

    def finish(self) -> bool:
        """Finish the unit: bring the touched lanes up to date; True where there is something new to do."""
        session = self._session
        if session.fault is not None:
            raise session.fault  # whoever caught it took it for a fault of one text
        if session.has_started and abs(self.now - self.counted_at) >= COUNTED_EVERY:
            self.calls_made = session.existing("count_call")["count"]
        if session.touched or session.touched_anywhere:
            self.outbox.refresh_lanes()
        return session.has_work

    def resume(self) -> int:
        """After a crash: what was in flight is unknown, never "not sent"; returns how many calls that were."""
        return recovery.resume(self._session)

    def scopes(self) -> Iterator["SqlTransaction"]:
        """Give this transaction as each of the workspaces sees it; what they emit is emitted by this one."""
        for workspace in recovery.workspaces(self._session):
            tx = SqlTransaction(self._session.connection, self.now, workspace)
            tx.undo_window_s, tx.limits, tx.events = self.undo_window_s, self.limits, self.events
            yield tx
            tx.finish()

    def note_restored(self, calls: int) -> None:
        """Note that the database is a copy no more, and count more calls than these."""
        self.calls_made = self._session.existing("raise_calls", count=calls)["count"]
        self._session.do("set_value", workspace=WHOLE_DATABASE, name=recovery.COPIED, value="")
