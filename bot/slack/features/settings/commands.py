"""Settings by command, `/volt route` and `/volt mode`: where new conversations show, and what replies do."""

import re

from bot.bridge.conversations.moving import ask_to_move
from bot.bridge.conversations.queries import channel_mode, conversations_of_contact, is_contact, routes
from bot.bridge.conversations.settings import drop_route, set_channel_mode, set_route
from bot.domain.conversation import Mode
from bot.domain.errors import InvalidNumber
from bot.domain.ids import ChannelId
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.roles import Role
from bot.domain.routing import Route
from bot.domain.text import truncate
from bot.parsing.phone_numbers import read_number
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.channels import channel_of
from bot.slack.features.kit.texts import IS_THERE
from bot.slack.handling import Feature, Subcommand
from bot.slack.render.modes import MODE_WORDS, mode_named
from bot.slack.text.escaping import escape

MAX_KEYWORD_CHARS = 40


async def route(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt route`: list, set or delete."""
    if not words:
        return await _list(context)
    subject, _, where = words.rpartition(" ")
    subject = subject.strip().strip("\"'“”")
    if not subject:
        raise UserError("Say what goes where: one of our numbers, or the word a text begins with, and a channel.")
    kind, subject = subject_of(context, subject)
    if where.lower() == "off":
        return await _drop(context, interaction, Route(kind, subject, context.channel))
    channel = await channel_of(context, where, for_texts=True)
    contact = E164(subject)
    if kind == "number" and await _is_contact(context, contact):
        return await _move_contact(context, interaction, contact, channel)
    await context.units.run(set_route, Route(kind, subject, channel), interaction.user)
    stay = "Conversations that exist stay where they are."
    return MessageBody(f"New conversations {_of(context, kind, subject)} show in <#{channel}>. {stay}", [])


async def _is_contact(context: Context, number: E164) -> bool:
    """Tell a contact's number from one of ours."""
    return await context.units.run(is_contact, number) and number != number_of(context.account)


async def _move_contact(context: Context, interaction: Interaction, contact: E164, channel: ChannelId) -> MessageBody:
    """Move all conversations with one contact."""
    conversations = await context.units.run(conversations_of_contact, contact)
    moved = [
        await context.units.run(ask_to_move, conversation.id, channel, interaction.user)
        for conversation in conversations
    ]
    if not any(moved):
        return MessageBody(IS_THERE, [])
    return MessageBody(f"The conversation with {context.renderer.number(contact)} goes on in <#{channel}>.", [])


async def _drop(context: Context, interaction: Interaction, old: Route) -> MessageBody:
    if not await context.units.run(drop_route, old, interaction.user):
        raise UserError(f"There is no route for {_named(context, old.kind, old.subject)}.", has_usage=False)
    return MessageBody(
        f"New conversations {_of(context, old.kind, old.subject)} show in <#{context.channel}> again.", []
    )


async def _list(context: Context) -> MessageBody:
    known = await context.units.run(routes)
    lines = [f"• {_named(context, route.kind, route.subject)} → <#{route.channel}>" for route in known]
    return MessageBody(
        "\n".join(["*Where new conversations show*", *lines, f"• all others → <#{context.channel}>"]), []
    )


def subject_of(context: Context, typed: str) -> tuple[str, str]:
    """Tell a number of ours from the first word of a text."""
    if re.fullmatch(r"[+(\d][\d\s().+-]*|<tel:.*>", typed):
        try:
            return "number", read_number(typed, context.region)
        except InvalidNumber as error:
            raise UserError(escape(str(error))) from None
    if len(typed) > MAX_KEYWORD_CHARS or not any(letter.isalnum() for letter in typed):
        raise UserError(f"A keyword has 1 to {MAX_KEYWORD_CHARS} characters, such as order.")
    return "keyword", " ".join(typed.casefold().split())


def _named(context: Context, kind: str, subject: str) -> str:
    return context.renderer.number(E164(subject)) if kind == "number" else f'"{escape(subject)}"'


def _of(context: Context, kind: str, subject: str) -> str:
    named = _named(context, kind, subject)
    return f"to {named}" if kind == "number" else f"that begin with {named}"


async def mode(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt mode`: show or change the mode of a channel."""
    word, _, where = words.lower().partition(" ")
    if interaction.channel is None:
        raise UserError("Use this in a channel.")
    channel = await channel_of(context, words.partition(" ")[2]) if where.strip() else interaction.channel
    if not word:
        now = await context.units.run(channel_mode, channel)
        return MessageBody(
            "\n".join([f"*What is texted from <#{channel}>*", *(_mode_line(option, now) for option in Mode)]), []
        )
    new = mode_named(word)
    if new is None:
        raise UserError(f'I do not know the mode "{escape(truncate(word, 40))}".')
    await context.units.run(set_channel_mode, channel, new, interaction.user)
    return MessageBody(
        f"<#{channel}> is set to *{word}*: {MODE_WORDS[new][1]}. A thread with a mode of its own keeps it.", []
    )


def _mode_line(option: Mode, now: Mode) -> str:
    word, words = MODE_WORDS[option]
    return f"• `/volt mode {word}` – {words}{' (as it is now)' if option is now else ''}"


FEATURE = Feature(
    role=Role.MANAGER,
    commands=(
        Subcommand(
            "route",
            "NUMBER|KEYWORD #CHANNEL|off",
            "order #sales",
            "show new conversations in another channel, or move a contact's there; alone it lists the routes",
            route,
        ),
        Subcommand(
            "mode",
            "auto|confirm|explicit|alerts [#CHANNEL]",
            "confirm",
            "choose what is texted from this channel; alone it says what is chosen",
            mode,
        ),
    ),
)
