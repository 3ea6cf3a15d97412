"""GraphQL calls to Glific, under the session's token.

One call, one HTTP request, no redirects followed. Only a call that Glific refused for its token is made again, once,
with another token: it certainly did nothing. error_mapping.py says what is certain where a call fails.
Operations are checked against schema.graphql by a test, not at run time.
"""

from collections.abc import Mapping
from typing import Any

import aiohttp

from bot.domain.errors import CallFailed, OutcomeUnknown, Retryable
from bot.providers.glific.calls.call_budget import CallBudget
from bot.providers.glific.calls.error_mapping import (
    DEAD_TOKEN,
    SAID_NO,
    failed_call,
    failed_result,
    refusal,
    session_keeps_ending,
    unreadable_answer,
)
from bot.providers.glific.calls.operations import OperationRequest
from bot.providers.glific.calls.session import GlificSession
from bot.providers.graphql_client import GraphqlClient
from bot.providers.http_trace import HttpTrace
from bot.providers.json_values import read_object
from bot.providers.public_internet import MakesConnector

API_PATH = "/api"


class GlificGraphql:
    """Calls to the API of a tenant at `url`; `session` gives the tokens and stays the caller's.

    `connector` is what leads to the address.
    """

    def __init__(
        self,
        url: str,
        session: GlificSession,
        *,
        budget: CallBudget | None = None,
        timeout_s: float = 15.0,
        connector: MakesConnector = aiohttp.TCPConnector,
    ) -> None:
        self._pool = GraphqlClient(f"{url.rstrip('/')}{API_PATH}", connector=connector)
        self._tokens = session
        self._budget = budget or CallBudget()
        self._timeout_s = timeout_s

    async def start(self) -> None:
        """Open the connection pool. Calls nobody yet."""
        await self._pool.start()

    async def close(self) -> None:
        """Close the connection pool; calls under way fail as unknown."""
        await self._pool.close()

    async def read(self, operation: str, field: str, **variables: Any) -> object:
        """Make a call that may be repeated at will, and return what its field holds. Raises CallFailed."""
        try:
            return await self._field(operation, field, variables, is_text=False)
        except OutcomeUnknown as unknown:
            if unknown.code != SAID_NO:
                raise
            failed = refusal(unknown)
        raise failed

    async def send(self, operation: str, field: str, **variables: Any) -> object:
        """Make a call that sends, and return what its field holds. NOT safe to repeat after OutcomeUnknown.

        Raises CallFailed; with the code SAID_NO where Glific said so in words, which are no evidence.
        """
        return await self._field(operation, field, variables, is_text=True)

    async def _field(self, operation: str, field: str, variables: Mapping[str, Any], *, is_text: bool) -> object:
        data = await self._authorized(operation, variables, is_text=is_text)
        found = data.get(field)
        if failed := failed_result(found):
            raise failed
        return found

    async def _authorized(self, operation: str, variables: Mapping[str, Any], *, is_text: bool) -> Mapping[str, Any]:
        token = await self._tokens.token()
        try:
            return await self._call(operation, variables, token, is_text=is_text)
        except Retryable as error:
            if error.code != DEAD_TOKEN:
                raise
        token = await self._tokens.token_after(token)
        try:
            return await self._call(operation, variables, token, is_text=is_text)
        except Retryable as error:
            if error.code != DEAD_TOKEN:
                raise
        raise session_keeps_ending()

    async def _call(
        self, operation: str, variables: Mapping[str, Any], token: str, *, is_text: bool
    ) -> Mapping[str, Any]:
        self._pool.require_open()
        self._budget.take(is_text=is_text)
        answer, request = HttpTrace(), OperationRequest(operation, dict(variables))
        failed: CallFailed
        try:
            data = await self._pool.call(request, answer, timeout_s=self._timeout_s, headers={"Authorization": token})
        except Exception as error:  # noqa: BLE001 - the table's default is "unknown", also for errors that are not in it
            failed = failed_call(error, answer)
        else:
            if isinstance(data, dict):
                return read_object(data)
            failed = unreadable_answer()
        # raised out here, so that it does not carry the library's error along, which quotes answers with numbers
        raise failed
