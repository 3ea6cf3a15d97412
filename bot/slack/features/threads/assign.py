"""Assignment of a conversation: by its buttons, by a form, by `@volt assign`."""

from bot.bridge.conversations import state
from bot.bridge.conversations.queries import get_conversation
from bot.domain.ids import ConversationId, UserId
from bot.domain.roles import Role
from bot.slack.blocks.kit import MessageBody, plain
from bot.slack.blocks.modals import Modal, Option, checkboxes, form_modal, input_block
from bot.slack.context import Context, SubmissionResult, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.permissions import may
from bot.slack.features.kit.which_conversation import conversation_in_form, conversation_of, former_assignee

ASSIGN_FORM = "assign_form"
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
    await context.ui.open_modal(interaction.trigger_id, assign_form(conversation_id, is_assigned=has is not None))


def assign_form(conversation_id: ConversationId, *, is_assigned: bool) -> Modal:
    """Assignment form: choose a colleague, or nobody if the conversation is assigned."""
    picker = {"type": "users_select", "placeholder": plain("A colleague")}
    blocks = [input_block("user", "Who should look after it", picker, is_required=not is_assigned)]
    if is_assigned:
        nobody = Option("Nobody should look after it", NOBODY)
        blocks.append(input_block(NOBODY, "Unassign", checkboxes(nobody), is_required=False))
    return form_modal(ASSIGN_FORM, "Assign", "Save", blocks, metadata=str(conversation_id))


async def assign_to(context: Context, interaction: Interaction) -> SubmissionResult:
    """Assign a conversation to the chosen colleague, or to nobody."""
    conversation_id, to = conversation_in_form(interaction), UserId(interaction.form.text("user"))
    is_nobody = bool(interaction.form.choices(NOBODY))
    if to and is_nobody:
        raise UserError("Choose a colleague or nobody, not both.", block="user")
    if is_nobody:
        await context.units.run(state.unassign, conversation_id, interaction.user)
        return None
    if not to:
        raise UserError("Choose a colleague.", block="user")
    await only_colleagues(context, to, block="user")
    await context.units.run(state.assign, conversation_id, interaction.user, to=to)
    return None


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


async def assign_by_word(context: Context, conversation_id: ConversationId, user: UserId, rest: str) -> bool:
    """Act on `@volt assign`, with a colleague or alone."""
    to = mentioned(rest) if rest else None
    return await context.units.run(state.assign, conversation_id, user, to=to)
