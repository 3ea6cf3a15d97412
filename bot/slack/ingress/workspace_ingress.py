"""Ingress of one workspace: takes its events, and passes its commands, buttons and forms to the router.

An event is stored before it is acknowledged. Nothing here decides about texts (bot.bridge) or writes words
(bot.slack.render). Which workspace a request is for, bolt_app.py tells.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import structlog

from bot.bridge.slack_events import is_written_to_contact, record_event, record_word
from bot.bridge.steps.executions import record_step
from bot.bridge.workspaces.roles import read_policy, reason_against
from bot.domain.errors import CallFailed
from bot.domain.ids import UserId
from bot.domain.pieces import Ref, RefKind
from bot.domain.roles import Reason, Role
from bot.domain.thread_events import AgentReaction, Archiving, Deletion, Edit, Renaming, Reply, SlackEvent, UndoReaction
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context
from bot.slack.events.agent_reactions import agent_reaction_of
from bot.slack.events.interactions import Interaction, is_direct
from bot.slack.events.message_events import installed_in, parse_event
from bot.slack.events.step_events import step_of
from bot.slack.features.kit.permissions import require
from bot.slack.features.lists.direct import answer_direct
from bot.slack.features.reactions import offer
from bot.slack.features.threads.handlers import by_word
from bot.slack.ingress.router import InteractionRouter
from bot.slack.json_fields import dict_of, dicts_of, str_of

STANDING_BUDGET_S = 1.0
"""Time Slack has to say who reacted, before the event is stored all the same."""

_log = structlog.get_logger(__name__)


class WorkspaceIngress:
    """Ingress of one workspace; `router` answers what people do there."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.router = InteractionRouter(context)

    async def close(self) -> None:
        """Cancel the handlers that would have answered later."""
        await self.router.close()

    def is_bot(self, bot_id: str) -> bool:
        """Whether this is our bot in the workspace: it posted what somebody presses."""
        return bool(bot_id) and bot_id == self._context.bot_id

    def as_its_own(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Write an event as Slack would tell it to this workspace: who is of ours, and who is not, hangs on that."""
        context = self._context
        own = {"team_id": context.team_id, "user_id": context.bot_user_id, "is_bot": True}
        return {**body, "authorizations": [own]}

    async def take_event(self, body: Mapping[str, Any]) -> None:
        """Store an event that texts depend on. Raises StoreUnavailable."""
        inner = dict_of(body.get("event"))
        if inner.get("type") == "app_home_opened" and inner.get("tab") == "home":
            self.router.show_home(UserId(str_of(inner.get("user"))))
        await self._forget_rights(inner)
        ours = self._own_users(body)
        reaction = agent_reaction_of(body)
        if reaction is not None:
            self._take_reaction(reaction, ours)
            return
        self._context.team_ids = self._context.team_ids or frozenset(installed_in(body))
        own_user = next(iter(ours), "")
        app_id = str(body.get("api_app_id") or "")
        event = parse_event(body, self._context.bot_id, app_id, own_user, self._context.team_ids)
        if isinstance(event, Reply | Edit) and len(ours) > 1:  # any of them may be who we are
            event = replace(event, is_under_others=False)
        if event is None or _is_own(event, ours):
            self._context.count("ignored")
            return
        if isinstance(event, Reply | Edit | Deletion) and is_direct(event.channel):
            await self._take_direct(event)
            return
        if isinstance(event, Reply) and event.thread_ts is None and not await self._is_to_contact(event):
            self._context.count("ignored")
            return
        if isinstance(event, Reply) and (words := _said_to(ours, event)) is not None:
            await self._take_word(event, words)
            return
        if isinstance(event, UndoReaction) and not await self._may_take_back(event):
            self._context.count("ignored")
            return
        is_new = await self._context.units.run(record_event, event)
        if isinstance(event, Renaming):
            self._follow(event)
        is_note = isinstance(event, Reply) and event.is_note
        self._context.count("note" if is_note else "accepted" if is_new else "repeat")

    def _take_reaction(self, reaction: AgentReaction, ours: Collection[str]) -> None:
        """Offer to text a reaction, unless it may be one of ours. If that fails nothing is lost: it was only asked."""
        if not ours or reaction.author in ours:
            self._context.count("ignored")
            return
        interaction = Interaction("reaction", reaction.author, channel=reaction.channel, message_ts=reaction.ts)
        self.router.run_in_background(interaction, offer(self._context, reaction))
        self._context.count("accepted")

    async def take_step(self, body: Mapping[str, Any]) -> None:
        """Store an execution of a workflow step; it is acted on afterwards. Raises StoreUnavailable."""
        step = step_of(body)
        if step is None:
            self._context.count("ignored")
            return
        is_new = await self._context.units.run(record_step, step)
        self._context.count("accepted" if is_new else "repeat")
        self._context.wake_steps()

    async def _is_to_contact(self, event: Reply) -> bool:
        """Tell whether what stands in no thread may be for a contact: in most channels it is not, and is not kept."""
        return await self._context.units.run(is_written_to_contact, event.channel)

    async def _forget_rights(self, event: Mapping[str, Any]) -> None:
        """Look up anew what somebody may, where Slack tells that they have changed or that a user group has.

        Raises StoreUnavailable: Slack tells one bot, and the others have to know it, too.
        """
        match event.get("type"):
            case "user_change":
                whose = str_of(dict_of(event.get("user")).get("id"))
            case "subteam_members_changed":
                whose = str_of(event.get("subteam_id"))
            case _:
                return
        self.forget_rights(whose)
        await self._context.tell_of_rights(whose)

    def forget_rights(self, whose: str) -> None:
        """Look up anew what a person may, or who is in a user group."""
        self._context.workspace.forget_person(UserId(whose))
        self._context.workspace.forget_group(whose)

    async def _may_take_back(self, event: UndoReaction) -> bool:
        """Tell whether a reaction counts, by who put it; it does while Slack does not say: a text is only held back."""
        context = self._context
        try:
            async with asyncio.timeout(STANDING_BUDGET_S):
                policy = await context.units.run(read_policy)
                reason = await reason_against(
                    context.workspace, policy, Role.AGENT, event.author, own_teams=context.team_ids
                )
        except (CallFailed, TimeoutError):
            return True
        return reason in (None, Reason.UNKNOWN)

    def _follow(self, renaming: Renaming) -> None:
        """Use the new id of the default channel from now on, and log it for the operator."""
        is_home = self._context.follow_channel(renaming.old, renaming.new)
        todo = {"todo": f"set SLACK_CHANNEL to {renaming.new}"} if is_home else {}
        _log.warning("slack.channel_renamed", old=renaming.old, new=renaming.new, **todo)

    def _own_users(self, body: Mapping[str, Any]) -> set[str]:
        """Return the bot's user id, from the request itself while Slack has not told us."""
        known = self._context.bot_user_id
        granted = (
            str_of(grant.get("user_id")) for grant in dicts_of(body.get("authorizations")) if grant.get("is_bot")
        )
        return {known} if known else {user for user in granted if user}

    async def _take_word(self, reply: Reply, words: str) -> None:
        """Act on a message to the bot, once; it is never texted, even after an edit."""
        if not await self._context.units.run(record_word, reply):
            return
        interaction = Interaction(
            "word",
            reply.author,
            channel=reply.channel,
            thread_ts=reply.thread_ts,
            answer_ts=reply.thread_ts,
            user_team=reply.outside_team,
        )
        self.router.run_in_background(interaction, self._do_word(interaction, words))

    async def _take_direct(self, event: Reply | Edit | Deletion) -> None:
        """Answer a message to the bot itself, once; it is noted first, so that a kill leaves it without an answer."""
        if not isinstance(event, Reply) or not await self._context.units.run(record_word, event):
            self._context.count("ignored")
            return
        self._context.count("accepted")
        interaction = Interaction("direct", event.author, channel=event.channel, user_team=event.outside_team)
        self.router.answer_in_channel(interaction, answer_direct(self._context, interaction, event))

    async def _do_word(self, interaction: Interaction, words: str) -> MessageBody | None:
        await require(self._context, interaction, Role.AGENT)
        return await by_word(self._context, interaction, words)


def _is_own(event: SlackEvent, ours: set[str]) -> bool:
    """Tell whether an event is our own post, picture or reaction, even without the marks of a bot."""
    if isinstance(event, UndoReaction) and not ours:
        return True  # it may be the one that we put there ourselves, and must not take a reply back
    return isinstance(event, Reply | Edit | UndoReaction | Archiving) and event.author in ours


def _said_to(ours: Collection[str], reply: Reply) -> str | None:
    """Read the words of a message to the bot, which starts with the bot's name; None for any other message."""
    first = next((piece for piece in reply.pieces if not isinstance(piece, str) or piece.strip()), "")
    if not isinstance(first, Ref) or first.id not in ours:
        return None
    rest = reply.pieces[reply.pieces.index(first) + 1 :]
    return "".join(piece if isinstance(piece, str) else _mention(piece) for piece in rest)


def _mention(ref: Ref) -> str:
    return f"<#{ref.id}>" if ref.kind is RefKind.CHANNEL else f"<@{ref.id}>"
