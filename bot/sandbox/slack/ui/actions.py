"""Actions of people in modals, menus and the App Home: press, pick, search, submit, close, open.

A person acts only on what they see: the top of their stack of modals, or their App Home; anything else raises
LookupError. https://docs.slack.dev/surfaces/modals, https://docs.slack.dev/surfaces/app-home
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.state.model import SlashAnswer
from bot.sandbox.slack.state.teams import Installation
from bot.sandbox.slack.state.workspace import Workspace
from bot.sandbox.slack.ui.answers import act_on_submission, checked_suggestion
from bot.sandbox.slack.ui.payloads import action_for, blocks_of, in_view, interaction, press_fields
from bot.sandbox.slack.ui.states import element_with, state_of
from bot.sandbox.slack.ui.views import close, filled, owner_of, view_seen

Values = dict[str, dict[str, Any]]
Fields = dict[str, Any]
Blocks = list[dict[str, Any]]

SEARCHED = {"external_select", "multi_external_select"}
DEFAULT_QUERY_LENGTH = 3


class ViewActions(Workspace):
    """Actions of people in views, over a workspace that can deliver interactions and events."""

    async def _carry(self, payload: dict[str, Any]) -> SlashAnswer:
        raise NotImplementedError

    async def _send(self, event: dict[str, Any]) -> int:
        raise NotImplementedError

    def _trigger(self, user: str, by: Installation) -> str:
        raise NotImplementedError

    def _in_view(self, kind: str, user: str, view: Fields, *, has_trigger: bool) -> Fields:
        by, person = owner_of(self, view), self.users[user]
        tickets = {"trigger_id": self._trigger(user, by)} if has_trigger else {}
        return interaction(kind, person, tickets, team=self.teams[person.team_id], org_wide=by.is_org_wide)

    async def press_in_view(
        self,
        user: str,
        view_id: str,
        action_id: str,
        *,
        value: Any = None,
        values: Values | None = None,
        block_id: str | None = None,
    ) -> SlashAnswer:
        """Press a button of a view, or give a value to another element that reports at once.

        `value` is an option's value, a date, a typed text, or a list of them; `values` is what was typed elsewhere in
        the view before, by block_id and action_id. Several blocks may have the same action_id: block_id says which is
        meant. Raises LookupError when there is no such view, element or option.
        """
        view = view_seen(self, user, view_id)
        self._fill_in(view, values or {})
        block, element = element_with(view["blocks"], action_id, block_id)
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise LookupError(f"{action_id} reports nothing before the submit: its block has no dispatch_action")
        action = action_for(block, element, value, offered=self.offered(view_id, action_id))
        if action_id in self.typed[view_id].get(block["block_id"], {}):
            self._fill_in(view, {block["block_id"]: {action_id: value}})
        payload = self._in_view("block_actions", user, view, has_trigger=True)
        return await self._carry(payload | in_view(filled(self, view)) | {"actions": [action]})

    def _fill_in(self, view: dict[str, Any], values: Values) -> None:
        for block_id, actions in values.items():
            for action_id, value in actions.items():
                _, element = element_with(view["blocks"], action_id, block_id)
                state = state_of(element, value, self.offered(view["id"], action_id))
                self.typed[view["id"]][block_id][action_id] = state

    async def submit(self, user: str, view: str | dict[str, Any], values: Values | None = None) -> SlashAnswer:
        """Submit a modal (a view or its id) with what was typed, and act on the answer's response_action.

        `values` are by block_id and action_id, and are added to what was typed before. A payload that Slack would
        refuse changes nothing: the answer's body then has an `error`.
        """
        shown = view_seen(self, user, view if isinstance(view, str) else str(view["id"]))
        if shown["type"] != "modal":
            raise LookupError(f"{shown['id']} is no modal: it has no submit button")
        self._fill_in(shown, values or {})
        fields = {"view": filled(self, shown), "response_urls": []}
        payload = self._in_view("view_submission", user, shown, has_trigger=True) | fields
        return act_on_submission(self, user, shown, await self._carry(payload))

    async def close_view(self, user: str, view_id: str) -> SlashAnswer | None:
        """Close a modal (the whole stack if it has clear_on_close); None if it does not notify on close."""
        shown = view_seen(self, user, view_id)
        whole = filled(self, shown)
        close(self, user, shown["root_view_id"] if shown["clear_on_close"] else view_id)
        if not shown["notify_on_close"]:
            return None
        fields = {"view": whole, "is_cleared": shown["clear_on_close"], "response_urls": []}
        return await self._carry(self._in_view("view_closed", user, shown, has_trigger=False) | fields)

    async def suggest(
        self,
        user: str,
        action_id: str,
        typed: str,
        *,
        view_id: str | None = None,
        channel: str | None = None,
        message_ts: str | None = None,
    ) -> SlashAnswer:
        """Type into an external select and return the answer with its options, which can be picked from then on.

        Raises LookupError when Slack would not ask (too few characters), or would not take what was answered.
        """
        where, blocks = self._searched(user, view_id, channel, message_ts)
        block, element = element_with(blocks, action_id)
        if element["type"] not in SEARCHED or len(typed) < element.get("min_query_length", DEFAULT_QUERY_LENGTH):
            raise LookupError(f"Slack does not ask {action_id} ({element['type']}) for {len(typed)} characters")
        asked = {"action_id": action_id, "block_id": block["block_id"], "value": typed}
        answer = await self._carry(where | asked)
        options = checked_suggestion(self, answer)
        self.suggested.setdefault((view_id or str(message_ts), action_id), []).extend(options)
        return answer

    def _searched(self, user: str, view_id: str | None, channel: str | None, ts: str | None) -> tuple[Fields, Blocks]:
        if view_id is not None:
            view = view_seen(self, user, view_id)
            common = self._in_view("block_suggestion", user, view, has_trigger=False)
            return common | in_view(filled(self, view)), view["blocks"]
        if channel is None or ts is None:
            raise LookupError("a menu stands in a view, or in a message of a channel")
        shown = self.shown_at(channel, ts)
        by, fields = self.owner_of(shown), press_fields(self.channels[channel], shown, {})
        common = interaction("block_suggestion", self.users[user], {}, team=by.team, org_wide=by.is_org_wide)
        return common | {key: fields[key] for key in fields if key not in {"state", "actions"}}, blocks_of(shown)

    async def open_home(self, user: str, *, tab: str = "home") -> int:
        """Open the app's Home tab, or "messages", and return the status of the event; 0 where nobody takes it."""
        event = {"type": "app_home_opened", "user": user, "channel": f"D{user[1:]}", "event_ts": self.next_ts()}
        home = self.homes.get(user)
        return await self._send(event | {"tab": tab} | ({"view": home} if home and tab == "home" else {}))
