"""Account at Carium: the number that a line sends from, checked, and what a carrier says of a number.

Every call here may be repeated at will. The lists of accounts and numbers are documented, so they are read instead of
the single ones, whose paths are inferred.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.domain.errors import Rejected
from bot.domain.phone import E164
from bot.domain.provider_records import NumberInfo
from bot.providers.courier.calls.json_api import CourierCalls, Query, Resource
from bot.providers.courier.credentials import CourierCredentials
from bot.providers.courier.wire.json_fields import read_phone
from bot.providers.json_values import read_id, read_text

PAGE_SIZE = 100
MOST_PAGES = 10
"""Pages of a list that are read: who has more than a thousand accounts or numbers is not in sight."""

NO_ACCOUNT, NO_NUMBER, NO_TEXTS = "no_account", "no_number", "no_texts"
FOREIGN_ACCOUNT = "foreign_account"
"""Codes of rejections because account and number are not there, send no texts, or are another organization's."""

TOO_MANY = "too_many"
"""Code of a rejection because a list is longer than what is read of it."""

_COUNTRY = "+1"
"""Country whose numbers a carrier can be asked about."""

_NO_ACCOUNT = (
    "This organization has no such account. An admin has to replace the login in App Home, or check "
    "COURIER_ORGANIZATION_ID and COURIER_ACCOUNT_ID."
)
_NO_NUMBER = (
    "This account has no such number. An admin has to replace the login in App Home, or check COURIER_ACCOUNT_ID and "
    "COURIER_NUMBER_ID."
)
_NO_TEXTS = "This number cannot send texts. An admin has to choose another one for COURIER_NUMBER_ID."
_TOO_MANY = "Carium has more entries than the bot reads."
_FOREIGN = "Carium says that the account or the number belongs to another organization."


@dataclass(frozen=True)
class CourierLine:
    """Line at Carium: the number that texts come from, and that of its account, "" where it has none."""

    number: E164
    account_number: str


class CourierAccount:
    """Account of one line; `calls` are the caller's, who starts and closes them."""

    def __init__(self, calls: CourierCalls, credentials: CourierCredentials) -> None:
        self._calls = calls
        self._own = credentials

    async def line(self) -> CourierLine:
        """Check that the number is one of the account's, and the account the organization's.

        Raises Rejected with one of the codes above where they do not belong together, or another CallFailed.
        """
        own = (("organization-id", self._own.organization_id),)
        account = await self._find("/v1/text-accounts/", own, self._own.account_id)
        if account is None or read_id(account.attributes.get("organization-id")) not in ("", self._own.organization_id):
            raise Rejected(NO_ACCOUNT, _NO_ACCOUNT)
        of_account = (("account-id", self._own.account_id),)
        found = await self._find("/v1/text-account-numbers/", of_account, self._own.number_id)
        number = None if found is None else read_phone(found.attributes.get("phone-number"))
        if found is None or number is None:
            raise Rejected(NO_NUMBER, _NO_NUMBER)
        if found.attributes.get("capability-sms") is False:
            raise Rejected(NO_TEXTS, _NO_TEXTS)
        return CourierLine(number, read_text(account.attributes.get("phone-number")))

    async def probe(self) -> None:
        """Check that Carium answers and takes the login. Raises CallFailed."""
        await self._calls.read_page(
            "/v1/text-account-numbers/", (("account-id", self._own.account_id), ("page[limit]", "1"))
        )

    async def number_info(self, number: E164) -> NumberInfo | None:
        """Read what a carrier says of a number, which is asked where it was not yet; None where none can be asked.

        Raises CallFailed.
        """
        if not number.startswith(_COUNTRY):
            return None
        known = await self._calls.read_page("/v1/text-number-info/", (("number", number),))
        if not known:
            await self._calls.reserve("/v1/text-number-info/", "text-number-info", {"number": number})
            return NumberInfo("", "", is_pending=True)
        told = known[0].attributes
        state = read_text(told.get("status"))
        return NumberInfo(read_text(told.get("carrier-name")), read_text(told.get("type")), state == "pending")

    async def _find(self, path: str, query: Query, own_id: str) -> Resource | None:
        try:
            async for one in pages(self._calls, path, query, size=PAGE_SIZE, most=MOST_PAGES):
                if one.id.lower() == own_id.lower():
                    return one
        except Rejected as error:
            if error.code == "http_403":
                raise Rejected(FOREIGN_ACCOUNT, f"{_FOREIGN} {error.user_message}") from error
            raise
        return None


async def pages(calls: CourierCalls, path: str, query: Query, *, size: int, most: int) -> AsyncIterator[Resource]:
    """Give the rows of a list, page by page, to its end. Raises Rejected where that is not within so many pages.

    A page may be shorter than asked for, so the end is the page without a row that is new. Raises CallFailed.
    """
    seen: set[str] = set()
    offset = 0
    for _ in range(most):
        found = await calls.read_page(path, (*query, ("page[limit]", str(size)), ("page[offset]", str(offset))))
        fresh = [one for one in found if one.id not in seen]
        for one in fresh:
            yield one
        seen |= {one.id for one in fresh}
        offset += len(found)
        if not fresh:
            return
    raise Rejected(TOO_MANY, _TOO_MANY)
