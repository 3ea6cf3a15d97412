"""Which line does something: `from NUMBER` or `from LABEL` in front of a command's words picks one of our numbers.

What its texts go over, such as WhatsApp, is a name as well, where only one number has it. Where none is picked it is
the main one, or the first that can do it where that cannot. A name that is none of ours is refused with those that are:
nothing goes out from another number than was meant.
"""

import re
from collections.abc import Sequence
from contextlib import suppress

from bot.bridge.connections.records import known_connections
from bot.domain.errors import InvalidNumber
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.workspaces import Account
from bot.parsing.phone_numbers import read_number
from bot.ports.capabilities import Capability
from bot.slack.blocks import cards
from bot.slack.blocks.modals import Option
from bot.slack.context import Context, UserError
from bot.slack.text.escaping import escape

MAX_SHOWN = 10
MAX_NUMBER_CHARS = 60
MAX_OPTIONS = 100

_FROM = re.compile(r"from\s+(?=\S)", re.IGNORECASE)
_QUOTED = re.compile('["“”„«](?P<name>[^"“”„«»]*)["“”»]')


async def picked_line(context: Context, words: str, *, is_strict: bool = True) -> tuple[E164 | None, str]:
    """Read `from` and one of our numbers in front of words; None where none is picked. Raises UserError.

    Without `is_strict` words that only begin so are left as they are.
    """
    begin = _FROM.match(words)
    if begin is None:
        return None, words
    accounts, named = await _accounts(context), words[begin.end() :]
    found = _by_name(context, accounts, named) or _by_number(context, accounts, named)
    if found is not None:
        return found
    if is_strict:
        raise UserError(_not_ours(context, accounts), has_usage=False)
    return None, words


async def line_for(context: Context, picked: E164 | None, capability: Capability) -> E164:
    """Choose the number for something that needs a capability. Raises UserError while nothing is connected."""
    if picked is not None or context.lines.offers(capability, context.account):
        return picked or context.account
    able = (one.number for one in await _accounts(context) if context.lines.offers(capability, one.number))
    return next(able, context.account)


async def has_several_lines(context: Context) -> bool:
    """Tell whether there is anything to pick from."""
    return len((await context.units.run(known_connections)).accounts) > 1


async def line_options(context: Context) -> list[Option]:
    """List our numbers as options of a menu; none where there is nothing to pick from."""
    accounts = (await _accounts(context))[:MAX_OPTIONS]
    options = [Option(_shown(context, one), one.number, context.lines.profile(one.number).line) for one in accounts]
    return options if len(options) > 1 else []


async def line_in_form(context: Context, picked: str, *, block: str) -> E164 | None:
    """Read the number that was picked in such a menu; None where none was. Raises UserError."""
    if not picked:
        return None
    found = next((one.number for one in await _accounts(context) if one.number == picked), None)
    if found is None:
        raise UserError("This number is not connected any more. Choose another one.", block=block)
    return found


async def _accounts(context: Context) -> Sequence[Account]:
    return (await context.units.run(known_connections)).accounts


def _by_name(context: Context, accounts: Sequence[Account], words: str) -> tuple[E164, str] | None:
    """Find the one number whose label, or whose kind of texts, the words begin with; the longest name counts."""
    names = [(escape(name), account) for account in accounts for name in _names(context, account)]
    for name, account in sorted(names, key=lambda one: len(one[0]), reverse=True):
        rest = _behind(words, name)
        if rest is not None and len([one for other, one in names if other.casefold() == name.casefold()]) == 1:
            return account.number, rest
    return None


def _names(context: Context, account: Account) -> list[str]:
    """List what a number may be called: by its label, else by what its texts go over, such as WhatsApp."""
    by = context.lines.profile(account.number)
    return list(filter(None, dict.fromkeys([account.label, by.medium, by.name])))


def _behind(words: str, name: str) -> str | None:
    """Return what follows a name in front; None where it is not there as a whole."""
    if quoted := _QUOTED.match(words):
        return words[quoted.end() :].strip() if quoted["name"].strip().casefold() == name.casefold() else None
    begin, rest = words[: len(name)], words[len(name) :]
    return rest.strip() if begin.casefold() == name.casefold() and rest[:1].strip() == "" else None


def _by_number(context: Context, accounts: Sequence[Account], words: str) -> tuple[E164, str] | None:
    """Find the one number of ours that the words begin with, however it is typed."""
    ours = {account.number for account in accounts} | {context.account}
    for space in re.finditer(r"\s|$", words[:MAX_NUMBER_CHARS]):
        with suppress(InvalidNumber):
            number = read_number(words[: space.start()], context.region)
            found = [account for account in ours if number_of(account) == number]
            if len(found) == 1:
                return found[0], words[space.start() :].strip()
    return None


def _not_ours(context: Context, accounts: Sequence[Account]) -> str:
    names = [_shown(context, account) for account in accounts[:MAX_SHOWN]]
    shown = ", ".join(names) or context.renderer.number(number_of(context.account))
    return escape(f"None of our numbers alone is called that. After from comes one of these: {shown}.")


def _shown(context: Context, account: Account) -> str:
    number = context.renderer.number(number_of(account.number))
    name = cards.single_line(account.label, 40) or context.lines.profile(account.number).medium
    return f"{name} ({number})" if name else number
