"""The channel that somebody means, typed or picked, and that the bot can post there."""

from __future__ import annotations

import pytest

from bot.domain.ids import UserId
from bot.slack.context import UserError
from bot.slack.events.interactions import Interaction, OpenView, ViewState
from bot.slack.features.kit.channels import NO_ENTRY, channel_of, picked_channel
from tests.harness.handlers import Handlers
from tests.harness.world import AVA, CHANNEL

BLOCK = "where"


def interaction(picked: str) -> Interaction:
    """Make a form in which a channel was picked."""
    state = {BLOCK: {BLOCK: {"type": "conversations_select", "selected_conversation": picked}}}
    return Interaction("form", UserId(AVA), view=OpenView("V1", "form", "", ViewState(state)))


@pytest.mark.parametrize("typed", ["#support", f"<#{CHANNEL}>", f"<#{CHANNEL}|support>", CHANNEL, " #SUPPORT "])
async def test_a_channel_in_every_form(handlers: Handlers, typed: str) -> None:
    """A channel is known by its name, by Slack's own link to it, and by its id."""
    assert await channel_of(handlers.context, typed) == CHANNEL


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("support", '"support" is no channel. Write it like #support.'),
        ("<!channel>", '"&lt;!channel&gt;" is no channel.'),
        ("", '"" is no channel.'),
        ("#nowhere", "I see no channel #nowhere. If it is private, invite me there first"),
        ("<#C0NOWHERE>", "I see no channel &lt;#C0NOWHERE&gt;."),
        ("<#C0CLOSED>", "<#C0CLOSED> is archived."),
    ],
)
async def test_what_is_no_channel(handlers: Handlers, typed: str, words: str) -> None:
    """What is no channel, none that the bot sees, or an archived one is refused with the reason."""
    handlers.slack.add_channel("C0CLOSED", "closed").is_archived = True
    with pytest.raises(UserError) as caught:
        await channel_of(handlers.context, typed)
    assert words in str(caught.value)


async def test_the_bot_joins(handlers: Handlers) -> None:
    """The bot joins a public channel by itself; where it cannot, it asks to be invited."""
    other = handlers.slack.add_channel("C0OTHER", "other")
    other.is_member = False
    handlers.slack.rules.errors["conversations.join"] = ["method_not_supported_for_channel_type"]
    with pytest.raises(UserError, match="Invite me there: /invite @volt"):
        await channel_of(handlers.context, "#other")
    assert not other.is_member
    assert await channel_of(handlers.context, "#other") == "C0OTHER"
    assert other.is_member


async def test_picked_in_a_form(handlers: Handlers) -> None:
    """What was picked in a form is refused at its input, by words that fit any reason."""
    assert await picked_channel(handlers.context, interaction(CHANNEL), BLOCK) == CHANNEL
    for picked, words in (("", "Choose a channel."), ("C0NOWHERE", NO_ENTRY)):
        with pytest.raises(UserError) as caught:
            await picked_channel(handlers.context, interaction(picked), BLOCK)
        assert (str(caught.value), caught.value.block) == (words, BLOCK)
