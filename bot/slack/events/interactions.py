"""What a person in Slack asked for, by command, button, shortcut or form: who, where, and the tickets to answer with.

Pure readers of the payloads. Every field is optional and may have any type, so nothing here raises; what a handler
needs and does not find it refuses itself. Shapes: https://docs.slack.dev/reference/interaction-payloads
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.ids import ChannelId, MessageTs, UserId
from bot.slack.events.message_events import ts_of
from bot.slack.json_fields import dict_of, dicts_of, str_of

LAST_SECOND = 2**31
"""Slack's pickers end long before."""

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
    """What stands in the inputs of a view, by block_id; each block holds one input."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def _input(self, block_id: str) -> dict[str, Any]:
        return next((one for one in dict_of(self.values.get(block_id)).values() if isinstance(one, dict)), {})

    def text(self, block_id: str) -> str:
        """Read what was typed, or a date, time or number that was picked."""
        one = self._input(block_id)
        return next((found for name in _TYPED if (found := str_of(one.get(name)))), "")

    @property
    def unreadable(self) -> list[str]:
        """Name the blocks whose state has not the shape of any input: what stands there must not count as nothing."""
        return [block_id for block_id, state in self.values.items() if not _is_state(state)]

    def moment(self, block_id: str) -> int | None:
        """Read the Unix second of a date and time picker; None where none was picked, 0 (long ago) for nonsense."""
        picked = self._input(block_id).get("selected_date_time")
        if picked is None:
            return None
        known = isinstance(picked, int) and not isinstance(picked, bool) and 0 <= picked < LAST_SECOND
        return picked if known else 0  # something was picked: it must not count as "now"

    def named(self, start: str) -> str:
        """Find the block whose id begins so; "" where there is none."""
        return next((block_id for block_id in self.values if block_id.startswith(start)), "")

    def choice(self, block_id: str) -> str:
        """Read the value of the option that was picked."""
        return str_of(dict_of(self._input(block_id).get("selected_option")).get("value"))

    def choices(self, block_id: str) -> list[str]:
        """Read the values of all options that were picked."""
        return [str_of(one.get("value")) for one in dicts_of(self._input(block_id).get("selected_options"))]

    def files(self, block_id: str) -> list[dict[str, Any]]:
        """Read the files that were put in."""
        return dicts_of(self._input(block_id).get("files"))


def _is_state(state: object) -> bool:
    inputs = list(state.values()) if isinstance(state, dict) else []
    return bool(inputs) and all(isinstance(one, dict) and all(map(_may_stand, one, one.values())) for one in inputs)


def _may_stand(name: str, value: object) -> bool:
    """Tell whether this may stand under a name in the state of an input; a name that is not read may hold anything."""
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
            return isinstance(value, list) and all(isinstance(one, dict) for one in value)
        case _:
            return name not in _TYPED or isinstance(value, str)


def _is_option(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("value"), str)


@dataclass(frozen=True)
class OpenView:
    """A modal or an App Home as Slack gives it back, whole in `given`; `metadata` is what we put into it."""

    id: str
    callback_id: str
    metadata: str
    form: ViewState
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Interaction:
    """One wish of one person.

    `name` is the subcommand, action_id or callback_id; `value` what a button carries, an option means, or was typed.
    `thread_ts` is the thread that it was asked in: of a header, the header's own ts; an ephemeral message heads none.
    `answer_ts` is the thread to answer in; None where there is none yet: Slack shows nobody what is whispered into a
    thread without replies.
    `message` is the message that a shortcut was used on, as Slack gives it.
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

    @property
    def form(self) -> ViewState:
        """What stands in the view's inputs; nothing where there is no view."""
        return self.view.form if self.view else ViewState()

    @property
    def view_id(self) -> str:
        """The id of the view that it was asked in; "" where there is no view."""
        return self.view.id if self.view else ""

    @property
    def metadata(self) -> str:
        """What we put into the view that it was asked in; "" where there is no view."""
        return self.view.metadata if self.view else ""

    @property
    def given(self) -> Mapping[str, Any]:
        """The view that it was asked in, as Slack gives it back; empty where there is no view."""
        return self.view.given if self.view else {}

    @property
    def is_in_modal(self) -> bool:
        """Whether it was asked in a modal; App Home has no callback_id."""
        return self.view is not None and bool(self.view.callback_id)

    @property
    def window_id(self) -> str:
        """The id of the view, the same for every press in it; where there is no view, the ticket of this press."""
        return self.view.id if self.view else self.trigger_id


def asked_by_command(command: Mapping[str, Any], word: str) -> Interaction:
    """Read a slash command."""
    return Interaction(
        name=word,
        user=UserId(str_of(command.get("user_id"))),
        value=str_of(command.get("text")),
        channel=_channel(command.get("channel_id")),
        trigger_id=str_of(command.get("trigger_id")),
        response_url=str_of(command.get("response_url")),
    )


def asked_by_action(body: Mapping[str, Any], action: Mapping[str, Any]) -> Interaction:
    """Read a pressed button or a picked option, in a message or in a view."""
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
    )


def _value(action: Mapping[str, Any]) -> str:
    """Read what an element says, whatever its kind; of several options that were picked, all, on a line each."""
    picked = [dict_of(action.get("selected_option")), *dicts_of(action.get("selected_options"))]
    options = "\n".join(value for one in picked if (value := str_of(one.get("value"))))
    return options or next((found for name in _TYPED if (found := str_of(action.get(name)))), "")


def asked_by_view(body: Mapping[str, Any]) -> Interaction:
    """Read a submitted view."""
    view = _opened(body.get("view"))
    name = view.callback_id if view else ""
    return Interaction(name=name, user=_user(body), trigger_id=str_of(body.get("trigger_id")), view=view)


def asked_by_shortcut(body: Mapping[str, Any]) -> Interaction:
    """Read a shortcut: a global one, or one used on a message."""
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
    )


def asked_by_typing(body: Mapping[str, Any]) -> Interaction:
    """Read what is typed into a menu that asks us for its options."""
    view = _opened(body.get("view"))
    name, value = str_of(body.get("action_id")), str_of(body.get("value"))
    return Interaction(name=name, user=_user(body), value=value, view=view)


def _user(body: Mapping[str, Any]) -> UserId:
    return UserId(str_of(dict_of(body.get("user")).get("id")))


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
