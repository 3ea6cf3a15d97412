import re
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, build_schema, print_ast, validate

from bot.providers.volt import client
from bot.providers.volt.client import OPERATIONS

ROOM = Path(client.__file__).parent
GAP_FILLED = {"pageInfo", "customFields", "eventTypes", "type", "before"}


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
def test_each_operation_is_used(name: str) -> None:
    """No operation lies about unused: client.py calls each by its name."""
    assert f'_call("{name}"' in (ROOM / "client.py").read_text("utf-8")


def test_the_client_calls_nothing_else() -> None:
    """Every name client.py calls is an operation of the file."""
    called = re.findall(r'_call\("(\w+)"', (ROOM / "client.py").read_text("utf-8"))
    assert sorted(called) == sorted(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_operation_selects_what_the_reference_leaves_open(name: str) -> None:
    """Fields whose names or types are guessed in the schema are asked for nowhere."""
    assert not set(re.findall(r"\w+", print_ast(OPERATIONS[name]))) & GAP_FILLED
