"""Tags of a conversation, from its thread: by a form, and by `@volt tag` and `@volt untag`."""

from bot.bridge.conversations.tags import TooManyTags, change_tags, put_tags, tags_and_names, take_tags
from bot.domain.ids import ConversationId, UserId
from bot.domain.tags import MOST_TAGS, MOST_TEAM_TAGS
from bot.slack.blocks import modals
from bot.slack.blocks.kit import plain
from bot.slack.blocks.modals import Modal, Option
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.tags import read_tags, too_many
from bot.slack.features.kit.which_conversation import conversation_in_form, conversation_of
from bot.slack.handling import SubmissionResult

TAGS_FORM, CHOSEN, NEW = "tags_form", "tags_chosen", "tags_new"
TAG, UNTAG = "tag", "untag"

HINT = "Letters, digits and hyphens, such as vip. Put a comma between two."


async def ask_tags(context: Context, interaction: Interaction) -> None:
    """Open the form."""
    conversation_id = conversation_of(interaction)
    has, names = await context.units.run(tags_and_names, conversation_id)
    await context.ui.open_modal(interaction.trigger_id, tags_form(conversation_id, has, names))


def tags_form(conversation_id: ConversationId, has: list[str], names: list[str]) -> Modal:
    """Form: the team's tags, those of the conversation chosen, and an input for new ones."""
    offered = [*has, *(name for name in names if name not in has)][:MOST_TEAM_TAGS]
    blocks = []
    if offered:
        options = [modals.option_object(Option(name, name)) for name in offered]
        menu = {
            "type": "multi_static_select",
            "options": options,
            "max_selected_items": MOST_TAGS,
            "placeholder": plain("Choose tags"),
        }
        chosen = [option for option in options if option["value"] in has]
        menu |= {"initial_options": chosen} if chosen else {}
        blocks.append(modals.input_block(CHOSEN, "Tags", menu, is_required=False))
    new = modals.text_input(max_chars=200, placeholder="vip, refund")
    blocks.append(modals.input_block(NEW, "New tags", new, hint=HINT, is_required=False))
    metadata = " ".join([str(conversation_id), *has])
    return modals.form_modal(TAGS_FORM, "Tags", "Save", blocks, metadata=metadata)


async def save_tags(context: Context, interaction: Interaction) -> SubmissionResult:
    """Put what was added and take off what was removed; what others changed meanwhile stays. Raises UserError."""
    conversation, *had = interaction.metadata.split(" ")
    conversation_id = conversation_in_form(interaction, conversation)
    chosen = interaction.form.choices(CHOSEN)
    put = [*(tag for tag in chosen if tag not in had), *read_tags(interaction.form.text(NEW), block=NEW)]
    taken = [tag for tag in had if tag not in chosen]
    try:
        await context.units.run(change_tags, conversation_id, put, taken, interaction.user)
    except TooManyTags as error:
        raise too_many(error, block=NEW) from None
    return None


async def tag_by_word(context: Context, conversation_id: ConversationId, user: UserId, rest: str) -> bool:
    """Act on `@volt tag`. Raises UserError."""
    try:
        return await context.units.run(put_tags, conversation_id, _named(rest, TAG), user)
    except TooManyTags as error:
        raise too_many(error) from None


async def untag_by_word(context: Context, conversation_id: ConversationId, user: UserId, rest: str) -> bool:
    """Act on `@volt untag`. Raises UserError."""
    return await context.units.run(take_tags, conversation_id, _named(rest, UNTAG), user)


def _named(rest: str, word: str) -> list[str]:
    tags = list(read_tags(rest))
    if not tags:
        raise UserError(f"Write the tag behind it, such as *@volt {word} vip*.", has_usage=False)
    return tags
