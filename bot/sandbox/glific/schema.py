"""Schema of the stand-in: the file the real client is written against, and documents read by it.

bot/providers/glific/calls/schema.graphql; an old Glific is the same without some fields and arguments.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)

from bot.sandbox.glific.scalars import set_scalars

SCHEMA_FILE = Path(__file__).parents[2] / "providers" / "glific" / "calls" / "schema.graphql"


@cache
def load_schema(unknown: frozenset[str] = frozenset()) -> GraphQLSchema:
    """Read the schema once, without the fields ("Type.field") that are to be unknown."""
    schema = build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))
    set_scalars(schema)
    for type_, _, name in (field.partition(".") for field in unknown):
        owner = schema.type_map[type_]
        if isinstance(owner, (GraphQLObjectType, GraphQLInputObjectType)):
            del owner.fields[name]
    return schema


@lru_cache(maxsize=256)
def parsed(query: str) -> DocumentNode:
    """Parse a document once, however often it is sent. Raises GraphQLError."""
    return parse(query)


@lru_cache(maxsize=256)
def faults_of(unknown: frozenset[str], query: str) -> tuple[GraphQLError, ...]:
    """Validate a document once against a schema, however often it is sent. Raises GraphQLError."""
    return tuple(validate(load_schema(unknown), parsed(query)))


def operation_of(query: object, name: object = None) -> OperationDefinitionNode | None:
    """Return the operation that is asked for by name, or the first; None where the document cannot be read."""
    try:
        document = parsed(query) if isinstance(query, str) else None
    except GraphQLError:
        return None
    nodes = document.definitions if document else ()
    operations = [node for node in nodes if isinstance(node, OperationDefinitionNode)]
    named = [node for node in operations if name is None or (node.name and node.name.value == name)]
    return named[0] if named else None


def root_fields(operation: OperationDefinitionNode | None) -> list[str]:
    """Return what an operation asks for at its top."""
    nodes = operation.selection_set.selections if operation else ()
    return [node.name.value for node in nodes if isinstance(node, FieldNode)]
