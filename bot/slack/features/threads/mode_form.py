"""Mode form of a thread: what is texted from it. Pure."""

from bot.domain.conversation import Mode
from bot.domain.ids import ConversationId
from bot.slack.blocks.modals import Modal, Option, form_modal, input_block, radio_buttons
from bot.slack.render.modes import AS_CHANNEL, mode_options

MODE_FORM, MODE = "mode_form", "mode"


def thread_mode_form(conversation_id: ConversationId, now: Mode | None) -> Modal:
    """Form for the mode of one thread."""
    follow = Option("as the channel", AS_CHANNEL, "Whatever its channel does")
    element = radio_buttons([follow, *mode_options()], initial=now.value if now else follow.value)
    block = input_block(MODE, "What is texted from this thread", element)
    return form_modal(MODE_FORM, "What is texted", "Save", [block], metadata=str(conversation_id))
