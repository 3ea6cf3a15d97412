"""`/volt send` and `/volt open`: a text to a number, and a thread for it."""

from bot.bridge.messages.send import Command as Wish
from bot.bridge.messages.send import record_open
from bot.domain.conversation import Conversation
from bot.domain.ids import ChannelId
from bot.domain.phone import E164
from bot.ports.repositories import Ledger
from bot.slack.blocks.kit import View
from bot.slack.context import Command, Desk, Mistake, Part
from bot.slack.events.interactions import Asked
from bot.slack.features.kit import accepted, texts
from bot.slack.text.rich_text import is_note, pieces_of


async def send(desk: Desk, asked: Asked, words: str) -> View:
    """Answer `/volt send NUMBER TEXT`."""
    number, text = desk.number_and_rest(words)
    pieces = pieces_of(text, None)
    if not pieces:
        raise Mistake("There is no text after the number.")
    if is_note(pieces):
        return View(texts.KEPT_INSIDE, [])
    wish = await _wish(desk, asked, number)
    taken = await desk.store.run(lambda ledger: accepted.take_in(ledger, wish, pieces, channel=desk.channel))
    return View(await accepted.said(desk, taken), [])


async def open_thread(desk: Desk, asked: Asked, words: str) -> View:
    """Answer `/volt open NUMBER`."""
    number, rest = desk.number_and_rest(words)
    if rest.strip():
        raise Mistake("There are words after the number.")
    wish = await _wish(desk, asked, number)
    place = desk.place(await desk.store.run(lambda ledger: opened(ledger, wish, channel=desk.channel)))
    return View(texts.opening(desk.views.number(number), place), [])


def opened(ledger: Ledger, wish: Wish, *, channel: ChannelId) -> Conversation | None:
    """Give the conversation its thread; where the same was asked before, say where the conversation is."""
    return record_open(ledger, wish, channel=channel) or ledger.find_conversation(wish.account, wish.contact)


async def _wish(desk: Desk, asked: Asked, number: E164) -> Wish:
    account = await desk.account_with(number)
    return Wish(trigger_id=asked.trigger_id, account=account, contact=number, author=asked.user)


PART = Part(
    commands=(
        Command(
            "send",
            "NUMBER TEXT",
            "(555) 555-0145 Your order is ready",
            "send a text; the conversation opens in the channel",
            send,
        ),
        Command("open", "NUMBER", "(555) 555-0145", "open the conversation without sending anything", open_thread),
    )
)
