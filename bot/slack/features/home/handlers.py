"""Home handlers: App Home, `/volt me`, and a search over names, numbers and texts.

The search field's words come back with every press in the Home, so that its results stay visible.
"""

import contextlib

from bot.bridge.conversations import state
from bot.bridge.conversations.contacts import record_search
from bot.bridge.conversations.on_duty import mark, presence_of
from bot.domain.conversation import Conversation
from bot.domain.errors import CallFailed, StoreUnavailable
from bot.domain.ids import ConversationId, UserId
from bot.domain.roles import Role
from bot.domain.text import counted
from bot.domain.worklist import Worklist
from bot.slack.blocks.kit import Block, MessageBody, section
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction, stored_id
from bot.slack.features.home import kept_searches, search_blocks, view
from bot.slack.features.home.connections import connections_shown
from bot.slack.features.home.duty_blocks import GO_OFF, GO_ON
from bot.slack.features.home.rows import OPEN
from bot.slack.features.home.searching import conversations_in, find, labels_with_tags
from bot.slack.features.home.unread import open_list, take_off, unread_count
from bot.slack.features.home.unread_blocks import LOOK, SEEN
from bot.slack.features.home.view import Found, HomeData
from bot.slack.features.kit.action_ids import CONVERSATIONS
from bot.slack.features.kit.channels import shared_warning
from bot.slack.features.kit.contact_ref import ContactLabels, contact_labels, visit
from bot.slack.features.kit.permissions import refusal, roles_of
from bot.slack.handling import Feature, Subcommand, SubmissionResult
from bot.slack.text.escaping import escape
from bot.time_of_day import utc_now

MAX_LISTED = 15


async def welcome(context: Context, user: UserId) -> None:
    """Publish a person's App Home."""
    await show_home(context, user)


async def show_home(context: Context, user: UserId, words: str = "") -> None:
    """Publish a person's App Home with the results of a search, or why they may not see it. Raises CallFailed."""
    roles = await roles_of(context, user)
    if Role.AGENT not in roles:
        why = await refusal(context, user, Role.AGENT)
        await context.ui.publish_home(user, view.closed_home(why, may_appoint=Role.APPOINTER in roles))
        return
    read_model, is_manager = context.read_model, Role.MANAGER in roles
    health = await read_model.health() if is_manager else None
    has_texted = health is not None and health.last_sent_at is not None
    found = await find(context, user, words, is_manager=is_manager) if words.strip() else None
    worklist = await read_model.desk_of(user, view.MAX_ROWS)
    facts = HomeData(
        worklist=worklist,
        team=await read_model.team(),
        found=found,
        health=health,
        now=utc_now(),
        may_appoint=Role.APPOINTER in roles,
        warning=await _warning(context) if is_manager else "",
        provider=context.lines.profile().name,
        connections=await connections_shown(context, is_manager=is_manager, has_texted=has_texted),
        unread=await unread_count(context) if is_manager else 0,
        searches=await read_model.searches_of(user),
        presence=await context.units.run(presence_of, user),
    )
    labels = await labels_with_tags(context, _shown(worklist, found))
    await context.ui.publish_home(user, view.home(facts, labels))


def _shown(worklist: Worklist, found: Found | None) -> list[Conversation]:
    rows = [row.conversation for row in (*worklist.mine, *worklist.free)]
    decisions = [decision.conversation for decision in worklist.decisions]
    return [*rows, *decisions, *(conversations_in(found) if found else ())]


async def _warning(context: Context) -> str:
    """Write what managers should know: who else reads the channel, and what weakens the proof of texts."""
    if context.connected is None:
        return ""
    by = context.lines.profile()
    lines = [await shared_warning(context, context.channel), *view.trust_warnings(context.connected.trust(), by)]
    return "\n".join(filter(None, lines))


async def publish_again(context: Context, interaction: Interaction) -> None:
    """Publish the Home again after an action in it, with its search."""
    await show_home(context, interaction.user, interaction.form.text(view.SEARCH))


async def refresh(context: Context, user: UserId) -> None:
    """Publish the Home again behind a modal; the action stands, whether or not Slack takes it."""
    with contextlib.suppress(CallFailed, StoreUnavailable):
        await show_home(context, user)


async def search(context: Context, interaction: Interaction) -> None:
    """Act on Enter in the search field."""
    words = interaction.value or interaction.form.text(view.SEARCH)
    if words.strip():
        await context.units.run(record_search, interaction.user)
    await show_home(context, interaction.user, words)


async def run_search(context: Context, interaction: Interaction) -> None:
    """Act on Search at a search that is kept."""
    kept = await kept_searches.chosen_search(context, interaction)
    await context.units.run(record_search, interaction.user)
    await show_home(context, interaction.user, kept.query)


async def save_search(context: Context, interaction: Interaction) -> SubmissionResult:
    """Act on the form that keeps a search: the Home behind it follows."""
    await kept_searches.keep(context, interaction)
    await refresh(context, interaction.user)
    return None


async def drop_search(context: Context, interaction: Interaction) -> MessageBody | None:
    """Act on Delete this search."""
    await kept_searches.drop(context, interaction)
    await refresh(context, interaction.user)
    return MessageBody("The search is deleted.", []) if interaction.view is None else None


async def assign(context: Context, interaction: Interaction) -> None:
    """Act on Assign to me. Raises UserError if another person was faster."""
    number = stored_id(interaction.value)
    if number is None:
        raise UserError("This is out of date. Please press Refresh first.")
    had = await context.units.run(state.take, ConversationId(number), interaction.user)
    await publish_again(context, interaction)
    if had not in (None, interaction.user):
        raise UserError(f"<@{had}> has this conversation already.")


async def go_on_duty(context: Context, interaction: Interaction) -> None:
    """Act on Go on duty."""
    await context.units.run(mark, interaction.user, is_on=True)
    await publish_again(context, interaction)


async def go_off_duty(context: Context, interaction: Interaction) -> None:
    """Act on Go off duty."""
    await context.units.run(mark, interaction.user, is_on=False)
    await publish_again(context, interaction)


async def see_answer(context: Context, interaction: Interaction) -> None:
    """Act on Seen, under an answer that could not be read: the Home behind the window follows."""
    await take_off(context, interaction)
    await refresh(context, interaction.user)


async def me(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt me`."""
    if words:
        raise UserError("There are words after the command.")
    state, where = await context.read_model.desk_of(interaction.user, MAX_LISTED), contact_labels(context)
    title = "*Yours that need a reply*" if state.mine else "Nobody waits for you."
    left = state.mine_count - len(state.mine)
    rest = [f"and {left:,} more"] if left else []
    rest += _for_anybody(state)
    names = [f"• {where.name_of(row.conversation)}" for row in state.mine]
    blocks = [section(title), *_listed(state, where), section("\n".join(rest))]
    return MessageBody("\n".join([title, *map(escape, names), *rest]), blocks)


def _listed(state: Worklist, where: ContactLabels) -> list[Block]:
    """Write conversations as a list; nothing in a name is parsed."""
    items = [{"type": "rich_text_section", "elements": [_leaf(row.conversation, where)]} for row in state.mine]
    bullets = {"type": "rich_text_list", "style": "bullet", "elements": items}
    return [{"type": "rich_text", "elements": [bullets]}] if items else []


def _leaf(conversation: Conversation, where: ContactLabels) -> Block:
    who, link = where.name_of(conversation), where.link(conversation)
    return {"type": "link", "url": link, "text": who} if link else {"type": "text", "text": who}


def _for_anybody(state: Worklist) -> list[str]:
    """Write which conversations are unassigned, and where to find them."""
    lines = [_free(state.free_count)]
    if state.decision_count:
        lines.append(view.decisions_counted(state.decision_count))
    if state.free_count or state.decision_count:
        lines.append("Find this in the Home of this app.")
    return lines


def _free(count: int) -> str:
    if not count:
        return view.NONE_FREE
    one, many = "conversation needs a reply and nobody has it", "conversations need a reply and nobody has them"
    return f"{counted(count, one, many)}."


FEATURE = Feature(
    role=Role.AGENT,
    roles={LOOK: Role.MANAGER, SEEN: Role.MANAGER},
    commands=(
        Subcommand("me", "", "", "your conversations that need a reply, and how many nobody has", me),
        Subcommand(
            "search",
            "[WORDS] [tag:TAG] [with:@SOMEBODY] [is:open|waiting|closed] [from:DAY] [to:DAY]",
            "refund tag:vip is:open",
            "find conversations; alone it lists the searches that are kept",
            kept_searches.search_by_command,
        ),
    ),
    actions={
        view.REFRESH: publish_again,
        CONVERSATIONS: publish_again,
        view.SEARCH: search,
        search_blocks.RUN: run_search,
        search_blocks.RUN_OTHER: run_search,
        search_blocks.SAVE: kept_searches.ask_name,
        search_blocks.DROP: drop_search,
        OPEN: visit,
        view.ASSIGN: assign,
        LOOK: open_list,
        SEEN: see_answer,
        GO_ON: go_on_duty,
        GO_OFF: go_off_duty,
    },
    submissions={search_blocks.SAVE_FORM: save_search},
    home=welcome,
)
