from pathlib import Path

import pytest
from graphql import FieldNode, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode, build_schema, validate

from bot.providers.glific.calls import operations
from bot.providers.glific.calls.operations import OPERATIONS, OperationRequest
from tests.providers.glific.left_alone import LEFT_ALONE, TOLD_OF

ROOM = Path(operations.__file__).parent
SAYS_INFERRED = ("errors", "messageNumber", "sendBy", "interactiveContent", "status")


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """Glific's schema as written down in the room."""
    return build_schema((ROOM / "schema.graphql").read_text("utf-8"))


def root_fields(schema: GraphQLSchema) -> set[str]:
    """Name what can be asked for at the top of an operation."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return {name for root in roots if root is not None for name in root.fields}


def asked_for() -> set[str]:
    """Name the root fields that the operations ask for."""
    return {
        field.name.value
        for document in OPERATIONS.values()
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        for field in node.selection_set.selections
        if isinstance(field, FieldNode)
    }


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_is_valid(schema: GraphQLSchema, name: str) -> None:
    """Each operation the bot sends fits Glific's schema."""
    assert validate(schema, OPERATIONS[name]) == []


def test_each_part_of_the_api_is_used_or_left_alone_for_a_reason(schema: GraphQLSchema) -> None:
    """A root field is asked for by an operation, or it is listed with the reason why not; never both."""
    assert asked_for() | LEFT_ALONE.keys() == root_fields(schema)
    assert asked_for() & LEFT_ALONE.keys() == set()
    assert all(len(reason.split()) > 3 for reason in LEFT_ALONE.values())


@pytest.mark.parametrize("field", TOLD_OF)
def test_each_operation_that_is_told_of_is_used_or_left_alone(schema: GraphQLSchema, field: str) -> None:
    """An operation that suits a bridge is sent by the bot, or it is listed with the reason why not."""
    assert field in root_fields(schema)
    assert (field in asked_for()) is not (field in LEFT_ALONE)


@pytest.mark.parametrize("name", SAYS_INFERRED)
def test_inferred_parts_are_marked(schema: GraphQLSchema, name: str) -> None:
    """What neither guide nor schema says about a message's field is marked as inferred."""
    message = schema.type_map["Message"]
    assert isinstance(message, GraphQLObjectType)
    assert "Inferred:" in (message.fields[name].description or "")


def test_every_event_and_page_can_move_the_watermark() -> None:
    """A pushed or read message always bears updatedAt, or what was missed could not be asked for."""
    for name in ("Received", "Sent", "StatusChanged", "ChangedSince", "TextsOfPhone", "Conversation"):
        assert " updatedAt" in OperationRequest(name, {}).payload["query"]


def test_a_request_names_its_operation_and_leaves_out_no_variables() -> None:
    """A request is the printed document, its name and its variables; without variables it bears none."""
    assert OperationRequest("StopFlows", {"contactId": "7"}).payload["variables"] == {"contactId": "7"}
    assert OperationRequest("CurrentUser", {}).payload.keys() == {"query", "operationName"}
