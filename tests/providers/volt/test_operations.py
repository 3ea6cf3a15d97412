import re
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    Visitor,
    build_schema,
    validate,
    visit,
)

from bot.providers.volt import client
from bot.providers.volt.graphql import GAPS, OPERATIONS, PLAIN

ROOM = Path(client.__file__).parent
CALLS = "".join((ROOM / name).read_text("utf-8") for name in ("client.py", "directory.py"))
CALLED = re.findall(r'_(?:call|read|find)\(\s*"(\w+)"', CALLS)
FORGIVING = set(re.findall(r'_(?:read|find)\(\s*"(\w+)"', CALLS))
GAP_FILLED = GAPS | {"customFields", "eventTypes"}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """Volt's schema as written down in the room."""
    return build_schema((ROOM / "schema.graphql").read_text("utf-8"))


def test_the_schema_is_whole(schema: GraphQLSchema) -> None:
    """The schema holds Volt's 8 queries, 8 mutations and 22 types."""
    assert isinstance(schema.query_type, GraphQLObjectType)
    assert isinstance(schema.mutation_type, GraphQLObjectType)
    assert sorted(schema.query_type.fields) == sorted(
        ["contact", "conversation", "inbox", "legacyMessage", "list", "message", "wave", "webhooks"]
    )
    assert sorted(schema.mutation_type.fields) == [
        "addContactsToList",
        "createMessage",
        "createOrUpdateContact",
        "createOrUpdateList",
        "deleteWebhook",
        "registerWebhook",
        "scheduleMessage",
        "scheduleWave",
    ]
    scalars = {"String", "Boolean", "ID", "Int", "Float"}
    own = {name for name in schema.type_map if not name.startswith("__")} - scalars - {"Query", "Mutation"}
    assert len(own) == 22


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_is_valid(schema: GraphQLSchema, name: str) -> None:
    """Each operation the bot sends fits Volt's schema."""
    assert validate(schema, OPERATIONS[name]) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_is_valid_without_the_gaps(schema: GraphQLSchema, name: str) -> None:
    """Each operation also fits Volt's schema without the fields that the reference leaves open."""
    assert validate(schema, PLAIN[name]) == []
    assert _selected(PLAIN[name]) == _selected(OPERATIONS[name]) - GAPS - {"hasNextPage", "endCursor"}


def test_each_operation_is_called_once() -> None:
    """No operation lies about unused, and every name that is called is an operation of the file."""
    assert sorted(CALLED) == sorted(OPERATIONS)


def test_every_part_of_the_api_is_used(schema: GraphQLSchema) -> None:
    """Each of Volt's queries and mutations is asked for by an operation."""
    roots = {
        field.name.value
        for document in OPERATIONS.values()
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        for field in node.selection_set.selections
        if isinstance(field, FieldNode)
    }
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    assert roots == {*schema.query_type.fields, *schema.mutation_type.fields}


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - FORGIVING))
def test_no_operation_selects_what_the_reference_leaves_open(name: str) -> None:
    """Fields whose names or types are guessed in the schema are asked for only where we can do without."""
    assert not _selected(OPERATIONS[name]) & GAP_FILLED


def _selected(document: DocumentNode) -> set[str]:
    found: set[str] = set()

    class Names(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            found.add(node.name.value)

    visit(document, Names())
    return found
