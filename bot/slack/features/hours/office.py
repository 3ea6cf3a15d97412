"""Office hours by command, `/volt hours`: when the office is open, and what who writes else is answered."""

import re

from bot.bridge.conversations.office import AnswerResult, drop_answer, drop_office, offices, set_answer, set_office
from bot.domain.closed_answers import MAX_ANSWERS, MAX_CHARS, ClosedAnswer
from bot.domain.goals import OfficeHours
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.text import for_phone, is_blank
from bot.parsing.week_hours import WrongHours, read_hours
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.texts import KEPT_INSIDE
from bot.slack.features.kit.which_line import picked_line
from bot.slack.render.hours_words import hours_text
from bot.slack.text.escaping import escape
from bot.slack.text.rich_text import is_note, pieces_of

ANSWER, OFF = "answer", "off"

NONE = (
    "No office hours are set: nobody is answered automatically. Set them like `/volt hours mon-fri 9-17 Europe/Berlin`."
)
NO_HOURS = "Set the office hours first, such as `/volt hours mon-fri 9-17 Europe/Berlin`."
HOW_TO_ANSWER = "Set what they are answered by `/volt hours answer TEXT`."

_BEGINS = re.compile(r"(?:<tel:(?P<link>\+\d{1,15})\|[^>]*>|(?P<bare>\+\d{1,15}))(?:\s+|$)")


async def hours(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt hours`: list, set or drop office hours, and the automatic answer."""
    if not words.strip():
        return await _list(context)
    line, words = await picked_line(context, words)
    account = line or context.account
    word, _, rest = words.strip().partition(" ")
    if word.lower() == ANSWER:
        return await _answer(context, interaction, account, rest.strip())
    if words.strip().lower() == OFF:
        if not await context.units.run(drop_office, account, interaction.user):
            raise UserError("There are no office hours to drop.", has_usage=False)
        return MessageBody(
            f"The office hours of {_number(context, account)} are dropped: nobody is answered automatically.", []
        )
    try:
        office = OfficeHours(account, read_hours(words))
    except WrongHours as error:
        raise UserError(escape(str(error)), has_usage=False) from None
    await context.units.run(set_office, office, interaction.user)
    has_answer = any(known.account == account and answers for known, answers in await context.units.run(offices))
    then = "" if has_answer else f" Nobody is answered automatically yet. {HOW_TO_ANSWER}"
    return MessageBody(f"{_number(context, account)} is open {escape(hours_text(office.hours))}.{then}", [])


async def _answer(context: Context, interaction: Interaction, account: E164, words: str) -> MessageBody:
    """Set or drop the answer for everybody, or for whose numbers begin so."""
    begin = _BEGINS.match(words)
    begins = (begin["link"] or begin["bare"]) if begin else ""
    words = words[begin.end() :].strip() if begin else words
    if words.lower() == OFF:
        if not await context.units.run(drop_answer, account, begins, interaction.user):
            raise UserError("There is no such answer to drop.", has_usage=False)
        return MessageBody("The answer is dropped.", [])
    body = await _checked(context, words)
    done = await context.units.run(set_answer, ClosedAnswer(account, begins, body), interaction.user)
    if done is AnswerResult.NO_HOURS:
        raise UserError(NO_HOURS, has_usage=False)
    if done is AnswerResult.TOO_MANY:
        raise UserError(f"There are {MAX_ANSWERS} answers already. Drop one first.", has_usage=False)
    whom = f"Who writes from a number that begins with {begins}" if begins else "Who writes"
    number = _number(context, account)
    said = f"{whom} to {number} while it is closed gets this once, until it opens: {escape(body)}"
    return MessageBody(said, [])


async def _checked(context: Context, words: str) -> str:
    pieces = pieces_of(words, None)
    body = for_phone(await context.workspace.phone_text(pieces)) if pieces else ""
    if is_blank(body):
        raise UserError("Write the answer behind it, such as `/volt hours answer We are back on Monday at 9.`")
    if is_note(pieces):
        raise UserError(KEPT_INSIDE, has_usage=False)
    if len(body) > MAX_CHARS:
        raise UserError(f"The answer has {len(body):,} characters. It may have {MAX_CHARS}.", has_usage=False)
    return body


async def _list(context: Context) -> MessageBody:
    known = await context.units.run(offices)
    if not known:
        return MessageBody(NONE, [])
    lines = []
    for office, answers in known:
        lines.append(f"• {_number(context, office.account)}: {escape(hours_text(office.hours))}")
        lines += [f"    {_whom(answer)}: {escape(answer.body)}" for answer in answers]
        lines += [] if answers else [f"    Nobody is answered automatically. {HOW_TO_ANSWER}"]
    return MessageBody("\n".join(["*Office hours*", *lines]), [])


def _whom(answer: ClosedAnswer) -> str:
    return f"Answer to {answer.begins}…" if answer.begins else "Answer"


def _number(context: Context, account: E164) -> str:
    return context.renderer.number(number_of(account))
