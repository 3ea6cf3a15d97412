"""Views of the stand-in: modals and App Homes, who has which open, and the state of their elements.

The methods views.*: https://docs.slack.dev/reference/methods/views.open and its neighbours; rules of the stack of
modals: https://docs.slack.dev/surfaces/modals. limits/views.py has the limits of a view.
"""

from __future__ import annotations

import secrets
import time
from contextvars import ContextVar
from copy import deepcopy
from typing import Any

from bot.sandbox.clock import clock
from bot.sandbox.slack.args import ApiError, Args
from bot.sandbox.slack.limits.views import view_faults
from bot.sandbox.slack.state.teams import Installation
from bot.sandbox.slack.state.workspace import Workspace
from bot.sandbox.slack.ui.states import elements_of, states_after

Answer = dict[str, Any]
View = dict[str, Any]

PLACE = ("previous_view_id", "root_view_id", "team_id", "app_id", "bot_id", "app_installed_team_id")
"""What stays of a view when its content is replaced."""

MAX_STACK = 3
TRIGGER_LIFETIME_S = 3

CLIENT: ContextVar[str] = ContextVar("client", default="")
"""Client of a person (a tab, say) that acts: a modal opens in the one whose press asked for it, and in no other."""


def seat(user: str) -> str:
    """Return the key of a person's modals: the user and, if it has a name, the client."""
    return f"{user} {CLIENT.get()}".rstrip()


def use_trigger(slack: Workspace, trigger_id: str, caller: Installation) -> str:
    """Use up a trigger_id and return its seat; an expired, a used, an unknown one each get their own code.

    That of another installation counts as unknown; Slack does not document it.
    """
    if slack.trigger_owners.get(trigger_id) is not caller:
        raise ApiError("invalid_trigger_id")
    given_at, slack.triggers[trigger_id] = slack.triggers[trigger_id], 0.0
    if not given_at:
        raise ApiError("exchanged_trigger_id")
    if time.monotonic() - given_at > TRIGGER_LIFETIME_S:
        raise ApiError("expired_trigger_id")
    return slack.trigger_seats[trigger_id]


def open_view(slack: Workspace, args: Args) -> Answer:
    """views.open: the trigger works once, within 3 seconds; what the person had open is gone."""
    opener = use_trigger(slack, args.text("trigger_id"), args.caller)
    view = checked_view(args, "modal")
    slack.open_modals[opener] = []
    return {"view": push(slack, opener, view, args.caller)}


def push_view(slack: Workspace, args: Args) -> Answer:
    """views.push: onto the modal that the person has open, at most 3 high."""
    opener = use_trigger(slack, args.text("trigger_id"), args.caller)
    view = checked_view(args, "modal")
    if not slack.open_modals.get(opener):
        raise ApiError("not_found")
    return {"view": push(slack, opener, view, args.caller)}


def update_view(slack: Workspace, args: Args) -> Answer:
    """views.update, by view_id or external_id, of a modal that somebody has open."""
    wanted = args.text("view_id") or args.text("external_id")
    known = [slack.views[one] for one in open_ids(slack)]
    old = next((view for view in known if wanted and wanted in (view["id"], view["external_id"])), None)
    if old is None or owner_of(slack, old) is not args.caller:
        raise ApiError("not_found")
    if args.text("hash") not in ("", old["hash"]):
        raise ApiError("hash_conflict")
    return {"view": keep_view(slack, checked_view(args, "modal"), view_id=old["id"])}


def publish_view(slack: Workspace, args: Args) -> Answer:
    """views.publish: the App Home of one person."""
    args.require("user_id")
    user = args.text("user_id")
    if user not in slack.users or not args.caller.covers(slack.users[user].team_id):
        raise ApiError("invalid_arguments", response_metadata={"messages": ["[ERROR] user not found"]})
    old = slack.homes.get(user)
    if old and args.text("hash") not in ("", old["hash"]):
        raise ApiError("hash_conflict")
    place: View = {"team_id": slack.users[user].team_id} | by_whom(slack, args.caller)
    view = keep_view(slack, checked_view(args, "home"), view_id=old["id"] if old else new_view_id(), place=place)
    slack.homes[user] = view
    return {"view": view}


def checked_view(args: Args, kind: str) -> View:
    """Return the view of a call if Slack would take it as one of this kind."""
    view = args.structure("view", "invalid_arguments")
    faults = view_faults(view, kind)
    if faults:
        raise ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {one}" for one in faults]})
    return dict(view)


def new_view_id() -> str:
    """Return a view id that was never used."""
    return f"V{secrets.token_hex(5).upper()}"


def open_ids(slack: Workspace) -> list[str]:
    """Return the ids of all modals that somebody has open."""
    return [one for stack in slack.open_modals.values() for one in stack]


def by_whom(slack: Workspace, caller: Installation) -> View:
    """Return what a view says of the app that opened it."""
    return {"app_id": slack.app_id, "bot_id": caller.bot_id, "app_installed_team_id": caller.team.id}


def owner_of(slack: Workspace, view: View) -> Installation:
    """Return the installation that opened a view; raise LookupError when it is gone."""
    found = slack.bot_installation(view["bot_id"])
    if found is None:
        raise LookupError("the app that opened this is not installed any more")
    return found


def push(slack: Workspace, where: str, view: View, caller: Installation) -> View:
    """Put a new modal of an installation on top of the stack of a seat, and return it.

    Its team_id is that of the person, who may be of another team than the app's.
    """
    stack = slack.open_modals.setdefault(where, [])
    if len(stack) >= MAX_STACK:
        raise ApiError("push_limit_reached")
    if view.get("external_id") in {slack.views[one]["external_id"] for one in open_ids(slack)} - {""}:
        raise ApiError("duplicate_external_id")
    view_id = new_view_id()
    place = {"previous_view_id": stack[-1] if stack else None, "root_view_id": stack[0] if stack else view_id}
    place |= {"team_id": slack.users[where.partition(" ")[0]].team_id} | by_whom(slack, caller)
    stack.append(view_id)
    return keep_view(slack, view, view_id=view_id, place=place)


def close(slack: Workspace, user: str, view_id: str) -> None:
    """Take a modal and what lies on it from a person's stack; nothing happens when it is gone already."""
    stack = slack.open_modals.get(seat(user), [])
    if view_id in stack:
        del stack[stack.index(view_id) :]
        slack.tell("view", slack.views[view_id])


def keep_view(slack: Workspace, view: View, *, view_id: str, place: View | None = None) -> View:
    """Keep a view under its id with a new hash, and return it as Slack answers it.

    What was typed stays where block_id and action_id do; ids that are missing are made up anew each time.
    """
    old = slack.views.get(view_id, {})
    where = {key: old.get(key) for key in PLACE} | (place or {})
    where["root_view_id"] = where["root_view_id"] or view_id
    blocks = _with_ids(view["blocks"])
    slack.typed[view_id] = states_after(blocks, old.get("blocks", []), slack.typed.get(view_id, {}))
    defaults = {"callback_id": "", "private_metadata": "", "external_id": ""}
    flags = {"clear_on_close": False, "notify_on_close": False}
    lids = {"title": None, "close": None, "submit": None} if view["type"] == "modal" else {}
    fixed = {"id": view_id, "blocks": blocks}
    state = {"hash": f"{clock.unix_time():.6f}.{secrets.token_hex(4)}", "state": {"values": {}}}
    slack.views[view_id] = defaults | flags | lids | view | fixed | state | where
    slack.tell("view", slack.views[view_id])
    return slack.views[view_id]


def _with_ids(blocks: list[View]) -> list[View]:
    made = deepcopy(blocks)
    for block in made:
        block["block_id"] = block.get("block_id") or secrets.token_hex(3)
    for _, element in elements_of(made):
        if element["type"] != "image" and not str(element["type"]).startswith("rich_text_"):
            element["action_id"] = element.get("action_id") or secrets.token_hex(3)
    return made


def view_seen(slack: Workspace, user: str, view_id: str) -> View:
    """Return the view if the person sees it: the top of the stack, or the App Home.

    Raises LookupError when it is not.
    """
    stack = slack.open_modals.get(seat(user), [])
    home = slack.homes.get(user, {}).get("id")
    if view_id != home and stack[-1:] != [view_id]:
        raise LookupError(f"{view_id} is not what {user} sees: open are {stack}, home {home}")
    return slack.views[view_id]


def filled(slack: Workspace, view: View) -> View:
    """Return a view with what stands in its elements, as interactions carry it."""
    return view | {"state": {"values": deepcopy(slack.typed[view["id"]])}}
