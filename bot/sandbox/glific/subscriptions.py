"""Subscriptions of the stand-in: whether one may be made, and what it is told about a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, GraphQLError, OperationType, execute

from bot.sandbox.glific.model import Message, User
from bot.sandbox.glific.schema import faults_of, load_schema, operation_of, parsed, root_fields
from bot.sandbox.glific.shapes import Shape, Shapes
from bot.sandbox.glific.tenant import Tenant

MISMATCH = "Auth Credentials mismatch"


@dataclass(frozen=True)
class Subscription:
    """Subscription as it was asked for: `payload` is its query, variables and name, `field` what it is about."""

    id: str
    payload: dict[str, Any]

    @property
    def field(self) -> str:
        """The root field."""
        return root_fields(operation_of(self.payload.get("query"), self.payload.get("operationName")))[0]

    @property
    def name(self) -> str:
        """Name of the operation."""
        return str(self.payload.get("operationName") or self.field)


def fault_of(tenant: Tenant, wanted: Subscription) -> str | None:
    """Say why a subscription cannot be made; None where it can."""
    operation = operation_of(wanted.payload.get("query"), wanted.payload.get("operationName"))
    if operation is None or operation.operation is not OperationType.SUBSCRIPTION:
        return "this socket takes subscriptions"
    if faults := faults_of(frozenset(tenant.rules.unknown_fields), str(wanted.payload["query"])):
        return faults[0].message
    result = _run(tenant, wanted, None)
    return result.errors[0].message if result.errors else None


def event_for(tenant: Tenant, wanted: Subscription, viewer: User, message: Message) -> Shape:
    """Return what a subscriber is told about a message as it is now."""
    return dict(_run(tenant, wanted, Shapes(tenant, viewer).message(message)).formatted)


def _run(tenant: Tenant, wanted: Subscription, told: Shape | None) -> ExecutionResult:
    def resolve(_info: Any, **args: Any) -> Shape | None:
        if args.get("organizationId") != str(tenant.id):
            raise GraphQLError(MISMATCH)
        return told

    result = execute(
        load_schema(frozenset(tenant.rules.unknown_fields)),
        parsed(wanted.payload["query"]),
        root_value={wanted.field: resolve},
        variable_values=wanted.payload.get("variables"),
        operation_name=wanted.payload.get("operationName"),
    )
    assert isinstance(result, ExecutionResult)
    return result
