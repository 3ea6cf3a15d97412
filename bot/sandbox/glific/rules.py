"""Rules of the stand-in for Glific: its faults, its limits and its delays."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox.http import Faults

OLD_GLIFIC = (
    "RootQueryType.contactByPhone",
    "RootMutationType.optinContact",
    "Message.messageBroadcastId",
    "Message.templateId",
    "MessageFilter.dateRange",
    "ContactFilter.term",
)
"""Parts of the schema that came in the course of years; one that is old enough has none of them."""


@dataclass
class GlificRules(Faults):
    """Faults of the stand-in for Glific; those it inherits apply to GraphQL calls. Counts run down; -1 means always."""

    only: tuple[str, ...] = ()  # root fields that the counted and timed faults are for; none named: all
    late_s: float = 0.0  # acts at once, answers later
    statuses: list[tuple[int, str]] = field(default_factory=list)  # one (status, body) for each call
    acts_first: bool = False  # what is answered with such a status was done all the same
    errors: list[str] = field(default_factory=list)  # one GraphQL error for each call
    internal: int = 0  # acts, then answers that something unexpected has happened
    unknown_fields: list[str] = field(default_factory=list)  # such as "Message.sendAt": not in the schema

    no_tenant: bool = False  # the host name belongs to nobody
    session_down: bool = False  # login and renewal answer 503 with an HTML page
    drop_sessions: int = 0  # login or renewal acts, then cuts the connection
    calls_a_minute: int = 180
    logins_a_minute: int = 50

    refuse_sockets: bool = False  # answers 503 instead of a websocket
    no_socket: bool = False  # a Glific before November 2022: it has Phoenix channels, at another address
    mute_pongs: bool = False  # does not answer pings of the protocol
    heartbeat_s: float = 30.0  # control pings of the server
    repeat_events: int = 0  # extra copies of each pushed event
    reorder_events: bool = False  # pushed events change places in pairs
    hold_s: float = 2.0  # how long reorder holds an event when no other follows
    lose_events: int = 0  # pushed events that reach nobody

    early_sent: bool = False  # sentMessage and the statuses come before the answer of the mutation
    sent_after_s: float = 0.05
    delivered_after_s: float = 0.2
    read_after_s: float | None = None  # nobody reads by themselves
    broadcast_after_s: float = 0.2  # a job each minute at Glific
    broadcast_size: int = 100  # contacts for each run of that job
    answer_limit_s: float = 5.0  # how long a flow waits for a webhook


def old_glific() -> list[str]:
    """Return the fields that an old Glific does not know, for `unknown_fields`."""
    return list(OLD_GLIFIC)
