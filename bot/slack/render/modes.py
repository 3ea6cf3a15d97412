"""Modes in words: what happens to messages in a thread, the same in menus and commands."""

from bot.domain.conversation import Mode
from bot.slack.blocks.modals import Option

MODE_WORDS = {
    Mode.AUTO: ("auto", "Every reply is texted; // keeps one in Slack"),
    Mode.CONFIRM: ("confirm", "A reply is texted once somebody presses Send"),
    Mode.EXPLICIT: ("explicit", "Only what begins with ! is texted"),
    Mode.ALERTS: ("alerts", "For reading only: nothing is texted"),
}
"""Word and line for each mode, for menus."""

AS_CHANNEL = "channel"
"""Value in place of a mode: a thread without a mode of its own follows its channel."""

MODE_CHANGES = {
    "auto": "what is written here is texted",
    "confirm": "each text waits for somebody to press Send",
    "explicit": "only messages that begin with ! are texted",
    "alerts": "nothing written here is texted",
    AS_CHANNEL: "what is texted follows the channel again",
}
"""Words for a change of mode, by the detail of the audit trail."""


def mode_named(word: str) -> Mode | None:
    """Read a mode by its word; None for any other word."""
    return next((mode for mode in Mode if mode.value == word), None)


def mode_options() -> list[Option]:
    """List the modes for a menu."""
    return [Option(word, mode.value, words) for mode, (word, words) in MODE_WORDS.items()]
