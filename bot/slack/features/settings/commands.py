"""`/volt route` and `/volt mode`: where new conversations show, and what becomes of replies in a channel."""

import re

from bot.bridge.conversations import state as wishes
from bot.bridge.conversations.settings import drop_route, set_route
from bot.domain.conversation import Mode, Route
from bot.domain.errors import InvalidNumber
from bot.domain.phone import E164
from bot.domain.text import truncate
from bot.parsing.phone_numbers import read_number
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, Feature, Subcommand, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.channels import channel_of
from bot.slack.features.move import move_contact
from bot.slack.render.modes import MODE_WORDS, mode_named
from bot.slack.text.escaping import escape

LONGEST_KEYWORD = 40


async def route(desk: Context, asked: Interaction, words: str) -> MessageBody:
    """Answer `/volt route`: list, set or drop."""
    if not words:
        return await _list(desk)
    subject, _, where = words.rpartition(" ")
    subject = subject.strip().strip("\"'“”")
    if not subject:
        raise UserError("Say what goes where: one of our numbers, or the word a text begins with, and a channel.")
    kind, subject = subject_of(desk, subject)
    if where.lower() == "off":
        return await _drop(desk, asked, Route(kind, subject, desk.channel))
    channel = await channel_of(desk, where)
    contact = E164(subject)
    if kind == "number" and await _is_contact(desk, contact):
        return await move_contact(desk, asked, contact, channel)
    await desk.store.run(lambda ledger: set_route(ledger, Route(kind, subject, channel), asked.user))
    stay = "Conversations that exist stay where they are."
    return MessageBody(f"New conversations {_of(desk, kind, subject)} show in <#{channel}>. {stay}", [])


async def _is_contact(desk: Context, number: E164) -> bool:
    """Tell a contact's number from one of ours."""
    ours, talks = await desk.store.run(lambda ledger: (ledger.accounts(), ledger.conversations_with(number)))
    return bool(talks) and number not in (desk.account, *ours)


async def _drop(desk: Context, asked: Interaction, old: Route) -> MessageBody:
    if not await desk.store.run(lambda ledger: drop_route(ledger, old, asked.user)):
        raise UserError(f"There is no route for {_named(desk, old.kind, old.subject)}.", has_usage=False)
    return MessageBody(f"New conversations {_of(desk, old.kind, old.subject)} show in <#{desk.channel}> again.", [])


async def _list(desk: Context) -> MessageBody:
    routes = await desk.store.run(lambda ledger: ledger.routes())
    lines = [f"• {_named(desk, one.kind, one.subject)} → <#{one.channel}>" for one in routes]
    return MessageBody("\n".join(["*Where new conversations show*", *lines, f"• all others → <#{desk.channel}>"]), [])


def subject_of(desk: Context, typed: str) -> tuple[str, str]:
    """Tell a number of ours from the word that a text begins with."""
    if re.fullmatch(r"[+(\d][\d\s().+-]*|<tel:.*>", typed):
        try:
            return "number", read_number(typed, desk.region)
        except InvalidNumber as error:
            raise UserError(escape(str(error))) from None
    if len(typed) > LONGEST_KEYWORD or not any(letter.isalnum() for letter in typed):
        raise UserError(f"A keyword has 1 to {LONGEST_KEYWORD} characters, such as order.")
    return "keyword", " ".join(typed.casefold().split())


def _named(desk: Context, kind: str, subject: str) -> str:
    return desk.views.number(E164(subject)) if kind == "number" else f'"{escape(subject)}"'


def _of(desk: Context, kind: str, subject: str) -> str:
    named = _named(desk, kind, subject)
    return f"to {named}" if kind == "number" else f"that begin with {named}"


async def mode(desk: Context, asked: Interaction, words: str) -> MessageBody:
    """Answer `/volt mode`: say or change what becomes of replies in a channel."""
    word, _, where = words.lower().partition(" ")
    if asked.channel is None:
        raise UserError("Use this in a channel.")
    channel = await channel_of(desk, words.partition(" ")[2]) if where.strip() else asked.channel
    if not word:
        now = await desk.store.run(lambda ledger: ledger.channel_mode(channel)) or Mode.AUTO
        return MessageBody(
            "\n".join([f"*What is texted from <#{channel}>*", *(_mode_line(one, now) for one in Mode)]), []
        )
    new = mode_named(word)
    if new is None:
        raise UserError(f'I do not know the mode "{escape(truncate(word, 40))}".')
    await desk.store.run(lambda ledger: wishes.set_channel_mode(ledger, channel, new, asked.user))
    return MessageBody(
        f"<#{channel}> is set to *{word}*: {MODE_WORDS[new][1]}. A thread with a mode of its own keeps it.", []
    )


def _mode_line(one: Mode, now: Mode) -> str:
    word, words = MODE_WORDS[one]
    return f"• `/volt mode {word}` – {words}{' (as it is now)' if one is now else ''}"


PART = Feature(
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
    )
)
