"""The things in the stand-in workspace: users, channels, messages; and the records of what crossed its wire.

A ts is text. Shapes follow https://docs.slack.dev/reference/objects and https://docs.slack.dev/reference/events/message.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.sandbox.clock import clock
from bot.sandbox.http import Faults
from bot.sandbox.slack.state.teams import APP_ID, TEAM_ID, Installation

ZONE_LABELS = {
    f"{letter}{half}T": f"{zone} {light} Time"
    for letter, zone in (("E", "Eastern"), ("C", "Central"), ("M", "Mountain"), ("P", "Pacific"))
    for half, light in (("S", "Standard"), ("D", "Daylight"))
}


@dataclass
class User:
    """User: a person, or a bot. `only_in`: the channels a guest was let into; None: every channel of the team."""

    id: str
    name: str
    is_bot: bool = False
    tz: str = "America/New_York"
    is_admin: bool = False
    is_owner: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    deleted: bool = False
    display_name: str | None = None  # None: the same as the name
    team_id: str = TEAM_ID
    only_in: set[str] | None = None
    bot_id: str | None = None  # of another app's bot, and of a workflow's
    app_id: str | None = None
    is_workflow_bot: bool = False

    @property
    def handle(self) -> str:
        """Lower-case name that older fields carry."""
        return self.name.lower().replace(" ", ".")

    @property
    def tz_offset(self) -> int:
        """Seconds east of Greenwich, now."""
        offset = clock.now().astimezone(ZoneInfo(self.tz)).utcoffset()
        return int(offset.total_seconds()) if offset else 0

    @property
    def tz_label(self) -> str:
        """Name of the zone as Slack writes it, for the zones of the United States; else its short name."""
        short = clock.now().astimezone(ZoneInfo(self.tz)).tzname() or self.tz
        return ZONE_LABELS.get(short, short)


@dataclass
class Usergroup:
    """User group of a team: its members, and the name after the @."""

    id: str
    handle: str
    members: list[str]
    team_id: str = TEAM_ID
    is_disabled: bool = False


@dataclass
class Message:
    """Message as Slack keeps it. `edited` is what people see as "(edited)"; a deleted one stays in the list."""

    channel: str
    ts: str
    text: str
    user: str | None = None
    bot_id: str | None = None
    thread_ts: str | None = None
    blocks: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited: bool = False
    edited_ts: str | None = None
    deleted: bool = False
    subtype: str | None = None
    client_msg_id: str | None = None
    username: str | None = None  # another name than the bot's, and another face: chat:write.customize
    icons: dict[str, str] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    team_id: str = TEAM_ID  # of the author
    app_id: str = APP_ID  # of a post by an app
    is_shared: bool = False  # whether it stands in a channel that several teams share

    @property
    def is_reply(self) -> bool:
        """Whether it is a reply under a root."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass
class Channel:
    """Channel; `is_member` is about the bot of the first team, people are members unless `absent`.

    `teams` are those that share it, its host first. `im_user`: a direct message.
    """

    id: str
    name: str
    is_member: bool = True
    is_archived: bool = False
    is_private: bool = False
    messages: list[Message] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    im_user: str | None = None
    teams: list[str] = field(default_factory=lambda: [TEAM_ID])
    other_bots: set[str] = field(default_factory=set)  # further teams whose bot is in it
    invited: set[str] | None = None  # the people in it; None: all people of its teams
    creator: str = ""
    created: int = 1_700_000_000
    topic: str = ""
    previous_names: list[str] = field(default_factory=list)

    @property
    def is_shared(self) -> bool:
        """Whether several teams share it."""
        return len(self.teams) > 1

    def has_bot(self, team_id: str) -> bool:
        """Whether the bot of a team is in it."""
        return team_id in self.teams and (self.is_member if team_id == TEAM_ID else team_id in self.other_bots)

    def set_bot(self, team_id: str, *, is_in: bool) -> None:
        """Put the bot of a team in, or take it out."""
        if team_id == TEAM_ID:
            self.is_member = is_in
        elif is_in:
            self.other_bots.add(team_id)
        else:
            self.other_bots.discard(team_id)

    @property
    def is_im(self) -> bool:
        """Whether it is a direct message with one person."""
        return self.im_user is not None


@dataclass
class Call:
    """Call of the Web API; status 0 while it was not answered. `is_cut`: it acted but the answer was dropped."""

    method: str
    args: dict[str, Any]
    at: float
    status: int = 0
    answer: dict[str, Any] = field(default_factory=dict)
    is_cut: bool = False


@dataclass
class Execution:
    """Execution of a workflow step: running until the app gave its outputs, or an error in words.

    `token` is the one in its event, which works as long as the execution runs.
    """

    id: str
    callback_id: str
    inputs: dict[str, Any]
    installation: Installation
    outputs: dict[str, Any] | None = None
    error: str | None = None
    token: str = field(default_factory=lambda: f"xwfp-{secrets.token_hex(16)}")
    at: float = field(default_factory=clock.unix_time)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.outputs is None and self.error is None


class Delivery(NamedTuple):
    """Attempt to deliver an event; status 0 means no answer."""

    event_id: str
    retry_num: int
    status: int


@dataclass(frozen=True)
class SlashAnswer:
    """Answer of the app to a command or an interaction; status 0 means none in time."""

    status: int
    body: dict[str, Any]
    elapsed_s: float


@dataclass
class SlackRules(Faults):
    """Faults and limits of the stand-in Slack; those it inherits apply to every Web API method."""

    posts_per_s: float | None = None  # chat.postMessage above it, per channel, gets 429
    burst: int = 5  # as many posts at once are let through first
    throttle_s: float | None = None  # the Retry-After to answer; None: when the next post would pass, at least 1
    errors: dict[str, list[str]] = field(default_factory=dict)  # by method, one code per call
    drops: dict[str, int] = field(default_factory=dict)  # drop_answers of one method; "upload", "files-pri" for bytes
    late: dict[str, asyncio.Event] = field(default_factory=dict)  # by method: acts, and answers once this is set
    echoes: bool = True  # whether the app is told of its own posts
    file_redirects: int = 0  # downloads redirected to another path of the same host
    file_redirects_to_other_host: int = 0  # downloads redirected to another host
    file_logins: int = 0  # downloads answered with the login page although the token is right
    file_stubs: bool = False  # events say of files no more than their ids
    late_answers: dict[str, float] = field(
        default_factory=dict
    )  # by method: acts at once, answers after so many seconds
    shared_once: bool = False  # an event in a channel of several teams is sent for the first installation alone
    repeat_events: int = 0  # extra deliveries of each event
    bots_unarchive: bool = False  # whether a bot may unarchive a channel, which Slack does not allow for now
    overtake_s: float = 0.0  # each delivery of an event may be held up to so long, so that others overtake it
    retry_delays_s: tuple[float, ...] = (0.0, 60.0, 300.0)
    answer_limit_s: float = 3.0  # how long the app may take to answer

    def drops_answer(self, method: str) -> bool:
        """Tell whether the answer to a call of this method is dropped now, and count it."""
        left = self.drops.get(method, 0)
        if left > 0:
            self.drops[method] = left - 1
        return left != 0 or self.takes("drop_answers")
