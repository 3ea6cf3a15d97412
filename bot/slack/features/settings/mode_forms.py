"""Mode forms: what is texted from one thread, or from all threads of a channel. Pure."""

from bot.domain.conversation import Mode
from bot.domain.ids import ChannelId, ConversationId
from bot.slack.blocks.kit import context_plain
from bot.slack.blocks.modals import Modal, Option, choices, form, question
from bot.slack.features.kit.channels import CHANNELS
from bot.slack.render.modes import AS_CHANNEL, MODE_WORDS

MODE_FORM, MODE = "mode_form", "mode"
CHANNEL_MODE_FORM, MODE_CHANNEL, MODE_WORD = "channel_mode_form", "mode_channel", "mode_word"


def thread_mode_form(conversation_id: ConversationId, now: Mode | None) -> Modal:
    """Form for the mode of one thread."""
    follow = Option("as the channel", AS_CHANNEL, "Whatever its channel does")
    element = choices([follow, *_options()], picked=now.value if now else follow.value)
    block = question(MODE, "What is texted from this thread", element)
    return form(MODE_FORM, "What is texted", "Save", [block], metadata=str(conversation_id))


def channel_mode_form(channel: ChannelId) -> Modal:
    """Form for the mode of a channel."""
    blocks = [
        question(MODE_CHANNEL, "Channel", CHANNELS | {"initial_conversation": channel}),
        question(MODE_WORD, "What is texted", choices(_options())),
        context_plain("A thread with a mode of its own keeps it."),
    ]
    return form(CHANNEL_MODE_FORM, "Change mode", "Save", blocks)


def _options() -> list[Option]:
    return [Option(word, mode.value, words) for mode, (word, words) in MODE_WORDS.items()]
