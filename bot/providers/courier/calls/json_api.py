"""Calls to the API under the session's token, and reading of its JSON:API documents.

One call, one HTTP request, no redirects followed. Only a call that Carium refused for its token is made again, once,
with another token: it certainly did nothing. error_mapping.py says what is certain where a call fails.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.domain.errors import CallFailed, OutcomeUnknown, Retryable
from bot.providers.courier.calls.call_pace import CallPace
from bot.providers.courier.calls.error_mapping import (
    DEAD_TOKEN,
    certain,
    closed,
    failed_call,
    failed_connection,
    session_keeps_ending,
    unreadable_answer,
)
from bot.providers.courier.calls.session import CourierSession
from bot.providers.http_trace import HttpTrace
from bot.providers.json_values import read_id, read_list, read_object, read_text

PREFIX = "/courier"
ACCEPTED = "application/vnd.api+json"

CONNECT_TIMEOUT_S = 5.0
"""Seconds; shorter than a whole call, so that a host that does not answer is a certain failure, not an unknown one."""

_KEEPALIVE_S = 4.0
"""Idle seconds before a connection is closed. Were it the server that did so, the outcome of a text
that is sent at that moment would be unknown."""

LARGEST_ANSWER = 8 * 2**20
"""Bytes of an answer; a page of a thousand texts is under two million."""

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Resource:
    """Resource of an answer; what cannot be read of it is empty."""

    id: str
    type: str
    attributes: Mapping[str, Any] = field(repr=False)


class CourierCalls:
    """Calls to Carium at `url`; `session` gives the tokens and stays the caller's."""

    def __init__(
        self, url: str, session: CourierSession, *, pace: CallPace | None = None, timeout_s: float = 15.0
    ) -> None:
        self._url = f"{url.rstrip('/')}{PREFIX}"
        self._tokens = session
        self._pace = pace or CallPace()
        self._timeout_s = timeout_s
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the connection pool. Calls nobody yet."""
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(keepalive_timeout=_KEEPALIVE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self._timeout_s, connect=min(CONNECT_TIMEOUT_S, self._timeout_s / 2)),
            headers={"Accept": ACCEPTED},
        )

    async def close(self) -> None:
        """Close the connection pool; calls under way fail as unknown."""
        if self._http is not None:
            await self._http.close()
        self._http = None

    async def read(self, path: str, query: Query = ()) -> Resource:
        """Read one resource. Raises Rejected with the code NOT_FOUND where there is none, or another CallFailed."""
        found = resource_of((await self._repeatable("GET", path, query)).get("data"))
        if not found.id:
            raise certain(unreadable_answer())
        return found

    async def read_page(self, path: str, query: Query = ()) -> list[Resource]:
        """Read one page of a list. Raises CallFailed."""
        data = (await self._repeatable("GET", path, query)).get("data")
        if not isinstance(data, list):
            raise certain(unreadable_answer())
        return [resource_of(one) for one in data]

    async def write(self, path: str, resource_type: str, attributes: Mapping[str, Any], own_id: str = "") -> Resource:
        """Make a resource, or change the one with an id. NOT safe to repeat after OutcomeUnknown. Raises CallFailed."""
        data: dict[str, Any] = {"type": resource_type, "attributes": dict(attributes)}
        if own_id:
            data["id"] = own_id
        method = "PATCH" if own_id else "POST"
        document = await self._authorized(method, path, (), {"data": data, "meta": {}}, is_text=True)
        found = resource_of(document.get("data"))
        if not found.id:
            raise unreadable_answer()
        return found

    async def write_again(self, path: str, resource_type: str, attributes: Mapping[str, Any]) -> Resource:
        """Make a resource of which there may be several without harm. Raises CallFailed."""
        try:
            return await self.write(path, resource_type, attributes)
        except OutcomeUnknown as unknown:
            failed = certain(unknown)
        raise failed

    async def reserve(self, path: str, resource_type: str, attributes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make something whose answer is no resource, and return its data; it may be made again. Raises CallFailed."""
        data = {"type": resource_type, "attributes": dict(attributes)}
        found = (await self._repeatable("POST", path, (), {"data": data, "meta": {}})).get("data")
        if not isinstance(found, dict):
            raise certain(unreadable_answer())
        return found

    async def act(self, path: str) -> None:
        """Have something done to a resource that may be done again. Raises CallFailed."""
        await self._repeatable("POST", path, (), {})

    async def _repeatable(self, method: str, path: str, query: Query, body: object = None) -> Mapping[str, Any]:
        try:
            return await self._authorized(method, path, query, body, is_text=False)
        except OutcomeUnknown as unknown:
            failed = certain(unknown)
        raise failed

    async def _authorized(
        self, method: str, path: str, query: Query, body: object, *, is_text: bool
    ) -> Mapping[str, Any]:
        token = await self._tokens.token()
        for is_last in (False, True):
            await self._pace.turn(is_text=is_text)
            try:
                return await self._call(method, path, query, body, token)
            except Retryable as error:
                if error.code != DEAD_TOKEN:
                    raise
            if not is_last:
                token = await self._tokens.token_after(token)
        raise session_keeps_ending()

    async def _call(self, method: str, path: str, query: Query, body: object, token: str) -> Mapping[str, Any]:
        if self._http is None:
            raise closed()
        headers = {"Authorization": f"Bearer {token}"}
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = "application/json"
        failed: CallFailed
        try:
            async with self._http.request(
                method, f"{self._url}{path}", params=list(query), data=data, headers=headers, allow_redirects=False
            ) as answer:
                document = await _document(answer)
                if 200 <= answer.status < 300 and isinstance(document, dict):
                    return document
                trace = HttpTrace(answer.status, answer.headers.get("Retry-After", ""))
                failed = failed_call(trace, document)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            failed = failed_connection(error)
        # raised out here, so that it does not carry the library's error along, which quotes addresses
        raise failed


async def _document(answer: aiohttp.ClientResponse) -> object:
    """Read the JSON of an answer; None where it is none, or far too long."""
    raw = bytearray()
    async for chunk in answer.content.iter_chunked(2**16):
        raw += chunk
        if len(raw) > LARGEST_ANSWER:
            return None
    try:
        found: object = json.loads(bytes(raw))
    except (ValueError, RecursionError):
        return None
    return found


def resource_of(value: object) -> Resource:
    """Read a resource, leniently."""
    shape = read_object(value)
    return Resource(read_id(shape.get("id")), read_text(shape.get("type")), read_object(shape.get("attributes")))


def rows_of(value: object) -> list[Mapping[str, Any]]:
    """Read a list of objects within a resource, leniently."""
    return [read_object(one) for one in read_list(value)]
