"""Unread answers: how many there are, the window that lists them, and the press that takes one off the list."""

from dataclasses import replace

from bot.bridge.conversations.contacts import record_answer_seen
from bot.bridge.conversations.queries import find_conversation
from bot.domain.provider_records import UnreadAnswer
from bot.slack.context import Context
from bot.slack.events.interactions import Interaction
from bot.slack.features.home.unread_blocks import MAX_ANSWERS, UnreadShown, unread_modal
from bot.slack.features.kit.contact_ref import contact_labels


async def unread_count(context: Context) -> int:
    """Count the answers that could not be read, and that nobody has looked at."""
    return len(await _unread(context))


async def open_list(context: Context, interaction: Interaction) -> None:
    """Act on Look: list them."""
    answers = await _shown(context)
    await context.ui.open_modal(interaction.trigger_id, unread_modal(answers, contact_labels(context)))


async def take_off(context: Context, interaction: Interaction) -> None:
    """Take an answer off the list, for everybody; one that somebody else has taken off is none any more."""
    for line in context.connected.unread if context.connected is not None else ():
        seen = await line.note_seen(interaction.value)
        if seen is not None:
            await context.units.run(record_answer_seen, interaction.user, seen.account, seen.contact)
    answers = await _shown(context)
    await context.ui.update_modal(interaction.view_id, unread_modal(answers, contact_labels(context)))


async def _shown(context: Context) -> list[UnreadShown]:
    """Read them, the oldest first; of those that are shown also the conversation."""
    answers = [UnreadShown(one, context.lines.profile(one.account)) for one in await _unread(context)]
    return [*[await _with_conversation(context, one) for one in answers[:MAX_ANSWERS]], *answers[MAX_ANSWERS:]]


async def _unread(context: Context) -> list[UnreadAnswer]:
    lines = context.connected.unread if context.connected is not None else ()
    return sorted([answer for line in lines for answer in await line.unread()], key=lambda one: one.at)


async def _with_conversation(context: Context, shown: UnreadShown) -> UnreadShown:
    found = await context.units.run(find_conversation, shown.answer.account, shown.answer.contact)
    return replace(shown, conversation=found)
