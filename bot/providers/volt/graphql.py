"""GraphQL session with Volt, and its operations.

One call, one HTTP request, no retries, no redirects followed; error_mapping.py says what is certain where it fails.
Operations are parsed once, and checked against schema.graphql by a test, not at run time.
Source: https://docs.textvolt.com/v1.0/
"""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from gql import GraphQLRequest
from graphql import (
    REMOVE,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    Visitor,
    VisitorAction,
    parse,
    print_ast,
    visit,
)

from bot.domain.errors import Rejected
from bot.providers.graphql_client import GraphqlClient
from bot.providers.http_trace import HttpTrace
from bot.providers.volt.error_mapping import UNKNOWN_FIELD, failed_call, unreadable_answer

GAPS = frozenset({"pageInfo", "isUnread", "type"})
"""Fields that the reference names by example or not at all, and that an answer can do without."""


def _operations() -> dict[str, DocumentNode]:
    text = files(__package__ or "bot.providers.volt").joinpath("operations.graphql").read_text("utf-8")
    parsed = parse(text, no_location=True).definitions
    shared = {node.name.value: node for node in parsed if isinstance(node, FragmentDefinitionNode)}
    nodes = [node for node in parsed if isinstance(node, OperationDefinitionNode)]
    return {node.name.value: DocumentNode(definitions=(node, *_spread(node, shared))) for node in nodes if node.name}


def _spread(
    node: OperationDefinitionNode, shared: dict[str, FragmentDefinitionNode]
) -> Iterator[FragmentDefinitionNode]:
    """Pick the fragments that an operation uses; GraphQL refuses unused ones."""
    words = set(print_ast(node).replace("...", " ").split())
    return (fragment for name, fragment in shared.items() if name in words)


class _Without(Visitor):
    """Takes the fields of GAPS out of a document."""

    def enter_field(self, node: FieldNode, *_: object) -> VisitorAction:
        return REMOVE if node.name.value in GAPS else None


OPERATIONS = _operations()
"""Each operation as a document of its own, by its name."""

PLAIN = {name: visit(document, _Without()) for name, document in OPERATIONS.items()}
"""The same without what the reference leaves open."""

_TEXTS = {name: print_ast(document) for name, document in OPERATIONS.items()}
_PLAIN_TEXTS = {name: print_ast(document) for name, document in PLAIN.items()}


class _Request(GraphQLRequest):
    """GraphQL request whose document is printed once, and not for every call: that was a third of a call's time."""

    def __init__(self, operation: str, variables: dict[str, Any] | None, *, is_plain: bool) -> None:
        document, texts = (PLAIN, _PLAIN_TEXTS) if is_plain else (OPERATIONS, _TEXTS)
        super().__init__(document[operation], variable_values=variables, operation_name=operation)
        self._whole: dict[str, Any] = {"query": texts[operation], "operationName": operation}
        if variables:
            self._whole["variables"] = variables

    @property
    def payload(self) -> dict[str, Any]:
        """What is sent."""
        return self._whole


class VoltSession:
    """GraphQL session for one Volt organization. `token` is sent as Bearer and shown nowhere."""

    def __init__(self, url: str, token: str, *, timeout_s: float = 15.0) -> None:
        self._pool = GraphqlClient(url, {"Authorization": f"Bearer {token}"})
        self._timeout_s = timeout_s
        self._plain: set[str] = set()

    async def start(self) -> None:
        """Open the session. Calls nobody yet."""
        await self._pool.start()

    async def close(self) -> None:
        """Close the session; calls under way fail as unknown."""
        await self._pool.close()

    async def _read(self, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Make a call that changes nothing; once more, and from then on, without GAPS where Volt does not know them.

        Raises CallFailed.
        """
        if operation in self._plain:
            return await self._call(operation, variables, is_plain=True)
        try:
            return await self._call(operation, variables)
        except Rejected as error:
            if error.code != UNKNOWN_FIELD:
                raise
        data = await self._call(operation, variables, is_plain=True)
        self._plain.add(operation)
        return data

    async def _call(
        self,
        operation: str,
        variables: dict[str, Any] | None = None,
        *,
        timeout_s: float | None = None,
        is_plain: bool = False,
    ) -> dict[str, Any]:
        """Make one request and return its data. Raises CallFailed."""
        self._pool.require_open()
        answer, whole_s = HttpTrace(), self._timeout_s if timeout_s is None else timeout_s
        request = _Request(operation, variables, is_plain=is_plain)
        try:
            data = await self._pool.call(request, answer, timeout_s=whole_s)
        except Exception as error:  # noqa: BLE001 - the table's default is "unknown", also for errors that are not in it
            failed = failed_call(error, answer)
        else:
            if isinstance(data, dict):
                return data
            failed = unreadable_answer()
        # raised out here, so that it does not carry the library's error along, which quotes answers with numbers
        raise failed
