"""What can be done about a conversation from its thread: by the header's buttons, by a shortcut, by `@volt` and a word.

Slash commands do not work in threads; so each of these is reachable in all three ways.
"""

import difflib
from collections.abc import Callable

from bot.bridge.conversations import state as wishes
from bot.bridge.thread_content import header_of
from bot.domain.ids import ConversationId, UserId
from bot.domain.text import truncate
from bot.ports.repositories import Transaction
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import ActionHandler, Context, Feature, SubmissionResult, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features import assign
from bot.slack.features.contacts.handlers import open_contact_modal
from bot.slack.features.history.handlers import of_conversation
from bot.slack.features.kit.which_conversation import OLD_BUTTON, conversation_in_form, conversation_of, here
from bot.slack.features.move import MOVE_FORM, ask_channel, move, move_by_word
from bot.slack.features.schedule.handlers import open_schedule_modal
from bot.slack.features.settings.mode_forms import MODE, MODE_FORM, thread_mode_form
from bot.slack.features.templates.reply import open_template_modal
from bot.slack.render import header
from bot.slack.render.modes import AS_CHANNEL, mode_named
from bot.slack.text.escaping import escape

SHORTCUT = "conversation"

HOW = (
    "In a thread write *@volt assign*, *assign @somebody*, *unassign*, *close*, *reopen*, *mode auto*, *move #channel*"
    " or *help*."
)
MOVE, ASSIGN = "move", "assign"

Wish = Callable[[Transaction, ConversationId, UserId], bool]


def _wished(unit: Wish, words: str) -> ActionHandler:
    async def act(desk: Context, asked: Interaction) -> MessageBody | None:
        conversation_id = conversation_of(asked)
        done = await desk.store.run(lambda ledger: unit(ledger, conversation_id, asked.user))
        return None if done else MessageBody(words, [])

    return act


# --- by button


async def more(desk: Context, asked: Interaction) -> MessageBody | None:
    """Act on what was picked behind More."""
    act = _MENU.get(asked.value.partition(":")[0])
    if act is None:
        raise UserError(OLD_BUTTON, has_usage=False)
    return await act(desk, asked)


async def ask_mode(desk: Context, asked: Interaction) -> None:
    """Open the form that says what becomes of replies in one thread."""
    conversation_id = conversation_of(asked)
    now = await desk.store.run(lambda ledger: ledger.conversation(conversation_id).mode)
    await desk.surfaces.open_modal(asked.trigger_id, thread_mode_form(conversation_id, now))


async def change_mode(desk: Context, asked: Interaction) -> SubmissionResult:
    """Take in the mode that was picked."""
    conversation_id, picked = conversation_in_form(asked), asked.form.choice(MODE)
    mode = mode_named(picked)
    if mode is None and picked != AS_CHANNEL:
        raise UserError("Choose one.", block=MODE)
    await desk.store.run(lambda ledger: wishes.set_mode(ledger, conversation_id, mode, asked.user))
    return None


# --- by shortcut and by word


async def offer(desk: Context, asked: Interaction) -> MessageBody:
    """Show everything that can be done about the conversation of a thread, to the one who asked."""
    return await _everything(desk, (await here(desk, asked)).id)


async def _everything(desk: Context, conversation_id: ConversationId) -> MessageBody:
    about = await desk.store.run(lambda ledger: header_of(ledger, ledger.conversation(conversation_id)))
    block = header.card(about, desk.views.number)
    words = header.header_view(about, desk.views.number, desk.views.link).text
    return MessageBody(words, [block, *header.all_actions(about)])


async def everything(desk: Context, asked: Interaction) -> MessageBody:
    """Show everything that can be done about a conversation, to the one who asked."""
    return await _everything(desk, conversation_of(asked))


async def by_word(desk: Context, asked: Interaction, words: str) -> MessageBody | None:
    """Act on what somebody wrote to the bot in a thread."""
    word, _, rest = words.strip().partition(" ")
    if word.lower() in ("", "help"):
        return await offer(desk, asked)
    conversation = await here(desk, asked)
    if word.lower() == MOVE:
        return await move_by_word(desk, asked, conversation.id, rest.strip())
    act = _WORDS.get(word.lower())
    if act is None:
        near = difflib.get_close_matches(word.lower(), (*_WORDS, MOVE), n=1)
        guess = f" Did you mean *{near[0]}*?" if near else ""
        raise UserError(
            f"I do not know *{escape(truncate(word, 40))}*.{guess} Nothing was texted. {HOW}", has_usage=False
        )
    if word.lower() == ASSIGN and rest.strip():
        await assign.only_colleagues(desk, assign.mentioned(rest))
    done = await desk.store.run(lambda ledger: act(ledger, conversation.id, asked.user, rest.strip()))
    return None if done else MessageBody("It stands like that already. Nothing was changed.", [])


def _mode_by_word(ledger: Transaction, conversation_id: ConversationId, user: UserId, rest: str) -> bool:
    word = rest.lower()
    mode = mode_named(word)
    if mode is None and word != AS_CHANNEL:
        raise UserError("Write *mode auto*, *confirm*, *explicit*, *alerts* or *channel*.", has_usage=False)
    return wishes.set_mode(ledger, conversation_id, mode, user)


_WORDS: dict[str, Callable[[Transaction, ConversationId, UserId, str], bool]] = {
    ASSIGN: assign.assign_by_word,
    "unassign": lambda ledger, conversation_id, user, _: wishes.unassign(ledger, conversation_id, user) is not None,
    "close": lambda ledger, conversation_id, user, _: wishes.close(ledger, conversation_id, user),
    "reopen": lambda ledger, conversation_id, user, _: wishes.reopen(ledger, conversation_id, user),
    "mode": _mode_by_word,
}


async def contact(desk: Context, asked: Interaction) -> None:
    """Open the form for the contact."""
    await open_contact_modal(desk, asked, conversation_of(asked))


async def template(desk: Context, asked: Interaction) -> None:
    """Open the form that answers with a template."""
    await open_template_modal(desk, asked, conversation_of(asked))


async def schedule(desk: Context, asked: Interaction) -> None:
    """Open the form for a text that goes out later."""
    await open_schedule_modal(desk, asked, conversation_of(asked))


async def earlier(desk: Context, asked: Interaction) -> MessageBody:
    """Show all texts with the contact."""
    return await of_conversation(desk, asked, conversation_of(asked))


async def ask_where(desk: Context, asked: Interaction) -> None:
    """Open the form that moves a conversation to another channel."""
    await ask_channel(desk, asked, conversation_of(asked))


_ACTIONS: dict[str, ActionHandler] = {
    header.ASSIGN: assign.assign_to_me,
    header.CLOSE: _wished(wishes.close, "It is closed already."),
    header.REOPEN: _wished(wishes.reopen, "It is open already."),
    header.CONTACT: contact,
    header.TEMPLATE: template,
    header.SCHEDULE: schedule,
}

_MENU: dict[str, ActionHandler] = _ACTIONS | {
    header.UNASSIGN: assign.unassign,
    header.ASSIGN_TO: assign.ask_assignee,
    header.MODE: ask_mode,
    header.HISTORY: earlier,
    header.MOVE: ask_where,
    header.ALL: everything,
}

PART = Feature(
    actions=_ACTIONS | {header.MORE: more},
    submissions={assign.ASSIGN_FORM: assign.assign_to, MODE_FORM: change_mode, MOVE_FORM: move},
    shortcuts={SHORTCUT: offer},
)
