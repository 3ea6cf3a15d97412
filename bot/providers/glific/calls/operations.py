"""Operations that the bot sends to Glific, each as a document of its own.

Parsed once, and checked against schema.graphql by a test, not at run time. Knows nothing of the connection.
"""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from gql import GraphQLRequest
from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    Visitor,
    parse,
    print_ast,
    visit,
)


def _read() -> dict[str, DocumentNode]:
    text = files(__package__ or "bot.providers.glific.calls").joinpath("operations.graphql").read_text("utf-8")
    parsed = parse(text, no_location=True).definitions
    shared = {node.name.value: node for node in parsed if isinstance(node, FragmentDefinitionNode)}
    nodes = [node for node in parsed if isinstance(node, OperationDefinitionNode)]
    return {node.name.value: DocumentNode(definitions=(node, *_used(node, shared))) for node in nodes if node.name}


def _used(node: OperationDefinitionNode, shared: dict[str, FragmentDefinitionNode]) -> Iterator[FragmentDefinitionNode]:
    """Pick the fragments that an operation uses, also through others; GraphQL refuses unused ones."""
    wanted: set[str] = set()
    left = _spread_in(node)
    while left:
        wanted |= left
        left = {name for found in left for name in _spread_in(shared[found])} - wanted
    return (fragment for name, fragment in shared.items() if name in wanted)


def _spread_in(node: ExecutableDefinitionNode) -> set[str]:
    found: set[str] = set()

    class Spreads(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: object) -> None:
            found.add(spread.name.value)

    visit(node, Spreads())
    return found


OPERATIONS = _read()
"""Each operation as a document of its own, by its name."""

_TEXTS = {name: print_ast(document) for name, document in OPERATIONS.items()}


class OperationRequest(GraphQLRequest):
    """GraphQL request whose document is printed once, and not for every call."""

    def __init__(self, operation: str, variables: dict[str, Any]) -> None:
        super().__init__(OPERATIONS[operation], variable_values=variables, operation_name=operation)
        self._whole: dict[str, Any] = {"query": _TEXTS[operation], "operationName": operation}
        if variables:
            self._whole["variables"] = variables

    @property
    def payload(self) -> dict[str, Any]:
        """What is sent."""
        return self._whole
