"""Which line does something: `from NUMBER` or `from LABEL` in front of a command's words picks one of our numbers.

Where none is picked it is the main one, or the first that can do it where that cannot. A name that is none of ours is
refused with those that are: nothing goes out from another number than was meant.
"""

import re
from collections.abc import Sequence
from contextlib import suppress

from bot.bridge.connections.records import known_connections
from bot.domain.errors import InvalidNumber
from bot.domain.phone import E164
from bot.domain.workspaces import Account
from bot.parsing.phone_numbers import read_number
from bot.ports.capabilities import Capability
from bot.slack.blocks import cards
from bot.slack.context import Context, UserError
from bot.slack.text.escaping import escape

MAX_SHOWN = 10
MAX_NUMBER_CHARS = 60

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
    found = _by_label(accounts, named) or _by_number(context, accounts, named)
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


async def _accounts(context: Context) -> Sequence[Account]:
    return (await context.units.run(known_connections)).accounts


def _by_label(accounts: Sequence[Account], words: str) -> tuple[E164, str] | None:
    """Find the longest label that the words begin with, in quotes or without."""
    for account in sorted(accounts, key=lambda one: len(one.label), reverse=True):
        rest = _behind(words, escape(account.label)) if account.label else None
        if rest is not None:
            return account.number, rest
    return None


def _behind(words: str, label: str) -> str | None:
    """Return what follows a label in front; None where it is not there as a whole."""
    if quoted := _QUOTED.match(words):
        return words[quoted.end() :].strip() if quoted["name"].strip().casefold() == label.casefold() else None
    begin, rest = words[: len(label)], words[len(label) :]
    return rest.strip() if begin.casefold() == label.casefold() and rest[:1].strip() == "" else None


def _by_number(context: Context, accounts: Sequence[Account], words: str) -> tuple[E164, str] | None:
    """Find the number of ours that the words begin with, however it is typed."""
    ours = {account.number for account in accounts} | {context.account}
    for space in re.finditer(r"\s|$", words[:MAX_NUMBER_CHARS]):
        with suppress(InvalidNumber):
            number = read_number(words[: space.start()], context.region)
            if number in ours:
                return number, words[space.start() :].strip()
    return None


def _not_ours(context: Context, accounts: Sequence[Account]) -> str:
    names = [_name(context, account) for account in accounts[:MAX_SHOWN]]
    shown = ", ".join(names) or context.renderer.number(context.account)
    return escape(f"None of our numbers is called that. After from comes one of these: {shown}.")


def _name(context: Context, account: Account) -> str:
    number = context.renderer.number(account.number)
    label = cards.single_line(account.label, 40)
    return f"{label} ({number})" if label else number
