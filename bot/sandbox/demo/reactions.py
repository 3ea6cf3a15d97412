"""Reactions of phones: texts such as *Loved “See you at 5”*, which the bot shows as reactions on what they quote."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.sandbox.demo.score import words_of
from bot.sandbox.slack.state.model import Message

REACTION = re.compile("[A-Z][a-z]+(?: [a-z]+)? “(.+?)…?”", re.DOTALL)

MARKS = frozenset(
    {
        "white_check_mark",
        "ballot_box_with_check",
        "outbox_tray",
        "hourglass_flowing_sand",
        "grey_question",
        "double_vertical_bar",
        "leftwards_arrow_with_hook",
        "x",
    }
)
"""Reactions by which the bot says how far a text is."""


def is_shown_as_reaction(body: str, around: Sequence[Message], bot_user: str) -> bool:
    """Whether a text reports a reaction, and a message that it quotes bears one of the bot's."""
    quoted = REACTION.fullmatch(body.strip())
    return quoted is not None and any(
        bot_user in users and name not in MARKS and quoted[1] in words_of(one.text, one.blocks)
        for one in around
        for name, users in one.reactions.items()
    )
