"""Windows of a viewer: modals, the App Home, menus with a search, shortcuts.

Here the page waits for the bot, as Slack's own does: for the errors of a form, for the results of a search. No answer
within three seconds is shown in words; what is no longer open is refused.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from bot.sandbox.demo.actions import SILENCE, ViewerActions
from bot.sandbox.demo.routes import Fields, UnusableError, Values
from bot.sandbox.demo.shortcuts import shortcuts
from bot.sandbox.slack.stand_in import SlackStandIn
from bot.sandbox.slack.state.model import SlashAnswer
from bot.sandbox.slack.ui.states import elements_of
from bot.sandbox.slack.ui.views import seat

Shape = dict[str, Any]
GONE = "This has changed meanwhile. Please try again."
NOT_TAKEN = "Slack could not show what the bot answered, so nothing was changed."


class Windows:
    """Actions of the viewers in windows; `acts` are those outside of them."""

    def __init__(self, slack: SlackStandIn, actions: ViewerActions) -> None:
        self.slack = slack
        self.actions = actions
        self.shortcuts = shortcuts()

    async def press(self, fields: Fields) -> Shape:
        """POST /slack/view/press {user, view_id, block_id, action_id, value, values}."""
        user, view_id, action = self.actions.agent(fields), fields.text("view_id"), fields.text("action_id")
        block, value = fields.text_or_none("block_id"), fields.value("value")
        values = self._with_files(view_id, fields.values("values"))
        pressing = self.slack.press_in_view(user, view_id, action, value=value, values=values, block_id=block)
        return trouble_of(await _answer_of(pressing))

    async def submit(self, fields: Fields) -> Shape:
        """POST /slack/view/submit {user, view_id, values}: the answer may hold `errors` by block_id."""
        user, view_id = self.actions.agent(fields), fields.text("view_id")
        values = self._with_files(view_id, fields.values("values"))
        self.actions.record.forms += [
            one for block in values.values() for one in block.values() if isinstance(one, str)
        ]
        answer = await _answer_of(self.slack.submit(user, view_id, values))
        errors = answer.body.get("errors") if answer.body.get("response_action") == "errors" else None
        return trouble_of(answer) | ({"errors": errors} if isinstance(errors, dict) else {})

    async def close(self, fields: Fields) -> None:
        """POST /slack/view/close {user, view_id}: the window on top."""
        user, view_id = self.actions.agent(fields), fields.text("view_id")
        if self.slack.open_modals.get(seat(user), [])[-1:] != [view_id]:
            raise UnusableError("this window is not on top")
        self.actions.spawn(self.slack.close_view(user, view_id))

    async def leave(self, fields: Fields) -> None:
        """POST /slack/leave {tab}: a page was closed or loaded anew, and what it had open is gone with it."""
        tab = fields.text("tab")
        for where in [one for one in self.slack.open_modals if one.endswith(f" {tab}")]:
            del self.slack.open_modals[where]

    async def suggest(self, fields: Fields) -> Shape:
        """POST /slack/suggest {user, action_id, typed, view_id}, or {…, channel, ts}: what a search finds."""
        user, action = self.actions.agent(fields), fields.text("action_id")
        typed, view_id = fields.text("typed", may_be_empty=True), fields.text_or_none("view_id")
        channel, ts = (None, None) if view_id else (self.actions.channel(fields), fields.text("ts"))
        asking = self.slack.suggest(user, action, typed, view_id=view_id, channel=channel, message_ts=ts)
        answer = await _answer_of(asking)
        found = {key: answer.body[key] for key in ("options", "option_groups") if key in answer.body}
        return trouble_of(answer) | found

    async def home(self, fields: Fields) -> None:
        """POST /slack/home {user}: the person opens the app's Home."""
        user = self.actions.agent(fields)
        self.actions.with_app(user, "Home")
        self.actions.spawn(self.slack.open_home(user))

    async def shortcut(self, fields: Fields) -> Shape:
        """POST /slack/shortcut {user, callback_id}, or {…, channel, ts} for a shortcut of a message."""
        user, callback_id = self.actions.agent(fields), fields.text("callback_id")
        wanted = next((one for one in self.shortcuts if one.callback_id == callback_id), None)
        if wanted is None:
            raise UnusableError("there is no such shortcut")
        self.actions.with_app(user, "shortcuts")
        channel, ts = None, None
        if wanted.kind == "message":
            message = self.actions.message(self.actions.channel(fields), fields.text("ts"))
            channel, ts = message.channel, message.ts
        return trouble_of(await _answer_of(self.slack.shortcut(user, callback_id, channel=channel, message_ts=ts)))

    def _with_files(self, view_id: str, values: Values) -> Values:
        """Put the files themselves in the place of their ids, where files were asked for."""
        view = self.slack.views.get(view_id)
        if view is None:
            raise UnusableError("this window is not open")
        for block, element in elements_of(view["blocks"]):
            if element["type"] == "file_input":
                actions = values.get(block["block_id"], {})
                ids = actions.get(element["action_id"]) or []
                actions[element["action_id"]] = [self.actions.file(one) for one in ids] if isinstance(ids, list) else []
        return values


async def _answer_of(asking: Coroutine[Any, Any, SlashAnswer]) -> SlashAnswer:
    try:
        return await asking
    except (LookupError, TypeError) as error:
        raise UnusableError(GONE) from error


def trouble_of(answer: SlashAnswer) -> Shape:
    """Return what a person is told when the bot did not answer as it should; nothing when it did."""
    if answer.status == 0:
        return {"trouble": SILENCE}
    if not 200 <= answer.status < 300:
        return {"trouble": f"The bot answered {answer.status}, so nothing was done."}
    return {"trouble": NOT_TAKEN} if answer.body.get("error") else {}


def windows_shape(slack: SlackStandIn, user: str) -> Shape:
    """Return what a person has open, by the tab that it opened in, and what the app's Home shows them."""
    home = slack.homes.get(user)
    modals = {
        tab: [_view_shape(slack, slack.views[one]) for one in stack]
        for (owner, _, tab), stack in ((where.partition(" "), stack) for where, stack in slack.open_modals.items())
        if owner == user and stack
    }
    return {"modals": modals, "home": _view_shape(slack, home) if home else None}


def _view_shape(slack: SlackStandIn, view: Shape) -> Shape:
    kept = {key: view.get(key) for key in ("id", "type", "title", "submit", "close", "blocks")}
    return kept | {"state": slack.typed.get(view["id"], {})}
