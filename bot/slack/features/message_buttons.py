"""Message buttons, under notices about one text: send, do not send, undo, send again, it arrived, stop sharing."""

from bot.bridge.attachments.shared import stop_sharing, stop_sharing_at
from bot.bridge.messages.actions import (
    DecisionResult,
    Press,
    UndoResult,
    approve,
    approve_as_manager,
    confirm_arrived,
    discard,
    send_again_if_wanted,
    send_correction,
    stop_texts,
    undo_text,
)
from bot.bridge.messages.queries import conversation_of_text
from bot.domain.ids import MessageKey
from bot.domain.roles import Role
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.permissions import require
from bot.slack.handling import ActionHandler, Feature
from bot.slack.render import approval_texts, notices, receipt_line

SETTLED = "This has been decided already. Nothing more was done."
CHANGED = "The words were changed meanwhile, so nothing was done. Look at the new ones, and decide about those."
STOPPED = "Nothing was sent: the contact has opted out. Only they can undo that, {undone}."
CLOSED = "Nothing was sent: free text cannot be sent to this contact now. Send a template, or wait until they write."
UNREACHABLE = "Nothing was sent: this number is not among those that are texted from here (TEXTS_TO)."
OVER_ALLOWANCE = (
    "Nothing was sent: you have sent as many texts as one person may in an hour. Try again later, or ask a colleague."
)
STOPPED_SHARING = "The files of this message are not shared any more: the link in the text leads nowhere now."
NOTHING_SHARED = "No link leads to a file of this message. Choose this on the message that the file is attached to."
TOO_LATE = "It has left, or may have, and cannot be taken back."


_REFUSALS = {
    DecisionResult.SETTLED: MessageBody(SETTLED, []),
    DecisionResult.CHANGED: MessageBody(CHANGED, []),
    DecisionResult.NEEDS_MANAGER: MessageBody(OVER_ALLOWANCE, []),
    DecisionResult.CLOSED: MessageBody(CLOSED, []),
    DecisionResult.UNREACHABLE: MessageBody(UNREACHABLE, []),
}


def _press_handler(unit: Press, words: str = "") -> ActionHandler:
    """Handler that acts once; a second press is told so, if words are given."""

    async def act(context: Context, interaction: Interaction) -> MessageBody | None:
        done = await context.units.run(unit, MessageKey(interaction.value), interaction.user)
        return None if done or not words else MessageBody(words, [])

    return act


async def _refusal(context: Context, key: MessageKey, decided: DecisionResult) -> MessageBody | None:
    """Say why nothing was done; None where it was."""
    if decided is not DecisionResult.STOPPED:
        return _REFUSALS.get(decided)
    conversation = await context.units.run(conversation_of_text, key)
    by = context.lines.profile(conversation.account)
    return MessageBody(STOPPED.format(undone=approval_texts.undone_by(by)), [])


async def discard_text(context: Context, interaction: Interaction) -> MessageBody | None:
    """Discard a held text, in the exact words that the button stands under."""
    key, _, version = interaction.value.partition(":")
    decided = await context.units.run(discard, MessageKey(key), version, interaction.user)
    return await _refusal(context, MessageKey(key), decided)


async def send(context: Context, interaction: Interaction) -> MessageBody | None:
    """Let a held text leave; where its author has sent very many, only managers do. Raises UserError."""
    key, _, version = interaction.value.partition(":")
    decision = MessageKey(key), version, interaction.user
    word = await context.units.run(approve, *decision)
    if word is DecisionResult.NEEDS_MANAGER:
        await require(context, interaction, Role.MANAGER)
        word = await context.units.run(approve_as_manager, *decision)
    return await _refusal(context, MessageKey(key), word)


async def again(context: Context, interaction: Interaction) -> MessageBody | None:
    """Send a text again."""
    key = MessageKey(interaction.value)
    return await _refusal(context, key, await context.units.run(send_again_if_wanted, key, interaction.user))


async def undo(context: Context, interaction: Interaction) -> MessageBody | None:
    """Undo a reply within its undo window."""
    undone = await context.units.run(undo_text, MessageKey(interaction.value), interaction.user)
    return (
        None if undone is UndoResult.DONE else MessageBody(TOO_LATE if undone is UndoResult.TOO_LATE else SETTLED, [])
    )


async def stop_sharing_here(context: Context, interaction: Interaction) -> MessageBody:
    """Act on the shortcut on a message: stop sharing the files that its text leads to."""
    channel, ts = interaction.channel, interaction.message_ts
    if channel is None or ts is None or not await context.units.run(stop_sharing_at, channel, ts, interaction.user):
        return MessageBody(NOTHING_SHARED, [])
    return MessageBody(STOPPED_SHARING, [])


FEATURE = Feature(
    role=Role.AGENT,
    actions={
        notices.SEND_AGAIN: again,
        notices.ARRIVED: _press_handler(confirm_arrived, SETTLED),
        notices.STOP_TEXTS: _press_handler(stop_texts, SETTLED),
        notices.STOP_SHARING: _press_handler(stop_sharing, SETTLED),
        notices.SEND_CORRECTION: _press_handler(send_correction, SETTLED),
        approval_texts.SEND: send,
        approval_texts.SEND_ANYWAY: send,
        approval_texts.SEND_NOW: send,
        approval_texts.DISCARD: discard_text,
        receipt_line.UNDO: undo,
    },
    shortcuts={notices.STOP_SHARING: stop_sharing_here},
)
