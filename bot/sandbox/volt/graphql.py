"""GraphQL endpoint of the stand-in: the Bearer token, the faults, and execution by graphql-core.

The schema is the file the real client is written against: bot/providers/volt/schema.graphql.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute,
    parse,
    validate,
)

from bot.sandbox.clock import clock
from bot.sandbox.http import Server, cut_connection
from bot.sandbox.volt.account import Account
from bot.sandbox.volt.model import Request

SCHEMA_FILE = Path(__file__).parents[2] / "providers" / "volt" / "schema.graphql"


@cache
def load_schema(unknown: frozenset[str] = frozenset()) -> GraphQLSchema:
    """Read the schema once, without the fields ("Type.field") that are to be unknown."""
    schema = build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))
    for type_, _, name in (field.partition(".") for field in unknown):
        owner = schema.type_map[type_]
        if isinstance(owner, GraphQLObjectType):
            del owner.fields[name]
    return schema


@lru_cache(maxsize=256)
def _parsed(query: str) -> DocumentNode:
    """Parse a query once, however often it is sent. Raises GraphQLError."""
    return parse(query)


@lru_cache(maxsize=256)
def _validation_errors(unknown: frozenset[str], query: str) -> tuple[GraphQLError, ...]:
    """Validate a query once against a schema, however often it is sent. Raises GraphQLError."""
    return tuple(validate(load_schema(unknown), _parsed(query)))


class Answering(Protocol):
    """Organization as the endpoint knows it: `resolvers` by root field name."""

    token: str
    resolvers: dict[str, Any]
    requests: list[Request]


class GraphqlApi:
    """GraphQL endpoint: answers each organization by its token; what bears no known one is noted at the first."""

    def __init__(self, account: Account, server: Server, organizations: Sequence[Answering]) -> None:
        self.account = account
        self.server = server
        self.organizations = organizations

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request, and record both."""
        started_at = clock.unix_time()
        body = await _read(request)
        name = operation_name(body)
        asker = self._asker(request)
        response, answer = await self._respond(request, body, asker)
        status = 0 if response.status == 444 else response.status
        variables = body.get("variables") or {}
        (asker or self.account).requests.append(Request(name, variables, status, answer))
        pair = ({"query": body.get("query"), "variables": variables}, answer)
        self.account.note_hop("bot→volt", name, started_at=started_at, status=status, pair=pair)
        return response

    def _asker(self, request: web.Request) -> Answering | None:
        header = request.headers.get("Authorization")
        return next((one for one in self.organizations if header == f"Bearer {one.token}"), None)

    async def _respond(
        self, request: web.Request, body: dict[str, Any], asker: Answering | None
    ) -> tuple[web.Response, Any]:
        fault = await self.server.fault_before(self.account.rules, request)
        if fault is not None:
            return fault, fault.text
        if self.account.rules.statuses:
            status, retry_after_s = self.account.rules.statuses.pop(0)
            headers = {} if retry_after_s is None else {"Retry-After": f"{retry_after_s:g}"}
            if self.account.rules.acts_first:
                await self._execute(body, asker or self.organizations[0])
            return _failed(status, "the stand-in was told to answer this", headers)
        if asker is None:
            return _failed(401, "unauthorized", {})
        if refused := self._refused(body):
            return refused
        answer = await self._execute(body, asker)
        if self.account.rules.takes("drop_answers"):
            return cut_connection(request), answer
        return web.json_response(answer), answer

    def _refused(self, body: dict[str, Any]) -> tuple[web.Response, Any] | None:
        query = body.get("query")
        if not isinstance(query, str):
            return _failed(400, "the body must be a JSON object with a query", {})
        if "createMessage" in query and not self.account.takes_text():
            return _failed(429, "too many texts", {"Retry-After": f"{self.account.rules.throttle_s:g}"})
        return None

    async def _execute(self, body: dict[str, Any], asker: Answering) -> dict[str, Any]:
        result = await self._result(body, asker)
        self.account.changed.notify_all()
        return dict(result.formatted)

    async def _result(self, body: dict[str, Any], asker: Answering) -> ExecutionResult:
        unknown = frozenset(self.account.rules.unknown_fields)
        try:
            document, errors = _parsed(body["query"]), _validation_errors(unknown, body["query"])
        except GraphQLError as error:
            return ExecutionResult(data=None, errors=[error])
        if errors:
            return ExecutionResult(data=None, errors=list(errors))
        result = execute(
            load_schema(unknown),
            document,
            root_value=asker.resolvers,
            variable_values=body.get("variables"),
            operation_name=body.get("operationName"),
        )
        return result if isinstance(result, ExecutionResult) else await result


def _failed(status: int, message: str, headers: dict[str, str]) -> tuple[web.Response, Any]:
    answer = {"errors": [{"message": message}]}
    return web.json_response(answer, status=status, headers=headers), answer


async def _read(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.text())
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def operation_name(body: dict[str, Any]) -> str:
    """Return the name of the requested operation; its first root field when it has none, "" when unreadable."""
    if body.get("operationName"):
        return str(body["operationName"])
    try:
        document = _parsed(str(body.get("query") or ""))
    except GraphQLError:
        return ""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if not operations:
        return ""
    fields = [node for node in operations[0].selection_set.selections if isinstance(node, FieldNode)]
    named = operations[0].name or (fields[0].name if fields else None)
    return named.value if named else ""
