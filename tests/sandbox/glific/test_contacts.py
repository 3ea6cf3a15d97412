"""The stand-in for Glific over the wire: contacts, groups, broadcasts, tags, simulators and flows."""

from __future__ import annotations

import hashlib
import hmac
import json

from aiohttp import web

from bot.sandbox import GlificStandIn
from bot.sandbox.glific.model import DEFAULT_PHRASE
from tests.sandbox.glific.stage import DANA, ELI, FAY, Caller
from tests.sandbox.recording_app import RecordingApp

PHRASE = "a phrase of our own"


def ids(glific: GlificStandIn, *phones: str) -> list[str]:
    """Return the ids of contacts by their phones."""
    return [str(one.id) for phone in phones if (one := glific.contact_of(phone))]


async def test_a_contact_is_found_by_the_exact_phone(caller: Caller) -> None:
    """Digits find a contact; with a '+', or unknown, a miss is told within the result."""
    found = (await caller.ask("ContactByPhone", phone=DANA)).data["contactByPhone"]
    assert (found["contact"]["name"], found["errors"]) == ("Dana Berg", None)
    missed = (await caller.ask("ContactByPhone", phone=f"+{DANA}")).data["contactByPhone"]
    assert missed == {"contact": None, "errors": [{"key": "Contact", "message": "Resource not found"}]}


async def test_a_phone_is_stored_as_it_is_given(caller: Caller) -> None:
    """Making a contact does not tidy a phone up: one with a '+' becomes a dead twin."""
    made = (await caller.ask("CreateContact", input={"phone": f"+{DANA}", "name": "Twin"})).data["createContact"]
    assert (made["contact"]["status"], made["contact"]["bspStatus"]) == (None, "NONE")
    twice = (await caller.ask("CreateContact", input={"phone": DANA, "name": "Twin"})).data["createContact"]
    assert twice == {"contact": None, "errors": [{"key": "phone", "message": "has already been taken"}]}
    assert len(caller.glific.people()) == 2 + 4


async def test_consent_makes_a_contact_that_a_template_may_go_to(caller: Caller) -> None:
    """Opting in makes a contact or notes consent; it changes nothing for who is blocked."""
    made = (await caller.ask("OptIn", phone="15555550199", name="Gil")).data["optinContact"]["contact"]
    assert (made["status"], made["bspStatus"], made["name"]) == ("VALID", "HSM", "Gil")
    assert (await caller.ask("OptIn", phone=DANA)).data["optinContact"]["contact"]["bspStatus"] == "SESSION_AND_HSM"
    await caller.ask("UpdateContact", id=ids(caller.glific, FAY)[0], input={"status": "BLOCKED"})
    assert (await caller.ask("OptIn", phone=FAY)).data["optinContact"]["contact"]["optinTime"] is None


async def test_a_contact_can_be_renamed_and_given_fields(caller: Caller) -> None:
    """Name and fields change, fields as JSON inside a text; a phone in the input is refused."""
    [number] = ids(caller.glific, DANA)
    fields = json.dumps({"city": {"label": "City", "value": "Pune", "type": "string"}})
    told = (await caller.ask("UpdateContact", id=number, input={"name": "Dana B.", "fields": fields})).data
    assert told["updateContact"]["contact"]["name"] == "Dana B."
    assert json.loads(told["updateContact"]["contact"]["fields"])["city"]["value"] == "Pune"
    refused = (await caller.ask("UpdateContact", id=number, input={"phone": "1"})).data["updateContact"]
    assert refused["errors"][0]["key"] == "phone"
    assert (await caller.ask("UpdateContact", id=number, input={"fields": "no json"})).status == 400


async def test_blocked_contacts_are_listed_only_by_their_status(caller: Caller) -> None:
    """A blocked contact is left out of the list unless its status is asked for."""
    [number] = ids(caller.glific, ELI)
    await caller.ask("UpdateContact", id=number, input={"status": "BLOCKED"})
    assert (await caller.ask("Contacts", term="Eli", limit=5)).data["contacts"] == []
    blocked = await caller.query("{ contacts(filter: {status: BLOCKED}) { name } countContacts }")
    assert blocked.data == {"contacts": [{"name": "Eli Lund"}], "countContacts": 4}
    await caller.ask("UpdateContact", id=number, input={"status": "VALID"})
    assert [one["name"] for one in (await caller.ask("Contacts", term="eli", limit=5)).data["contacts"]] == ["Eli Lund"]


async def test_groups_have_members(caller: Caller) -> None:
    """A group is made, filled, counted and emptied; the same label is taken."""
    glific = caller.glific
    made = (await caller.ask("CreateGroup", input={"label": "News", "description": "All"})).data["createGroup"]["group"]
    both = ids(glific, DANA, ELI)
    change = {"groupId": made["id"], "addContactIds": both, "deleteContactIds": []}
    told = (await caller.ask("ChangeMembers", input=change)).data["updateGroupContacts"]
    assert (len(told["groupContacts"]), told["numberDeleted"]) == (2, 0)
    info = json.loads((await caller.ask("GroupInfo", id=made["id"])).data["groupInfo"])
    assert info == {"total": 2, "session": 1, "hsm": 1}
    change = {"groupId": made["id"], "addContactIds": [], "deleteContactIds": both[:1]}
    assert (await caller.ask("ChangeMembers", input=change)).data["updateGroupContacts"]["numberDeleted"] == 1
    group = (await caller.ask("Group", id=made["id"])).data["group"]["group"]
    assert [one["name"] for one in group["contacts"]] == ["Eli Lund"]
    assert [one["contactsCount"] for one in (await caller.ask("Groups", limit=9, offset=0)).data["groups"]] == [1]
    assert (await caller.ask("CreateGroup", input={"label": "News"})).data["createGroup"]["errors"][0]["key"] == "label"


async def test_a_broadcast_is_a_summary_row_and_a_message_for_whom_it_may_reach(caller: Caller) -> None:
    """The answer names who is meant; a job sends to those it may, and the rows share the broadcast's id."""
    glific = caller.glific
    glific.rules.broadcast_after_s = 0.0
    people = [one for phone in (DANA, ELI, FAY) if (one := glific.contact_of(phone))]
    group = glific.add_group("News", *people)
    answer = await caller.ask("SendToGroup", input={"type": "TEXT", "body": "News"}, groupId=str(group.id))
    assert answer.data["createAndSendMessageToGroup"]["contactIds"] == ids(glific, DANA, ELI, FAY)
    await glific.until(lambda: glific.outbound(DANA) and glific.outbound(DANA)[0].status == "sent")
    assert glific.outbound(ELI) == glific.outbound(FAY) == []
    [row] = (await caller.ask("GroupConversation", id=str(group.id), limit=5)).data["search"]
    [summary] = row["messages"]
    assert (row["group"]["label"], summary["body"]) == ("News", "News")
    changed = (await caller.ask("ChangedSince", **{"from": "2020-01-01T00:00:00Z"}, limit=50, offset=0)).data[
        "messages"
    ]
    assert {one["messageBroadcastId"] for one in changed if one["body"] == "News"} == {summary["messageBroadcastId"]}


async def test_a_template_goes_to_a_group_by_the_flag_alone(caller: Caller) -> None:
    """With isHsm a template reaches who agreed; sendHsmMessageToGroup sends free text, which does not."""
    glific = caller.glific
    glific.rules.broadcast_after_s = 0.0
    eli = glific.contact_of(ELI)
    assert eli is not None
    group, one = glific.add_group("News", eli), glific.add_template("news", "News of {{1}}")
    document = 'mutation S($t: ID!, $g: ID!) { sendHsmMessageToGroup(templateId: $t, parameters: ["x"], groupId: $g) '
    await caller.query(document + "{ success } }", t=one.id, g=group.id)
    wanted = {"isHsm": True, "templateId": one.id, "params": ["May"]}
    await caller.ask("SendToGroup", input=wanted, groupId=str(group.id))
    await glific.until(lambda: glific.outbound(ELI))
    assert [message.body for message in glific.outbound(ELI)] == ["News of May"]


async def test_contacts_and_messages_have_tags(caller: Caller) -> None:
    """Tags are put on a contact and a message, and taken off."""
    tag = caller.glific.add_tag("VIP")
    [number] = ids(caller.glific, DANA)
    document = "mutation T($input: ContactTagsInput!) { updateContactTags(input: $input) { numberDeleted } }"
    await caller.query(document, input={"contactId": number, "addTagIds": [tag.id], "deleteTagIds": []})
    told = await caller.query(
        "query C($id: ID!) { contact(id: $id) { contact { tags { label } } } tags { id } }", id=number
    )
    assert told.data["contact"]["contact"]["tags"] == [{"label": "VIP"}]
    answer = await caller.query(document, input={"contactId": number, "addTagIds": [], "deleteTagIds": [tag.id]})
    assert answer.data == {"updateContactTags": {"numberDeleted": 1}}
    document = (
        "mutation T($input: MessageTagsInput!) { updateMessageTags(input: $input) { messageTags { tag { label } } } }"
    )
    answer = await caller.query(document, input={"messageId": "1", "addTagIds": [tag.id], "deleteTagIds": []})
    assert answer.data["updateMessageTags"]["messageTags"] == [{"tag": {"label": "VIP"}}]


async def test_simulators_are_leased(caller: Caller) -> None:
    """A simulator is leased to one user for ten minutes; where all are taken there is none."""
    glific = caller.glific
    ask = "{ simulatorGet { id phone } }"
    first = (await caller.query(ask)).data["simulatorGet"]
    assert first["phone"].startswith("9876543210")
    assert (await caller.query(ask)).data["simulatorGet"] == first
    for number in range(2):
        glific.add_user(f"91{number}", "x", name=f"Other {number}")
        await caller.login(phone=f"91{number}", password="x")
        other = (await caller.query(ask)).data["simulatorGet"]
    assert other is None
    await glific.move_clock(minutes=11)
    assert (await caller.query(ask)).data["simulatorGet"] == first
    await caller.query("{ simulatorRelease { id } }")
    assert glific.leases.keys() == {2 + 1} - {int(first["id"])}


async def test_a_simulator_can_be_made_to_write(caller: Caller) -> None:
    """A message of a simulator can be injected, of anybody else it is refused."""
    [simulator] = [one for one in caller.glific.people() if one.phone == "9876543210_1"]
    for phone, status in ((simulator.phone, 200), (DANA, 403)):
        sender = {"phone": phone, "name": "x"}
        payload = {"id": "1", "type": "text", "payload": {"text": "test"}, "sender": sender}
        body = {"type": "message", "payload": payload}
        answer = await caller.request("POST", "/api/v1/simulator/message", caller.access, body)
        assert answer.status == status
    assert (await caller.request("POST", "/api/v1/simulator/message", None, body)).status == 401
    assert [one.body for one in caller.glific.phone(simulator.phone)] == ["test"]


async def test_a_flow_answers_until_it_is_stopped(caller: Caller) -> None:
    """A contact in a flow is answered by it; after terminateContactFlows only people answer."""
    glific = caller.glific
    flow = glific.add_flow("Welcome", "What can we do for you?")
    [number] = ids(glific, DANA)
    start = "mutation S($f: ID!, $c: ID!) { startContactFlow(flowId: $f, contactId: $c) { success } }"
    assert (await caller.query(start, f=flow.id, c=number)).data == {"startContactFlow": {"success": True}}
    await glific.text(DANA, "one")
    assert (await caller.ask("StopFlows", contactId=number)).data["terminateContactFlows"]["success"] is True
    await glific.text(DANA, "two")
    assert [(one.body, one.flow_label) for one in glific.outbound(DANA)] == [("What can we do for you?", "Welcome")]


async def test_a_flow_calls_a_webhook_that_it_signs(glific: GlificStandIn, app: RecordingApp) -> None:
    """A hand-over posts the node's JSON with its variables filled in, signed over time and raw bytes."""
    glific.signature_phrase = PHRASE
    app.answer = lambda _request: web.json_response({"ok": "yes"})
    done = await glific.hand_over(app.url, DANA, {"need": {"input": "a person", "category": "Person"}})
    assert (done.status, done.branch) == (200, "Success")
    [received] = app.received
    body = json.loads(received.body)
    assert body["contact"]["phone"] == DANA
    assert (body["results"]["need"]["input"], body["organization_id"]) == ("a person", 1)
    at, _, proof = received.headers["x-glific-signature"].partition(",")
    signed = at.removeprefix("t=").encode() + b"." + received.body
    assert proof == "v1=" + hmac.new(PHRASE.encode(), signed, hashlib.sha256).hexdigest()


async def test_a_flow_goes_on_by_the_answer(glific: GlificStandIn, app: RecordingApp) -> None:
    """Anything but a 2xx with a flat JSON object takes the branch of failure; nothing is tried again."""
    answers = [
        web.json_response({"a": {"b": 1}}),
        web.json_response([1]),
        web.Response(text="fine"),
        web.json_response({"a": 1}, status=503),
    ]
    left = list(answers)
    app.answer = lambda _request: left.pop(0)
    for _ in answers:
        assert (await glific.hand_over(app.url, DANA)).branch == "Failure"
    assert len(app.received) == len(answers)
    assert (await glific.hand_over("http://127.0.0.1:9/flows", DANA)).branch == "Failure"


async def test_a_flow_can_be_forged(glific: GlificStandIn, app: RecordingApp) -> None:
    """A call can be unsigned, wrongly signed, old, or signed by the phrase that everybody knows."""
    assert glific.signature_phrase == DEFAULT_PHRASE
    await glific.post_flow(app.url, b"{}", signature=None)
    await glific.post_flow(app.url, b"{}", signature="t=1,v1=00")
    await glific.hand_over(app.url, DANA, node={}, age_s=400)
    unsigned, forged, old = app.received
    assert "x-glific-signature" not in unsigned.headers
    assert forged.headers["x-glific-signature"] == "t=1,v1=00"
    assert old.body == b"{}"
