"""Slack interaction payloads as values: user, channel, trigger_id, response_url, and the state of a view.

Pure readers. Every field is optional and may have any type, so nothing raises here; a handler refuses an interaction
that lacks what it needs. Shapes: https://docs.slack.dev/reference/interaction-payloads
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.ids import ChannelId, MessageTs, UserId
from bot.slack.events.message_events import ts_of
from bot.slack.json_fields import dict_of, dicts_of, str_of

MAX_UNIX_S = 2**31
"""Limit of a moment: Slack's pickers end long before."""

_TYPED = (
    "value",
    "selected_date",
    "selected_time",
    "selected_conversation",
    "selected_channel",
    "selected_user",
)


@dataclass(frozen=True)
class ViewState:
    """State of a view's inputs, by block_id; each block holds one input."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def _input(self, block_id: str) -> dict[str, Any]:
        return next((state for state in dict_of(self.values.get(block_id)).values() if isinstance(state, dict)), {})

    def text(self, block_id: str) -> str:
        """Read the text of an input, or the date, time or number that was picked."""
        state = self._input(block_id)
        return next((found for name in _TYPED if (found := str_of(state.get(name)))), "")

    @property
    def unreadable(self) -> list[str]:
        """Blocks whose state has not the shape of any input: it must not be taken for an empty one."""
        return [block_id for block_id, state in self.values.items() if not _is_state(state)]

    def moment(self, block_id: str) -> int | None:
        """Read the Unix second of a date and time picker; None if none was picked, 0 (long ago) if invalid."""
        picked = self._input(block_id).get("selected_date_time")
        if picked is None:
            return None
        known = isinstance(picked, int) and not isinstance(picked, bool) and 0 <= picked < MAX_UNIX_S
        return picked if known else 0  # something was picked: it must not count as "now"

    def block_named(self, start: str) -> str:
        """Find the block whose id starts with this; "" if there is none."""
        return next((block_id for block_id in self.values if block_id.startswith(start)), "")

    def choice(self, block_id: str) -> str:
        """Read the value of the chosen option."""
        return str_of(dict_of(self._input(block_id).get("selected_option")).get("value"))

    def choices(self, block_id: str) -> list[str]:
        """Read the values of all chosen options."""
        return [str_of(option.get("value")) for option in dicts_of(self._input(block_id).get("selected_options"))]

    def users(self, block_id: str) -> list[str]:
        """Read the ids of all chosen people."""
        chosen = self._input(block_id).get("selected_users")
        return [user for user in chosen if isinstance(user, str)] if isinstance(chosen, list) else []

    def files(self, block_id: str) -> list[dict[str, Any]]:
        """Read the files of a file input."""
        return dicts_of(self._input(block_id).get("files"))


def _is_state(state: object) -> bool:
    inputs = list(state.values()) if isinstance(state, dict) else []
    return bool(inputs) and all(
        isinstance(input_state, dict) and all(map(_may_stand, input_state, input_state.values()))
        for input_state in inputs
    )


def _may_stand(name: str, value: object) -> bool:
    """Tell whether a value is valid under a name of an input's state; names that are not read may hold anything."""
    if value is None:
        return True
    match name:
        case "selected_date_time":
            return isinstance(value, int) and not isinstance(value, bool)
        case "selected_option":
            return _is_option(value)
        case "selected_options":
            return isinstance(value, list) and all(map(_is_option, value))
        case "files":
            return isinstance(value, list) and all(isinstance(file, dict) for file in value)
        case _:
            return name not in _TYPED or isinstance(value, str)


def _is_option(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("value"), str)


@dataclass(frozen=True)
class OpenView:
    """Modal or App Home as Slack returns it, whole in `given`; `metadata` is what we put into it."""

    id: str
    callback_id: str
    metadata: str
    state: ViewState
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Interaction:
    """Interaction: what one person does in Slack by command, button, menu, shortcut or form.

    `name` is the subcommand, action_id or callback_id; `value` is a button's or option's value, or what was typed.
    `thread_ts` is the thread of the interaction: for a header, the header's own ts; an ephemeral message heads none.
    `answer_ts` is the thread to answer in; None while it has no replies: Slack shows nobody an ephemeral message there.
    `message` is the message that a shortcut was used on, as Slack gives it. `user_team` is the person's team, where
    Slack says it; it may be another company's.
    """

    name: str
    user: UserId
    value: str = ""
    channel: ChannelId | None = None
    thread_ts: MessageTs | None = None
    answer_ts: MessageTs | None = None
    message_ts: MessageTs | None = None
    trigger_id: str = ""
    response_url: str = ""
    view: OpenView | None = None
    message: Mapping[str, Any] = field(default_factory=dict)
    user_team: str = ""

    @property
    def form(self) -> ViewState:
        """State of the view's inputs; empty if there is no view."""
        return self.view.state if self.view else ViewState()

    @property
    def view_id(self) -> str:
        """Id of the view of this interaction; "" if there is no view."""
        return self.view.id if self.view else ""

    @property
    def metadata(self) -> str:
        """Metadata that we put into the view; "" if there is no view."""
        return self.view.metadata if self.view else ""

    @property
    def given(self) -> Mapping[str, Any]:
        """View as Slack returns it; empty if there is no view."""
        return self.view.given if self.view else {}

    @property
    def is_in_modal(self) -> bool:
        """Whether it happened in a modal; App Home has no callback_id."""
        return self.view is not None and bool(self.view.callback_id)

    @property
    def window_id(self) -> str:
        """Id of the view, the same for every press in it; without a view, the trigger_id of this press."""
        return self.view.id if self.view else self.trigger_id


def read_command(command: Mapping[str, Any], word: str) -> Interaction:
    """Read a slash command."""
    return Interaction(
        name=word,
        user=UserId(str_of(command.get("user_id"))),
        value=str_of(command.get("text")),
        channel=_channel(command.get("channel_id")),
        trigger_id=str_of(command.get("trigger_id")),
        response_url=str_of(command.get("response_url")),
    )


def stored_id(carried: str) -> int | None:
    """Read the id of a stored row that a button or a form carries; None for anything else."""
    is_one = carried.isascii() and carried.isdecimal() and len(carried) <= 18
    return int(carried) if is_one else None


def is_direct(channel: str) -> bool:
    """Tell by its id whether a channel is a direct message.

    Source: https://docs.slack.dev/reference/objects/conversation-object
    """
    return channel.startswith("D")


def read_action(body: Mapping[str, Any], action: Mapping[str, Any]) -> Interaction:
    """Read a press of a button or a choice in a menu, in a message or in a view."""
    container = dict_of(body.get("container"))
    message_ts = ts_of(container.get("message_ts"))
    return Interaction(
        name=str_of(action.get("action_id")),
        user=_user(body),
        value=_value(action),
        channel=_channel(dict_of(body.get("channel")).get("id") or container.get("channel_id")),
        thread_ts=ts_of(container.get("thread_ts")) or (None if container.get("is_ephemeral") is True else message_ts),
        answer_ts=ts_of(container.get("thread_ts")) or ts_of(dict_of(body.get("message")).get("thread_ts")),
        message_ts=message_ts,
        trigger_id=str_of(body.get("trigger_id")),
        response_url=str_of(body.get("response_url")),
        view=_opened(body.get("view")),
        user_team=_team(body),
    )


def _value(action: Mapping[str, Any]) -> str:
    """Read the value of an element of any type; several chosen options are one a line."""
    picked = [dict_of(action.get("selected_option")), *dicts_of(action.get("selected_options"))]
    options = "\n".join(value for option in picked if (value := str_of(option.get("value"))))
    return options or next((found for name in _TYPED if (found := str_of(action.get(name)))), "")


def read_submission(body: Mapping[str, Any]) -> Interaction:
    """Read a submitted view."""
    view = _opened(body.get("view"))
    name = view.callback_id if view else ""
    return Interaction(
        name=name, user=_user(body), trigger_id=str_of(body.get("trigger_id")), view=view, user_team=_team(body)
    )


def read_shortcut(body: Mapping[str, Any]) -> Interaction:
    """Read a shortcut, either global or on a message."""
    message = dict_of(body.get("message"))
    message_ts = ts_of(message.get("ts")) or ts_of(body.get("message_ts"))
    return Interaction(
        name=str_of(body.get("callback_id")),
        user=_user(body),
        channel=_channel(dict_of(body.get("channel")).get("id")),
        thread_ts=ts_of(message.get("thread_ts")) or message_ts,
        answer_ts=ts_of(message.get("thread_ts")),
        message_ts=message_ts,
        trigger_id=str_of(body.get("trigger_id")),
        response_url=str_of(body.get("response_url")),
        message=message,
        user_team=_team(body),
    )


def read_search(body: Mapping[str, Any]) -> Interaction:
    """Read the search in a menu that loads its options from us."""
    view = _opened(body.get("view"))
    name, value = str_of(body.get("action_id")), str_of(body.get("value"))
    return Interaction(name=name, user=_user(body), value=value, view=view, user_team=_team(body))


def _user(body: Mapping[str, Any]) -> UserId:
    return UserId(str_of(dict_of(body.get("user")).get("id")))


def _team(body: Mapping[str, Any]) -> str:
    return str_of(dict_of(body.get("user")).get("team_id"))


def _channel(value: object) -> ChannelId | None:
    found = str_of(value)
    return ChannelId(found) if found else None


def _opened(value: object) -> OpenView | None:
    view = dict_of(value)
    if not view:
        return None
    values = dict_of(dict_of(view.get("state")).get("values"))
    names = ("id", "callback_id", "private_metadata")
    view_id, callback_id, metadata = (str_of(view.get(name)) for name in names)
    return OpenView(view_id, callback_id, metadata, ViewState(values), view)
