"""Workspace of the stand-in: post, change, remove, react; each makes the event Slack would.

It refuses nothing; rights and limits are checked by the Web API methods before they change it.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from bot.sandbox.clock import clock
from bot.sandbox.slack.state.membership import Membership
from bot.sandbox.slack.state.model import Call, Channel, Delivery, Execution, Message, SlackRules
from bot.sandbox.slack.state.teams import TEAM_ID, Installation
from bot.sandbox.slack.state.wire import hidden_event, message_event, message_object
from bot.sandbox.slack.state.wire import reaction_event as reaction_shape

SUBSCRIBED = frozenset(
    {
        "message",  # message.channels and message.groups
        "message.im",
        "reaction_added",
        "app_home_opened",
        "app_uninstalled",
        "tokens_revoked",
        "member_joined_channel",
        "channel_id_changed",
        "channel_archive",
        "group_archive",
        "channel_unarchive",
        "group_unarchive",
        "channel_shared",
        "channel_unshared",
    }
)


class Workspace(Membership):
    """Workspace: messages of its channels, with the records of what crossed the wire."""

    signing_secret = "8f742231b10e8888abcd99yyyzzz85a5"
    app_token = "xapp-sandbox"

    def __init__(self) -> None:
        super().__init__()
        self.rules = SlackRules()
        self.subscribed: set[str] = set(SUBSCRIBED)
        self.calls: list[Call] = []
        self.deliveries: list[Delivery] = []
        self.responses: list[dict[str, Any]] = []
        self.ephemerals: list[dict[str, Any]] = []
        self.ephemeral_owners: dict[str, Installation] = {}  # by ts
        self.unseen: list[dict[str, Any]] = []  # ephemerals that Slack took and showed nobody
        self.views: dict[str, dict[str, Any]] = {}
        self.homes: dict[str, dict[str, Any]] = {}
        self.open_modals: dict[str, list[str]] = {}  # by seat: ids of views, the top one last
        self.typed: dict[
            str, dict[str, dict[str, dict[str, Any]]]
        ] = {}  # by view, block and action: an element's state
        self.suggested: dict[tuple[str, str], list[dict[str, Any]]] = {}  # by view or message, and action_id
        self.undocumented: list[tuple[str, str]] = []  # arguments by method that no reference page names
        self.refused: list[str] = []  # what Slack would not take of the app's answers
        self.triggers: dict[str, float] = {}
        self.trigger_seats: dict[str, str] = {}
        self.trigger_owners: dict[str, Installation] = {}
        self.post_credit: dict[str, tuple[float, float]] = {}  # by channel: posts left, and when they were counted
        self.posts_refused_until: dict[str, float] = {}  # by channel, on time.monotonic()
        self.functions: dict[str, dict[str, Any]] = {}  # by callback id, as in the app's manifest; none: not checked
        self.executions: dict[str, Execution] = {}  # of workflow steps, by id
        self.files: dict[str, Any] = {}  # by id: HeldFile
        self.uploads: dict[str, Any] = {}  # by file id: Upload
        self.other_host_requests: list[str | None] = []  # their Authorization headers
        self.api_url = self.authorize_url = ""
        self.files_url = ""
        self._last_us = 0

    def next_ts(self) -> str:
        """Return a ts later than every one before: Unix seconds, a dot, six digits."""
        self._last_us = max(int(clock.unix_time() * 1_000_000), self._last_us + 1)
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def find(self, channel: str, ts: str) -> Message | None:
        """Return the message, unless it is gone."""
        messages = self.channels[channel].messages if channel in self.channels else []
        return next((message for message in messages if message.ts == ts and not message.deleted), None)

    def message_at(self, channel: str, ts: str) -> Message:
        """Return the message; raise LookupError when there is none."""
        found = self.find(channel, ts)
        if found is None:
            raise LookupError(f"no message {ts} in {channel}")
        return found

    def shown_at(self, channel: str, ts: str) -> Message | dict[str, Any]:
        """Return the ephemeral or the message with this ts; raise LookupError when there is none."""
        ephemeral = next((one for one in self.ephemerals if one["message_ts"] == ts), None)
        return ephemeral or self.message_at(channel, ts)

    def show_ephemeral(self, shown: dict[str, Any], by: Installation) -> None:
        """Show a message of an installation's bot to one person, and keep it in `ephemerals` alone."""
        self.ephemeral_owners[shown["message_ts"]] = by
        self.ephemerals.append(shown)
        self.tell("ephemeral", shown)

    def owner_of(self, shown: Message | dict[str, Any]) -> Installation:
        """Return the installation whose bot posted a message or an ephemeral; raise LookupError when it is gone."""
        if isinstance(shown, dict):
            found = self.ephemeral_owners.get(shown["message_ts"])
        else:
            found = self.bot_installation(shown.bot_id)
        if found not in self.installations:
            raise LookupError("the app that posted this is not installed any more, or never was")
        return found

    def offered(self, place: str, action_id: str) -> list[dict[str, Any]]:
        """Return the options that were answered to searches in a menu of a view, or of a message by its ts."""
        return self.suggested.get((place, action_id), [])

    def replies(self, root: Message) -> list[Message]:
        """Return the replies under a root that still stand, in order."""
        messages = self.channels[root.channel].messages
        return [one for one in messages if one.thread_ts == root.ts and one.is_reply and not one.deleted]

    def thread(self, channel: str, ts: str) -> list[Message]:
        """Return the root and its replies; a deleted root counts while replies stand."""
        roots = [one for one in self.channels[channel].messages if one.ts == ts]
        return [*roots, *(reply for root in roots for reply in self.replies(root))]

    def emit(self, event: dict[str, Any]) -> None:
        """Deliver an event in the background."""
        raise NotImplementedError

    def add(self, message: Message) -> dict[str, Any]:
        """Keep a new message and return its event; the counters of its root are emitted at once."""
        channel = self.channels[message.channel]
        message.is_shared = channel.is_shared
        root = self.find(message.channel, message.thread_ts) if message.is_reply and message.thread_ts else None
        before = self._root_object(root) if root else {}
        channel.messages.append(message)
        if root is not None:
            root.thread_ts = root.ts
            fields = {"message": self._root_object(root), "previous_message": before}
            self.emit(hidden_event(channel, "message_changed", self.next_ts(), **fields))
        self.tell("message", message)
        return message_event(channel, message)

    def _root_object(self, root: Message) -> dict[str, Any]:
        return {"edited": {}} | message_object(root, self.replies(root))

    def change(self, message: Message, *, text: str, blocks: list[dict[str, Any]], marks: bool) -> dict[str, Any]:
        """Write a message anew and return its event; `marks` says whether people see "(edited)"."""
        previous = deepcopy(message_object(message, self.replies(message)))
        message.text, message.blocks = text, blocks
        ts = self.next_ts()
        if marks:
            message.edited, message.edited_ts = True, ts
        self.tell("message", message)
        now = message_object(message, self.replies(message))
        channel = self.channels[message.channel]
        return hidden_event(channel, "message_changed", ts, message=now, previous_message=previous)

    def remove(self, message: Message) -> dict[str, Any]:
        """Delete a message and return its event; a root with replies leaves a tombstone, as in Slack."""
        channel, ts = self.channels[message.channel], self.next_ts()
        replies = self.replies(message)
        previous = message_object(message, replies)
        message.deleted = True
        self.tell("message", message)
        if not replies:
            return hidden_event(channel, "message_deleted", ts, previous_message=previous, deleted_ts=message.ts)
        tomb = Message(message.channel, message.ts, "This message was deleted.", "USLACKBOT", subtype="tombstone")
        stone = message_object(tomb, replies) | {"hidden": True}
        return hidden_event(channel, "message_changed", ts, message=stone, previous_message=previous)

    def let_in(self, channel: Channel, team_id: str = TEAM_ID) -> dict[str, Any]:
        """Make the bot of a team a member and return the event."""
        channel.set_bot(team_id, is_in=True)
        self.tell("channel", channel)
        installed = self.installation_for(team_id)
        kind = "G" if channel.is_private else "C"
        place = {"channel": channel.id, "channel_type": kind, "team": team_id, "event_ts": self.next_ts()}
        return {"type": "member_joined_channel", "user": installed.bot_user_id if installed else None, **place}

    def react(self, message: Message, user: str, name: str) -> dict[str, Any]:
        """Add a reaction and return its event."""
        message.reactions.setdefault(name, []).append(user)
        self.tell("message", message)
        return reaction_shape("reaction_added", message, user=user, name=name, ts=self.next_ts())

    def unreact(self, message: Message, user: str, name: str) -> dict[str, Any]:
        """Take a reaction away and return its event."""
        message.reactions[name].remove(user)
        if not message.reactions[name]:
            del message.reactions[name]
        self.tell("message", message)
        return reaction_shape("reaction_removed", message, user=user, name=name, ts=self.next_ts())

    def describe(self) -> str:
        """Return the state in one line, without texts."""
        messages = {channel.name: len(channel.messages) for channel in self.channels.values()}
        calls = [f"{call.method} {call.status} {call.answer.get('error', '')}".rstrip() for call in self.calls[-8:]]
        statuses = [delivery.status for delivery in self.deliveries[-8:]]
        return f"messages {messages}; {len(self.calls)} calls, last {calls}; event deliveries, last {statuses}"
