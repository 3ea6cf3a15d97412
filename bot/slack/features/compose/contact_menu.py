"""Menu of contacts in the compose form: known contacts that match, and the number that is typed."""

from bot.bridge.conversations.queries import conversations_of_contact
from bot.domain.errors import InvalidNumber
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.parsing.phone_numbers import read_number
from bot.slack.blocks.modals import Option
from bot.slack.context import Context
from bot.slack.events.interactions import Interaction
from bot.slack.features.compose import view
from bot.slack.features.kit.contact_ref import contact_labels


async def suggest(context: Context, interaction: Interaction) -> list[Option]:
    """List the contacts that match; first those of a number that was typed, in any spelling.

    A number that cannot be texted is answered with the reason: the menu itself would only say that nothing was found.
    """
    labels = contact_labels(context)
    found = [
        view.to_contact(conversation, labels.name_of(conversation))
        for conversation in await context.read_model.search_contacts(interaction.value, 50)
    ]
    number = _number_in(context, interaction.value)
    if number is None:
        return found or view.no_number(_fault_of(context, interaction.value))
    if number == number_of(context.account):
        return found or view.no_number(f"{context.renderer.number(number)} is our own number.")
    conversations = await context.units.run(conversations_of_contact, number)
    known = [view.to_contact(conversation, labels.name_of(conversation)) for conversation in conversations]
    meant = known or [view.to_number(number, context.renderer.number(number))]
    return [*meant, *(option for option in found if option not in meant)]


def _number_in(context: Context, typed: str) -> E164 | None:
    """Read a typed number, alone or behind a name as the menu writes it; None for anything else."""
    for words in (typed, typed.rpartition("·")[2]):
        try:
            return read_number(words, context.region)
        except InvalidNumber:
            continue
    return None


def _fault_of(context: Context, typed: str) -> str:
    """Write what is wrong with digits that make no number; "" for words."""
    if any(char.isalpha() for char in typed) or not any(char.isdigit() for char in typed):
        return ""
    try:
        read_number(typed, context.region)
    except InvalidNumber as error:
        return str(error).replace("`", "")
    return ""
