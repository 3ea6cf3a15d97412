"""Menu of contact lists: all of them where the provider names them, else those seen here and the typed one.

An option stands for one exact name, and the provider is asked for that list again before it is used: what is texted is
exactly what was chosen, or nothing.
"""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from hashlib import sha256

from bot.bridge.conversations.contacts import forget_lists, note_lists
from bot.bridge.conversations.queries import list_names
from bot.domain.errors import CallFailed, StoreUnavailable
from bot.domain.phone import E164
from bot.domain.provider_profile import ProviderProfile
from bot.domain.provider_records import ListRecord
from bot.domain.text import clean, counted
from bot.slack.blocks import cards
from bot.slack.blocks.kit import Block, plain
from bot.slack.blocks.modals import MAX_OPTION_CHARS, Option
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction, ViewState
from bot.slack.features.kit.capabilities import lists_of
from bot.slack.features.kit.provider_calls import read_from_provider
from bot.slack.text.escaping import escape

MAX_NAME_CHARS = 200
MAX_LISTS = 20
SHORTEST_TYPED = 2
LOOKUP_BUDGET_S = 1.5
"""Time the provider has to answer for a typed name; Slack waits for three seconds, the network included."""

NOTHING = "none"
"""Value of an option that only shows words."""

SAMPLE = "Choose, or type a name"
NO_LIST = "Choose a list."
TOO_MANY = "Choose at most {most}."
NOT_A_LIST = "One of these is no list. Take it out, and choose from the menu."
NOT_KNOWN = "One of these lists is not known here any more. Take it out, and choose it again."
NOBODY = "Nobody is on these lists."
NONE_MET = "No list was used here yet"
NONE_MET_HOW = "Type the whole name of one, as it stands in {name}."
NOT_ASKED = "{name} cannot be asked just now"
NOT_ASKED_HOW = "Type the name again in a minute."
CHECK_NAME = "Write the name as it stands in {name}."


def menu(most: int = MAX_LISTS) -> Block:
    """Menu element, for so many lists at most."""
    return {
        "type": "multi_external_select",
        "min_query_length": 0,
        "max_selected_items": most,
        "placeholder": plain(SAMPLE),
    }


async def remember_list(context: Context, account: E164, card: ListRecord) -> ListRecord:
    """Remember a list that the provider has returned, where it does not name them; if that fails it is not offered."""
    if not names_lists(context, account):
        with contextlib.suppress(StoreUnavailable):
            await context.units.run(note_lists, [card.name])
    return card


def names_lists(context: Context, account: E164) -> bool:
    """Tell whether a number's provider names its lists, so that none has to be remembered."""
    return lists_of(context, account).are_named


async def suggest(context: Context, interaction: Interaction) -> list[Option]:
    """Offer the lists that match what is typed, and first the one with exactly that name."""
    typed = " ".join(clean(interaction.value).strip(' "“”').split())
    account = account_in(context, interaction)
    if names_lists(context, account):
        return await _named(context, account, typed)
    known = await context.units.run(list_names)
    found = [_option(name) for name in known if typed.casefold() in name.casefold() and _label(name)]
    if typed in known or not SHORTEST_TYPED <= len(typed) <= MAX_NAME_CHARS:
        how = NONE_MET_HOW.format(name=context.lines.profile(account).name)
        return found if known or typed else [Option(NONE_MET, NOTHING, how)]
    return [*await _typed(context, account, typed, has_others=bool(found)), *found]


async def _named(context: Context, account: E164, typed: str) -> list[Option]:
    """Ask the provider for the lists with these words in their names."""
    by = context.lines.profile(account)
    try:
        async with asyncio.timeout(LOOKUP_BUDGET_S):
            names = await lists_of(context, account).list_names(account, typed)
    except (CallFailed, TimeoutError):
        return [Option(NOT_ASKED.format(name=by.capital_name), NOTHING, NOT_ASKED_HOW)]
    found = [_option(name) for name in names if _label(name)]
    return found or [Option(cards.single_line(no_list(by, [typed]), MAX_OPTION_CHARS), NOTHING)]


def account_in(context: Context, interaction: Interaction) -> E164:
    """Read from a form which of our numbers it is about: the main one where it does not say."""
    try:
        return E164(str(json.loads(interaction.metadata)["account"]))
    except (ValueError, LookupError, TypeError):
        return context.account


async def _typed(context: Context, account: E164, name: str, *, has_others: bool) -> list[Option]:
    """Ask the provider for the typed list; if there is none, say so unless there are other options."""
    by = context.lines.profile(account)
    try:
        async with asyncio.timeout(LOOKUP_BUDGET_S):
            card = await lists_of(context, account).contact_list(account, name)
    except (CallFailed, TimeoutError):
        return [] if has_others else [Option(NOT_ASKED.format(name=by.capital_name), NOTHING, NOT_ASKED_HOW)]
    if card is None:
        missing = cards.single_line(no_list(by, [name]), MAX_OPTION_CHARS)
        return [] if has_others else [Option(missing, NOTHING, CHECK_NAME.format(name=by.name))]
    await context.units.run(note_lists, [card.name])  # else it could not be chosen
    return [_option(card.name, counted(card.size, "contact"))] if _label(card.name) else []


def _option(name: str, about: str = "") -> Option:
    return Option(_label(name), value_of(name), about)


def _label(name: str) -> str:
    return cards.single_line(name, MAX_OPTION_CHARS)


def value_of(name: str) -> str:
    """Option value for one exact name of any length: Slack takes few characters."""
    return sha256(name.encode()).hexdigest()


def no_list(by: ProviderProfile, names: list[str]) -> str:
    """Write that the provider has no such list, in plain text."""
    return f"{by.capital_name} has no list called {', '.join(names)}."


async def chosen(
    context: Context, account: E164, form: ViewState, block: str, *, most: int = MAX_LISTS
) -> list[ListRecord]:
    """Read the chosen lists as the provider has them now. Raises UserError with the block at fault."""
    values = list(dict.fromkeys(form.choices(block)))
    if not values or len(values) > most:
        too_many = TOO_MANY.format(most=counted(most, "list"))
        raise UserError(too_many if values else NO_LIST, block=block)
    if NOTHING in values:
        raise UserError(NOT_A_LIST, block=block)
    known = {value_of(name): name for name in await _known(context, account)}
    if any(value not in known for value in values):
        raise UserError(NOT_KNOWN, block=block)
    names = [known[value] for value in values]
    by, lists = context.lines.profile(account), lists_of(context, account)
    found = {name: await read_from_provider(by, lists.contact_list(account, name)) for name in names}
    there = [card for name, card in found.items() if card is not None and card.name == name]
    missing = [name for name in names if name not in {card.name for card in there}]
    if missing:
        await context.units.run(forget_lists, missing)
        raise UserError(escape(no_list(by, missing)), block=block)
    if not sum(card.size for card in there):
        raise UserError(NOBODY, block=block)
    return there


async def _known(context: Context, account: E164) -> Sequence[str]:
    """List the names that can have been chosen."""
    if not names_lists(context, account):
        return await context.units.run(list_names)
    naming = lists_of(context, account).list_names(account, "")
    return await read_from_provider(context.lines.profile(account), naming)
