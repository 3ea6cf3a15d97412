"""Words about a channel that is one contact's own: its topic, its rules, and what Slack did not let us do. Pure."""

from bot.bridge.conversations.own_channel import NO_NAME_LEFT
from bot.domain.conversation import Mode
from bot.domain.text import clean, truncate
from bot.domain.thread_content import ChannelTopic
from bot.slack.blocks.cards import WriteNumber

MAX_NAME_CHARS = 80

RULES = {
    Mode.AUTO: "Write in this channel to text back {by}. Begin with // to keep a message in Slack. "
    "Threads stay in Slack.",
    Mode.CONFIRM: "What you write in this channel is texted {by} once somebody presses Send under it. "
    "Threads stay in Slack.",
    Mode.EXPLICIT: "Only messages that begin with ! are texted {by}. All others stay in Slack, and so do threads.",
    Mode.ALERTS: "This conversation is for reading: nothing written here is texted.",
}
"""What happens to messages in such a channel, by the mode of its conversation."""

NO_NUMBER = "This sender cannot be answered by text: what you write in this channel stays in Slack."

ERASED_TOPIC = "This contact was erased."

_SIGNS = str.maketrans("", "", "<>&")
"""Characters that have a meaning in Slack's text; a topic cannot quote them."""

_APPLY = "An admin has to apply the newest manifest of the app and reinstall it"

WHY_NOT = {
    "missing_scope": f"the app lacks the permission. {_APPLY}; then press *Open a channel* again",
    NO_NAME_LEFT: "every name that fits this contact is taken. Change the contact's name, then try again",
    "restricted_action": "this workspace lets the app make no channels. An admin can allow it in Slack's settings",
    "cannot_create_channel": "this workspace lets the app make no channels. An admin can allow it in Slack's settings",
    "channel_not_found": "Slack does not show this channel to the app. Invite it: /invite @volt",
    "not_in_channel": "Slack does not show this channel to the app. Invite it: /invite @volt",
}
"""Why a channel was not made, by Slack's code; the sentence goes on to what can be done."""

_REFUSED = "Slack refused it ({code}). Nothing was changed, so it can be tried again"

NOT_IN = {
    "user_is_restricted": "guests cannot be let in by an app",
    "user_is_ultra_restricted": "guests cannot be let in by an app",
    "ura_max_channels": "that guest is in a channel already",
    "cant_invite": "Slack does not let the app invite them",
    "not_in_channel": "the app is not in the channel any more",
    "user_not_found": "they are not of this workspace",
    "missing_scope": f"the app lacks the permission. {_APPLY}",
}
"""Why somebody was not let in, by Slack's code."""


_UNKNOWN = "<@>"
"""An actor whom Slack did not name."""

_NOT_IN_IT = frozenset({"not_in_channel", "channel_not_found", "method_not_supported_for_channel_type"})

_UNTOLD = frozenset({"timeout", "connection_lost", "interrupted", "internal_error", "fatal_error", "too_many_channels"})

_NOT_SURE = (
    "Slack did not say whether it made the channel that {actor} asked for. *Open a channel* looks for it, "
    "and makes one only where it is not there."
)


def topic_words(topic: ChannelTopic, number_of: WriteNumber) -> str:
    """Write the topic of a channel: who it is about."""
    name = truncate(clean(topic.name).translate(_SIGNS).strip(), MAX_NAME_CHARS)
    who = " · ".join(part for part in (name, number_of(topic.contact).translate(_SIGNS)) if part)
    return f"Texts with {who}. Threads in here stay in Slack."


def not_made(actor: str, code: str) -> str:
    """Write that no channel was made, and what to do."""
    if code in _UNTOLD or code.startswith("http_"):
        return _NOT_SURE.format(actor=actor)
    return f"The channel that {actor} asked for was not made: {WHY_NOT.get(code) or _REFUSED.format(code=code)}."


def not_furnished(actor: str, code: str) -> str:
    """Write that people were not let in, or that the topic was not set."""
    why = WHY_NOT.get(code) or f"Slack refused it ({code})"
    return f"The topic of the channel that {actor} asked for was not set: {why}."


def not_let_in(_actor: str, detail: str) -> str:
    """Write who could not be let into the channel, and why."""
    user, _, code = detail.partition(" ")
    why = NOT_IN.get(code, f"Slack refused it ({code})")
    return f"<@{user}> could not be invited: {why}. Somebody can do it by hand."


def stays_archived(_actor: str, channel: str) -> str:
    """Write, where a conversation goes on, why it does not in its own channel."""
    return (
        f"<#{channel}> is archived, and Slack does not let the app open it again. So this conversation goes on here. "
        "*Open a channel* makes a new one."
    )


def unarchived(_actor: str, channel: str) -> str:
    """Write that an archived channel is open again."""
    return f"<#{channel}> was archived and is open again, because there is something new."


def unarchived_by_hand(actor: str, _channel: str) -> str:
    """Write, in a channel that somebody has unarchived, that its conversation is there again."""
    first = "This channel is open again" if actor == _UNKNOWN else f"{actor} opened this channel again"
    return f"{first}, so this conversation goes on here."


def stays_out(actor: str, detail: str) -> str:
    """Write, where a conversation goes on, why it does not in its own channel, which somebody has unarchived."""
    channel, _, code = detail.partition(" ")
    first = f"<#{channel}> is open again" if actor == _UNKNOWN else f"{actor} opened <#{channel}> again"
    why = "" if code in _NOT_IN_IT else f" ({code})"
    return (
        f"{first}, and Slack does not let the app in{why}. So this conversation goes on here. "
        f"To go on there, write /invite @volt there, then *@volt move <#{channel}>* here."
    )
