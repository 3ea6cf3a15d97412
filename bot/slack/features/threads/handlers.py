"""Actions on a conversation from its thread: by the header's buttons, by a shortcut, by `@volt` and a word.

Slash commands do not work in threads; so each action can be reached in all three ways.
"""

import difflib
from collections.abc import Awaitable, Callable

from bot.bridge.conversations import state
from bot.bridge.conversations.queries import get_conversation
from bot.bridge.conversations.writing import others_writing
from bot.bridge.thread_content import header_of
from bot.domain.conversation import Mode
from bot.domain.ids import ConversationId, UserId
from bot.domain.roles import Role
from bot.domain.text import truncate
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.contacts.handlers import open_contact_modal
from bot.slack.features.history.handlers import of_conversation
from bot.slack.features.kit.permissions import require
from bot.slack.features.kit.which_conversation import (
    OLD_BUTTON,
    conversation_in_form,
    conversation_of,
    conversation_of_thread,
)
from bot.slack.features.kit.writing import writing_lines
from bot.slack.features.schedule.handlers import open_schedule_modal
from bot.slack.features.templates.reply import open_template_modal
from bot.slack.features.threads import assign, later, mute, tags
from bot.slack.features.threads.mode_form import MODE, MODE_FORM, thread_mode_form
from bot.slack.features.threads.move import MOVE_FORM, ask_channel, move, move_by_word
from bot.slack.features.threads.own_channel import open_by_word, open_channel
from bot.slack.handling import ActionHandler, Feature, SubmissionResult
from bot.slack.render import actions, header
from bot.slack.render.modes import AS_CHANNEL, mode_named
from bot.slack.text.escaping import escape

SHORTCUT = "conversation"

HOW = (
    "In a thread write *@volt assign*, *assign @somebody*, *unassign*, *close*, *reopen*, *mute*, *unmute*,"
    " *snooze tomorrow 9am*, *snooze off*, *mode auto*, *move #channel*, *channel*, *tag vip*, *untag vip* or"
    " *help*."
)
MOVE, ASSIGN, MODE_WORD, CHANNEL_WORD = "move", "assign", "mode", "channel"

Word = Callable[[Context, ConversationId, UserId, str], Awaitable[bool]]
"""What a word to the bot does; the text is what follows it. False where that changes nothing."""


def _wished(unit: state.Change, words: str) -> ActionHandler:
    async def act(context: Context, interaction: Interaction) -> MessageBody | None:
        conversation_id = conversation_of(interaction)
        done = await context.units.run(unit, conversation_id, interaction.user)
        return None if done else MessageBody(words, [])

    return act


# --- by button


async def more(context: Context, interaction: Interaction) -> MessageBody | None:
    """Act on a choice in the menu More."""
    act = _MENU.get(interaction.value.partition(":")[0])
    if act is None:
        raise UserError(OLD_BUTTON, has_usage=False)
    return await act(context, interaction)


async def ask_mode(context: Context, interaction: Interaction) -> None:
    """Open the form for the mode of one thread."""
    conversation_id = conversation_of(interaction)
    now = (await context.units.run(get_conversation, conversation_id)).mode
    await context.ui.open_modal(interaction.trigger_id, thread_mode_form(conversation_id, now))


async def change_mode(context: Context, interaction: Interaction) -> SubmissionResult:
    """Set the chosen mode."""
    conversation_id, picked = conversation_in_form(interaction), interaction.form.choice(MODE)
    mode = mode_named(picked)
    if mode is None and picked != AS_CHANNEL:
        raise UserError("Choose one.", block=MODE)
    await _only_managers_loosen(context, interaction, conversation_id, mode)
    await context.units.run(state.set_mode, conversation_id, mode, interaction.user)
    return None


async def _only_managers_loosen(
    context: Context, interaction: Interaction, conversation_id: ConversationId, mode: Mode | None
) -> None:
    """Check that whoever lets more be texted from a thread is a manager. Raises UserError."""
    if await context.units.run(state.is_loosened, conversation_id, mode):
        await require(context, interaction, Role.MANAGER)


# --- by shortcut and by word


async def offer(context: Context, interaction: Interaction) -> MessageBody:
    """Show all actions on the thread's conversation, to the person who acted."""
    return await _everything(context, (await conversation_of_thread(context, interaction)).id, interaction.user)


async def _everything(context: Context, conversation_id: ConversationId, user: UserId) -> MessageBody:
    about = await context.units.run(header_of, await context.units.run(get_conversation, conversation_id))
    block = header.conversation_card(about, context.renderer.number, context.lines)
    words = header.render_header(about, context.renderer.number, context.renderer.link).text
    writing = writing_lines(await context.units.run(others_writing, conversation_id, user))
    return MessageBody(words, [block, *writing, *actions.all_action_buttons(about, context.lines)])


async def everything(context: Context, interaction: Interaction) -> MessageBody:
    """Show all actions on a conversation, to the person who acted."""
    return await _everything(context, conversation_of(interaction), interaction.user)


async def by_word(context: Context, interaction: Interaction, words: str) -> MessageBody | None:
    """Act on a message to the bot in a thread."""
    word, _, rest = words.strip().partition(" ")
    if word.lower() in ("", "help"):
        return await offer(context, interaction)
    conversation = await conversation_of_thread(context, interaction)
    if word.lower() == MOVE:
        return await move_by_word(context, interaction, conversation.id, rest.strip())
    if word.lower() == CHANNEL_WORD:
        return await open_by_word(context, interaction, conversation.id)
    if word.lower() == MODE_WORD:
        await _only_managers_loosen(context, interaction, conversation.id, _mode_in(rest.strip()))
    act = _WORDS.get(word.lower())
    if act is None:
        near = difflib.get_close_matches(word.lower(), (*_WORDS, MOVE, CHANNEL_WORD), n=1)
        guess = f" Did you mean *{near[0]}*?" if near else ""
        raise UserError(
            f"I do not know *{escape(truncate(word, 40))}*.{guess} Nothing was texted. {HOW}", has_usage=False
        )
    if word.lower() == ASSIGN and rest.strip():
        await assign.only_colleagues(context, assign.mentioned(rest))
    if word.lower() == ASSIGN and not rest.strip() and conversation.assignee not in (None, interaction.user):
        return assign.ask_to_take_over(conversation.id, conversation.assignee)
    done = await act(context, conversation.id, interaction.user, rest.strip())
    return None if done else MessageBody("It stands like that already. Nothing was changed.", [])


async def _mode_by_word(context: Context, conversation_id: ConversationId, user: UserId, rest: str) -> bool:
    return await context.units.run(state.set_mode, conversation_id, _mode_in(rest), user)


def _mode_in(rest: str) -> Mode | None:
    """Read a typed mode; None for that of the channel. Raises UserError."""
    word = rest.lower()
    mode = mode_named(word)
    if mode is None and word != AS_CHANNEL:
        raise UserError("Write *mode auto*, *confirm*, *explicit*, *alerts* or *channel*.", has_usage=False)
    return mode


async def _unassign_by_word(context: Context, conversation_id: ConversationId, user: UserId, _: str) -> bool:
    return await context.units.run(state.unassign, conversation_id, user) is not None


def _by_word(unit: state.Change) -> Word:
    return lambda context, conversation_id, user, _: context.units.run(unit, conversation_id, user)


_WORDS: dict[str, Word] = {
    ASSIGN: assign.assign_by_word,
    "unassign": _unassign_by_word,
    "close": _by_word(state.close),
    "reopen": _by_word(state.reopen),
    actions.MUTE: mute.mute_by_word,
    actions.UNMUTE: mute.unmute_by_word,
    "snooze": later.snooze_by_word,
    MODE_WORD: _mode_by_word,
    tags.TAG: tags.tag_by_word,
    tags.UNTAG: tags.untag_by_word,
}


async def contact(context: Context, interaction: Interaction) -> None:
    """Open the contact form."""
    await open_contact_modal(context, interaction, conversation_of(interaction))


async def template(context: Context, interaction: Interaction) -> None:
    """Open the template form."""
    await open_template_modal(context, interaction, conversation_of(interaction))


async def schedule(context: Context, interaction: Interaction) -> None:
    """Open the schedule form."""
    await open_schedule_modal(context, interaction, conversation_of(interaction))


async def earlier(context: Context, interaction: Interaction) -> MessageBody:
    """Show the history of the contact."""
    return await of_conversation(context, interaction, conversation_of(interaction))


async def ask_where(context: Context, interaction: Interaction) -> None:
    """Open the move form."""
    await ask_channel(context, interaction, conversation_of(interaction))


_ACTIONS: dict[str, ActionHandler] = {
    actions.ASSIGN: assign.assign_to_me,
    actions.CLOSE: _wished(state.close, "It is closed already."),
    actions.REOPEN: _wished(state.reopen, "It is open already."),
    actions.CONTACT: contact,
    actions.TEMPLATE: template,
    actions.SCHEDULE: schedule,
    actions.MUTE: mute.mute,
    actions.UNMUTE: mute.unmute,
    actions.LATER: later.ask_when,
    actions.TAKE_UP: later.go_on,
    actions.CHANNEL: open_channel,
    actions.TAGS: tags.ask_tags,
}

_MENU: dict[str, ActionHandler] = _ACTIONS | {
    actions.UNASSIGN: assign.unassign,
    actions.ASSIGN_TO: assign.ask_assignee,
    actions.MODE: ask_mode,
    actions.HISTORY: earlier,
    actions.MOVE: ask_where,
    actions.ALL: everything,
}

FEATURE = Feature(
    role=Role.AGENT,
    actions=_ACTIONS | {actions.MORE: more},
    submissions={
        assign.ASSIGN_FORM: assign.assign_to,
        MODE_FORM: change_mode,
        MOVE_FORM: move,
        tags.TAGS_FORM: tags.save_tags,
        later.LATER_FORM: later.choose_when,
    },
    shortcuts={SHORTCUT: offer},
)
