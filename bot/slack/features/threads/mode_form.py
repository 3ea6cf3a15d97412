"""Mode form of a thread: what is texted from it. Pure."""

from bot.domain.conversation import Mode
from bot.domain.ids import ConversationId
from bot.slack.blocks.modals import Modal, Option, choices, form, question
from bot.slack.render.modes import AS_CHANNEL, mode_options

MODE_FORM, MODE = "mode_form", "mode"


def thread_mode_form(conversation_id: ConversationId, now: Mode | None) -> Modal:
    """Form for the mode of one thread."""
    follow = Option("as the channel", AS_CHANNEL, "Whatever its channel does")
    element = choices([follow, *mode_options()], picked=now.value if now else follow.value)
    block = question(MODE, "What is texted from this thread", element)
    return form(MODE_FORM, "What is texted", "Save", [block], metadata=str(conversation_id))
