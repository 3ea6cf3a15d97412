"""Assignment of a conversation: by its buttons, by a form, by `@volt assign`."""

from bot.bridge.conversations import state
from bot.bridge.conversations.queries import get_conversation
from bot.domain.ids import ConversationId, UserId
from bot.domain.roles import Role
from bot.domain.team import MAX_NOTE_CHARS
from bot.domain.text import tidy, truncate
from bot.slack.blocks.kit import MessageBody, button, button_row, plain, section
from bot.slack.blocks.modals import Modal, Option, checkboxes, form_modal, input_block, text_input
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.permissions import may
from bot.slack.features.kit.which_conversation import conversation_of, conversation_with_assignee, former_assignee
from bot.slack.handling import SubmissionResult
from bot.slack.render.actions import ASSIGN

ASSIGN_FORM = "assign_form"
NOTE = "note"
SLACKBOT = "USLACKBOT"
"""Slack's own app, which has no mark of an app."""

NOBODY = "nobody"


async def assign_to_me(context: Context, interaction: Interaction) -> MessageBody | None:
    """Assign a conversation to the person who pressed, unless another person was faster."""
    conversation_id, seen = conversation_of(interaction), former_assignee(interaction)
    had = await context.units.run(state.take, conversation_id, interaction.user, seen=seen)
    if had == interaction.user:
        return MessageBody("It is yours already.", [])
    return None if had in (None, seen) else MessageBody(f"<@{had}> has this conversation already.", [])


async def unassign(context: Context, interaction: Interaction) -> MessageBody | None:
    """Unassign a conversation, unless it was assigned to another person meanwhile."""
    conversation_id, seen = conversation_of(interaction), former_assignee(interaction)
    had = await context.units.run(state.unassign, conversation_id, interaction.user, seen=seen)
    if had is None:
        return MessageBody("Nobody has this conversation any more.", [])
    return (
        None
        if seen in (None, had)
        else MessageBody(f"<@{had}> has this conversation by now, so nothing was changed.", [])
    )


async def ask_assignee(context: Context, interaction: Interaction) -> None:
    """Open the assignment form."""
    conversation_id = conversation_of(interaction)
    has = (await context.units.run(get_conversation, conversation_id)).assignee
    await context.ui.open_modal(interaction.trigger_id, assign_form(conversation_id, has))


def assign_form(conversation_id: ConversationId, has: UserId | None) -> Modal:
    """Assignment form: choose a colleague, with a note for them, or nobody if somebody `has` the conversation."""
    is_assigned = has is not None
    picker = {"type": "users_select", "placeholder": plain("A colleague")}
    note = text_input(max_chars=MAX_NOTE_CHARS, is_multiline=True)
    hint = "It is shown in the thread. The contact does not see it."
    blocks = [
        input_block("user", "Who should look after it", picker, is_required=not is_assigned),
        input_block(NOTE, "What they should know", note, hint=hint, is_required=False),
    ]
    if is_assigned:
        nobody = Option("Nobody should look after it", NOBODY)
        blocks.append(input_block(NOBODY, "Unassign", checkboxes(nobody), is_required=False))
    return form_modal(ASSIGN_FORM, "Assign", "Save", blocks, metadata=f"{conversation_id}:{has or ''}")


async def assign_to(context: Context, interaction: Interaction) -> SubmissionResult:
    """Assign a conversation to the chosen colleague, or to nobody."""
    conversation_id, seen = conversation_with_assignee(interaction)
    to, note = UserId(interaction.form.text("user")), tidy(interaction.form.text(NOTE))
    is_nobody = bool(interaction.form.choices(NOBODY))
    if to and is_nobody:
        raise UserError("Choose a colleague or nobody, not both.", block="user")
    if is_nobody:
        had = await context.units.run(state.unassign, conversation_id, interaction.user, seen=seen)
        if had not in (None, seen):
            raise UserError(_changed(had), block=NOBODY)
        return None
    if not to:
        raise UserError("Choose a colleague.", block="user")
    if to == seen:
        raise UserError("They have it already.", block="user")
    await only_colleagues(context, to, block="user")
    note = truncate(note, MAX_NOTE_CHARS)
    has = await context.units.run(state.hand_over, conversation_id, interaction.user, to=to, note=note, seen=seen)
    if has != to:
        raise UserError(_changed(has), block="user")
    return None


def _changed(has: UserId | None) -> str:
    now = f"<@{has}> has it" if has else "nobody has it"
    return f"Somebody changed this meanwhile: {now} now. Nothing was saved. Please open the form again."


async def only_colleagues(context: Context, user: UserId, *, block: str = "") -> None:
    """Refuse users who cannot be assigned: Slack's menus offer apps and guests too. Raises UserError."""
    person = {"is_bot": True} if user == SLACKBOT else await context.ui.user(user)
    if person.get("is_bot"):
        raise UserError("This is an app, not a colleague.", block=block, has_usage=False)
    if person.get("deleted"):
        raise UserError("This account is switched off.", block=block, has_usage=False)
    if not await may(context, user, Role.AGENT):
        raise UserError(
            "They may not text from here, so nothing can be assigned to them.", block=block, has_usage=False
        )


def mentioned(rest: str) -> UserId:
    """Read the mentioned user. Raises UserError."""
    start, _, words = rest.strip().partition("<@")
    to = words.partition(">")[0].partition("|")[0]
    if start or not to.isalnum():
        raise UserError("Mention whom to give it to: *@volt assign @somebody*.", has_usage=False)
    return UserId(to)


def ask_to_take_over(conversation_id: ConversationId, has: UserId) -> MessageBody:
    """Ask whether a conversation is to be taken from a colleague; the press counts for the one it was asked about."""
    words = f"<@{has}> has this conversation. Nothing was changed."
    take = button("Take it over", ASSIGN, f"{has}:{conversation_id}")
    return MessageBody(words, [section(words), *button_row(take)])


async def assign_by_word(context: Context, conversation_id: ConversationId, user: UserId, rest: str) -> bool:
    """Act on `@volt assign`, with a colleague or alone."""
    to = mentioned(rest) if rest else None
    return await context.units.run(state.assign, conversation_id, user, to=to)
