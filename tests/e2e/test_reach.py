"""All of Volt's API is reached by what people do in Slack."""

from __future__ import annotations

from graphql import FieldNode, OperationDefinitionNode, build_schema

from bot.providers.volt.graphql import OPERATIONS
from tests.harness.in_process import Relay
from tests.harness.world import AVA, CHANNEL, DANA
from tests.slack.features.test_waves import button, prepare, review, top
from tests.test_readme import ROOT


def root_field(operation: str) -> str:
    """Name the root field that an operation asks for."""
    nodes = OPERATIONS[operation].definitions
    (field,) = next(node.selection_set.selections for node in nodes if isinstance(node, OperationDefinitionNode))
    assert isinstance(field, FieldNode)
    return field.name.value


async def volt(relay: Relay, *commands: str) -> None:
    """Type commands, each of which is answered."""
    for command in commands:
        given = await relay.slack.command(AVA, CHANNEL, "/volt", command)
        assert given.status == 200
        assert given.elapsed_s < 3


async def press(relay: Relay, action: str) -> None:
    """Press a button of the newest answer."""
    await relay.slack.press(AVA, CHANNEL, relay.slack.ephemerals[-1]["message_ts"], action)


async def test_every_query_and_mutation(relay: Relay) -> None:
    """Commands, buttons and forms in Slack together use all queries and mutations of Volt's schema."""
    await relay.restart(public_url=relay.url)
    await volt(relay, f"contact {DANA}", f"send {DANA} Hello", f"history {DANA}", "inbox", "status rf_unknown")
    await prepare(relay, "VIP")
    await volt(relay, "list VIP", f"list add VIP {DANA}", f"contact {DANA}")
    await press(relay, "contact_block")
    await volt(relay, f"schedule {DANA} in 2 hours See you then")
    await press(relay, "schedule_go")
    window = await review(relay)
    await relay.slack.press_in_view(AVA, top(relay)["id"], button(window)["action_id"])
    await relay.volt.until(lambda: [one for one in relay.volt.requests if one.operation == "ScheduleWave"])
    await volt(relay, f"wave {relay.volt.waves[-1].id}", "webhooks register")
    await volt(relay, f"webhooks delete {next(iter(relay.volt.registrations))}", "webhooks")
    asked = {root_field(request.operation) for request in relay.volt.requests}
    schema = build_schema((ROOT / "bot/providers/volt/schema.graphql").read_text(encoding="utf-8"))
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    assert asked >= {*schema.query_type.fields, *schema.mutation_type.fields}
    assert (relay.slack.undocumented, relay.slack.refused) == ([], [])
