"""Searches that are kept, and `/volt search`: run with a press, saved under a name, deleted; the team's by managers."""

from bot.bridge.conversations.contacts import record_search
from bot.bridge.conversations.searches import drop_search, save_search, search_for
from bot.bridge.conversations.tags import TooManyTags
from bot.domain.roles import Role
from bot.domain.searches import MAX_SEARCH_NAME_CHARS, SavedSearch
from bot.domain.text import clean, truncate
from bot.slack.blocks import cards
from bot.slack.blocks.kit import Block, MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction, stored_id
from bot.slack.features.home import search_blocks, view
from bot.slack.features.home.searching import conversations_in, find, labels_with_tags
from bot.slack.features.kit.permissions import may, require
from bot.slack.features.kit.tags import too_many
from bot.slack.text.escaping import escape, unescape

GONE = "This search is not kept any more. Press Refresh first."
HOW = (
    "Write words of a name, of a number or of a text, and what they are narrowed to: "
    "`tag:vip`, `with:@ava` or `with:me`, `is:open`, `is:waiting` or `is:closed`, `from:2026-11-01`, `to:2026-11-30`."
)


async def search_by_command(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt search`: the results, or alone the searches that are kept and how to search."""
    if not words.strip():
        kept = await context.read_model.searches_of(interaction.user)
        names = "\n".join(f"• {escape(one.name)}: {_code(one.query)}" for one in kept)
        return MessageBody("\n".join(filter(None, [HOW, names])), [])
    await context.units.run(record_search, interaction.user)
    is_manager = await may(context, interaction.user, Role.MANAGER)
    found = await find(context, interaction.user, unescape(words), is_manager=is_manager)
    if found.fault:
        raise UserError(escape(found.fault))
    labels = await labels_with_tags(context, conversations_in(found))
    blocks: list[Block] = view.found_blocks(found, labels)
    count = len(found.contacts) + len(found.hits)
    shown = escape(cards.single_line(found.words, 60))
    return MessageBody(f"Results for {shown}" if count else "Nothing found.", blocks)


def _code(query: str) -> str:
    """Write a search as a code span in mrkdwn that it cannot end."""
    inside = escape(query).replace("`", "'")
    return f"`{inside}`"


async def chosen_search(context: Context, interaction: Interaction) -> SavedSearch:
    """Read the search of a button or an option. Raises UserError."""
    number = stored_id(interaction.value)
    found = await context.units.run(search_for, number, interaction.user) if number is not None else None
    if found is None:
        raise UserError(GONE, has_usage=False)
    return found


async def ask_name(context: Context, interaction: Interaction) -> None:
    """Open the form that keeps a search."""
    may_share = await may(context, interaction.user, Role.MANAGER)
    form = search_blocks.save_form(truncate(interaction.value, view.MAX_SEARCH_CHARS), may_share=may_share)
    await context.open_over(interaction, form)


async def keep(context: Context, interaction: Interaction) -> None:
    """Keep the search of the form. Raises UserError."""
    name = " ".join(clean(interaction.form.text(search_blocks.NAME)).split())
    if not name or len(name) > MAX_SEARCH_NAME_CHARS:
        words = f"A name has 1 to {MAX_SEARCH_NAME_CHARS} characters."
        raise UserError(words, block=search_blocks.NAME, has_usage=False)
    owner = interaction.user
    is_shared = bool(interaction.form.choices(search_blocks.FOR_TEAM))
    if is_shared:
        await require(context, interaction, Role.MANAGER)
    try:
        await context.units.run(save_search, None if is_shared else owner, name, interaction.metadata, interaction.user)
    except TooManyTags as error:
        raise too_many(error, block=search_blocks.NAME) from None


async def drop(context: Context, interaction: Interaction) -> None:
    """Delete a search that is kept; the team's only as a manager. Raises UserError."""
    search = await chosen_search(context, interaction)
    if search.owner is None:
        await require(context, interaction, Role.MANAGER)
    await context.units.run(drop_search, search.id, interaction.user)
