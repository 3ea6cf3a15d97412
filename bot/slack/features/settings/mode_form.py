"""Mode form of a channel: what is texted from all of its threads. Pure."""

from bot.domain.ids import ChannelId
from bot.slack.blocks.kit import context_plain
from bot.slack.blocks.modals import Modal, form_modal, input_block, radio_buttons
from bot.slack.features.kit.channels import CHANNELS
from bot.slack.render.modes import mode_options

CHANNEL_MODE_FORM, MODE_CHANNEL, MODE_WORD = "channel_mode_form", "mode_channel", "mode_word"


def channel_mode_form(channel: ChannelId) -> Modal:
    """Form for the mode of a channel."""
    blocks = [
        input_block(MODE_CHANNEL, "Channel", CHANNELS | {"initial_conversation": channel}),
        input_block(MODE_WORD, "What is texted", radio_buttons(mode_options())),
        context_plain("A thread with a mode of its own keeps it."),
    ]
    return form_modal(CHANNEL_MODE_FORM, "Change mode", "Save", blocks)
