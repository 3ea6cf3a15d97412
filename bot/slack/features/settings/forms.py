"""Settings by form, for managers in App Home: routes, modes of channels, the signature."""

from bot.bridge.conversations.settings import drop_route, set_channel_mode, set_route, set_signature
from bot.domain.roles import Role
from bot.domain.routing import Route
from bot.domain.template import unknown_places
from bot.domain.text import tidy, truncate
from bot.slack.blocks import modals
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.home.handlers import publish_again, refresh
from bot.slack.features.kit.action_ids import MODE_CHANGE, ROUTE_ADD, ROUTE_DELETE, SIGNATURE_CHANGE
from bot.slack.features.kit.channels import CHANNELS, picked_channel
from bot.slack.features.settings.commands import subject_of
from bot.slack.features.settings.mode_form import CHANNEL_MODE_FORM, MODE_CHANNEL, MODE_WORD, channel_mode_form
from bot.slack.handling import Feature, SubmissionResult
from bot.slack.render.modes import mode_named

ROUTE_FORM, ROUTE_SUBJECT, ROUTE_CHANNEL = "route_form", "route_subject", "route_channel"
SIGNATURE_FORM, SIGNATURE_TEXT = "signature_form", "signature_text"

MAX_SIGNATURE_CHARS = 60

# --- routes


async def add_route(context: Context, interaction: Interaction) -> None:
    """Act on Add a route."""
    subject = modals.text_input(max_chars=60, placeholder="order")
    hint = "Texts to that number, or texts that begin with that word. Conversations that exist stay where they are."
    blocks = [
        modals.input_block(ROUTE_SUBJECT, "One of our numbers, or the word a text begins with", subject, hint=hint),
        modals.input_block(
            ROUTE_CHANNEL, "Channel", CHANNELS, hint="If it is private, invite me there first: /invite @volt."
        ),
    ]
    await context.ui.open_modal(interaction.trigger_id, modals.form_modal(ROUTE_FORM, "Add a route", "Add", blocks))


async def save_route(context: Context, interaction: Interaction) -> SubmissionResult:
    """Save a route. Raises UserError with the block at fault."""
    try:
        kind, subject = subject_of(context, tidy(interaction.form.text(ROUTE_SUBJECT)))
    except UserError as mistake:
        raise UserError(str(mistake), block=ROUTE_SUBJECT) from None
    new = Route(kind, subject, await picked_channel(context, interaction, ROUTE_CHANNEL, for_texts=True))
    await context.units.run(set_route, new, interaction.user)
    await refresh(context, interaction.user)
    return None


async def delete_route(context: Context, interaction: Interaction) -> None:
    """Act on Delete, after its confirmation dialog."""
    kind, _, subject = interaction.value.partition(" ")
    old = Route(kind, subject, context.channel)
    await context.units.run(drop_route, old, interaction.user)
    await publish_again(context, interaction)


# --- modes


async def change_mode(context: Context, interaction: Interaction) -> None:
    """Act on Change mode."""
    await context.ui.open_modal(interaction.trigger_id, channel_mode_form(context.channel))


async def save_mode(context: Context, interaction: Interaction) -> SubmissionResult:
    """Save a channel's mode. Raises UserError with the block at fault."""
    mode = mode_named(interaction.form.choice(MODE_WORD))
    if mode is None:
        raise UserError("Choose what is texted.", block=MODE_WORD)
    channel = await picked_channel(context, interaction, MODE_CHANNEL)
    await context.units.run(set_channel_mode, channel, mode, interaction.user)
    await refresh(context, interaction.user)
    return None


# --- the signature


async def change_signature(context: Context, interaction: Interaction) -> None:
    """Act on Names in texts."""
    team = await context.read_model.team()
    field = modals.text_input(initial=team.signature, max_chars=MAX_SIGNATURE_CHARS, placeholder="– {agent}")
    hint = "{agent} becomes the name of whoever wrote the text. Leave it empty for no name."
    blocks = [modals.input_block(SIGNATURE_TEXT, "Under each text", field, hint=hint, is_required=False)]
    await context.ui.open_modal(
        interaction.trigger_id, modals.form_modal(SIGNATURE_FORM, "Names in texts", "Save", blocks)
    )


async def save_signature(context: Context, interaction: Interaction) -> SubmissionResult:
    """Save the signature. Raises UserError with the block at fault."""
    text = truncate(tidy(interaction.form.text(SIGNATURE_TEXT)), MAX_SIGNATURE_CHARS)
    if unknown_places(text) or "{name}" in text or "{first_name}" in text:
        raise UserError("Only {agent} can be filled in here.", block=SIGNATURE_TEXT)
    await context.units.run(set_signature, text, interaction.user)
    await refresh(context, interaction.user)
    return None


FEATURE = Feature(
    role=Role.MANAGER,
    actions={
        ROUTE_ADD: add_route,
        ROUTE_DELETE: delete_route,
        MODE_CHANGE: change_mode,
        SIGNATURE_CHANGE: change_signature,
    },
    submissions={ROUTE_FORM: save_route, CHANNEL_MODE_FORM: save_mode, SIGNATURE_FORM: save_signature},
)
