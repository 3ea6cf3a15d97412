"""GraphQL endpoint of the stand-in: the token, the limit, the faults, the roles, and execution by graphql-core.

Errors have Glific's four shapes: HTTP 401 and 429 of their own kinds, `errors` beside null data, `errors` within the
result, and HTTP 400 for a document that does not fit the schema.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from aiohttp import web
from graphql import ExecutionResult, GraphQLError, OperationType, execute

from bot.sandbox.clock import clock
from bot.sandbox.glific.model import Request, User
from bot.sandbox.glific.schema import faults_of, load_schema, operation_of, parsed, root_fields
from bot.sandbox.glific.session import NO_TENANT_PAGE, Sessions, not_authenticated, too_many
from bot.sandbox.glific.tenant import Tenant
from bot.sandbox.glific.words import say
from bot.sandbox.http import Faults, Server, cut_connection

Fields = dict[str, Callable[..., Any]]

MANAGERS = frozenset({"createContact", "createGroup", "optinContact"})
"""Root fields that the role of staff may not ask for."""

BODY_LIMIT = 20 * 2**20
NO_FAULTS = Faults()


class GraphqlApi:
    """GraphQL endpoint of a tenant; `resolvers` makes the root fields for the user who asks."""

    def __init__(self, tenant: Tenant, server: Server, sessions: Sessions, resolvers: Callable[[User], Fields]) -> None:
        self.tenant = tenant
        self.server = server
        self.sessions = sessions
        self.resolvers = resolvers

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request, and record both."""
        started_at = clock.unix_time()
        body = await _read(request)
        operation = operation_of(body.get("query"), body.get("operationName"))
        roots = root_fields(operation)
        name = operation.name.value if operation and operation.name else next(iter(roots), "")
        response, answer = await self._respond(request, body, roots)
        status = 0 if response.status == 444 else response.status
        variables = body.get("variables") or {}
        self.tenant.requests.append(Request(name, variables, status, answer))
        pair = ({"query": body.get("query"), "variables": variables}, answer)
        self.tenant.note_hop("bot→glific", name, started_at=started_at, status=status, pair=pair)
        return response

    async def _respond(self, request: web.Request, body: dict[str, Any], roots: list[str]) -> tuple[web.Response, Any]:
        rules = self.tenant.rules
        is_meant = not rules.only or any(root in rules.only for root in roots)
        fault = await self.server.fault_before(rules if is_meant else NO_FAULTS, request)
        refused = fault or self._gate(request)
        if refused is not None:
            return refused, refused.text
        user = self.sessions.user_of(request.headers.get("Authorization"))
        if user is None:
            return not_authenticated(), None
        if is_meant and rules.statuses:
            status, text = rules.statuses.pop(0)
            answer = await self._answer(body, user) if rules.acts_first else None
            return web.Response(status=status, text=text), answer
        answer = await self._answer(body, user, is_meant=is_meant)
        if is_meant and rules.takes("drop_answers"):
            return cut_connection(request), answer
        if is_meant and rules.late_s:
            await self.server.pause(rules.late_s)
        return web.json_response(answer, status=200 if "data" in answer else 400), answer

    def _gate(self, request: web.Request) -> web.Response | None:
        """Return what is answered instead where the tenant is nobody's, or the caller's minute is used up."""
        if self.tenant.rules.no_tenant:
            return web.Response(status=404, text=NO_TENANT_PAGE, content_type="text/html")
        user = self.sessions.user_of(request.headers.get("Authorization"))
        if user is not None and not self.sessions.limit.allows(f"user {user.id}", self.tenant.rules.calls_a_minute):
            return too_many()
        return None

    async def _answer(self, body: dict[str, Any], user: User, *, is_meant: bool = False) -> dict[str, Any]:
        rules = self.tenant.rules
        if is_meant and rules.errors:
            return _refused(rules.errors.pop(0), body)
        answer = await self._execute(body, user)
        if is_meant and "data" in answer and rules.takes("internal"):
            return _refused(say("unexpected", user.locale), body)
        return answer

    async def _execute(self, body: dict[str, Any], user: User) -> dict[str, Any]:
        self.tenant.shut_windows()
        unknown = frozenset(self.tenant.rules.unknown_fields)
        operation = operation_of(body.get("query"), body.get("operationName"))
        try:
            faults = faults_of(unknown, str(body.get("query") or ""))
        except GraphQLError as error:
            faults = (error,)
        if faults or operation is None or operation.operation is OperationType.SUBSCRIPTION:
            told = [error.formatted for error in faults] or [{"message": "No query document supplied"}]
            return {"errors": told}
        result = execute(
            load_schema(unknown),
            parsed(body["query"]),
            root_value={name: self._guarded(name, one, user) for name, one in self.resolvers(user).items()},
            variable_values=body.get("variables"),
            operation_name=body.get("operationName"),
        )
        done = result if isinstance(result, ExecutionResult) else await result
        self.tenant.changed.notify_all()
        return _formatted(done, user)

    def _guarded(self, name: str, resolver: Callable[..., Any], user: User) -> Callable[..., Any]:
        role = "manager" if name in MANAGERS else "staff"

        def refuse(_info: Any, **_args: Any) -> Any:
            raise GraphQLError(say("unauthorized", user.locale))

        return resolver if user.may(role) else refuse


def _formatted(result: ExecutionResult, user: User) -> dict[str, Any]:
    """Return an answer; a fault within the server is told in the same words whatever it was."""
    answer = dict(result.formatted)
    if not result.errors:
        return answer
    if result.data is None and not any(error.path for error in result.errors):
        del answer["data"]  # variables that do not fit: nothing was executed
    told = []
    for error in result.errors:
        is_ours = error.original_error is None or isinstance(error.original_error, GraphQLError)
        told.append(dict(error.formatted) | ({} if is_ours else {"message": say("unexpected", user.locale)}))
    return answer | {"errors": told}


def _refused(message: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return a refusal: null data, and an error that names the field."""
    roots = root_fields(operation_of(body.get("query"), body.get("operationName")))
    error = {"message": message, "path": roots[:1], "locations": [{"line": 1, "column": 1}]}
    return {"data": dict.fromkeys(roots), "errors": [error]}


async def _read(request: web.Request) -> dict[str, Any]:
    """Read a JSON object, also one that is larger than the other routes take."""
    raw = bytearray()
    async for chunk in request.content.iter_chunked(2**16):
        raw += chunk
        if len(raw) > BODY_LIMIT:
            raise web.HTTPRequestEntityTooLarge(BODY_LIMIT, len(raw))
    try:
        body = json.loads(raw)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
