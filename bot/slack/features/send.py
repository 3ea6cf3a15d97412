"""Send handlers, `/volt send` and `/volt open`: a text to a number, and a thread for it."""

from bot.bridge.messages.send import SendRequest, accept_text, open_or_find
from bot.domain.phone import E164
from bot.domain.roles import Role
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit import accepted, texts
from bot.slack.features.kit.which_line import picked_line
from bot.slack.handling import Feature, Subcommand
from bot.slack.text.rich_text import is_note, pieces_of


async def send(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt send NUMBER TEXT`."""
    line, words = await picked_line(context, words)
    number, text = context.split_number(words)
    pieces = pieces_of(text, None)
    if not pieces:
        raise UserError("There is no text after the number.")
    if is_note(pieces):
        return MessageBody(texts.KEPT_INSIDE, [])
    request = await _request(context, interaction, number, line)
    context.require_reachable(request.account, number)
    taken = await context.units.run(accept_text, request, pieces, channel=context.channel)
    return MessageBody(await accepted.status_text(context, taken), [])


async def open_thread(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt open NUMBER`."""
    line, words = await picked_line(context, words)
    number, rest = context.split_number(words)
    if rest.strip():
        raise UserError("There are words after the number.")
    request = await _request(context, interaction, number, line)
    place = context.thread_mention(await context.units.run(open_or_find, request, channel=context.channel))
    return MessageBody(texts.open_text(context.renderer.number(number), place), [])


async def _request(context: Context, interaction: Interaction, number: E164, line: E164 | None) -> SendRequest:
    account = line or await context.account_with(number)
    return SendRequest(trigger_id=interaction.trigger_id, account=account, contact=number, author=interaction.user)


FEATURE = Feature(
    role=Role.AGENT,
    commands=(
        Subcommand(
            "send",
            "NUMBER TEXT",
            "(555) 555-0145 Your order is ready",
            "send a text; the conversation opens in the channel",
            send,
        ),
        Subcommand("open", "NUMBER", "(555) 555-0145", "open the conversation without sending anything", open_thread),
    ),
)
