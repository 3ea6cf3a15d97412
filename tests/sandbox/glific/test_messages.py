"""The stand-in for Glific over the wire: sending, the 24-hour window, templates, media, statuses, and what is read."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from bot.sandbox import GlificStandIn
from bot.sandbox.glific.model import Message, Translation
from tests.sandbox.glific.stage import DANA, ELI, FAY, Caller

LONG_AGO = "2020-01-01T00:00:00Z"


async def handed_over(glific: GlificStandIn, phone: str = DANA) -> Message:
    """Return the latest message to a phone once it has been handed to WhatsApp."""
    [*_, message] = glific.outbound(phone)
    await glific.until(lambda: message.status != "enqueued")
    return message


async def template(caller: Caller, phone: str, number: int, *params: str, **more: Any) -> Any:
    """Send a template."""
    wanted = {"isHsm": True, "templateId": number, "params": list(params), "body": None}
    return await caller.send(phone, "", **(wanted | more))


async def test_a_text_is_stored_handed_over_and_reported(caller: Caller) -> None:
    """A text is answered with its id while it is enqueued, and its states follow one after another."""
    made = (await caller.send(DANA, "How are you?")).data["createAndSendMessage"]["message"]
    assert made["bspStatus"] == "ENQUEUED"
    message = await handed_over(caller.glific)
    assert (str(message.id), message.body, message.bsp_status) == (made["id"], "How are you?", "ENQUEUED")
    for status in ("SENT", "DELIVERED", "READ"):
        caller.glific.receipt(message, status)
        told = (await caller.ask("Message", id=made["id"])).data["message"]["message"]
        assert (told["bspStatus"], told["flow"], told["contact"]["phone"]) == (status, "OUTBOUND", DANA)
        assert (told["user"]["name"], told["sendBy"]) == ("Bridge", "Bridge")


async def test_states_follow_by_themselves(caller: Caller) -> None:
    """With receipts "auto" a message is delivered, and read where somebody reads; one with an outcome is refused."""
    glific = caller.glific
    glific.receipts, glific.rules.read_after_s = "auto", 0.0
    await caller.send(DANA, "hello")
    await glific.until(lambda: glific.outbound(DANA)[0].bsp_status == "READ")
    glific.outcomes[DANA] = "Number does not exist on WhatsApp"
    await caller.send(DANA, "again")
    await glific.until(lambda: glific.outbound(DANA)[1].bsp_status == "ERROR")
    told = (await caller.ask("Message", id=str(glific.outbound(DANA)[1].id))).data["message"]["message"]
    assert told["status"] == "sent"
    assert json.loads(told["errors"])["payload"]["reason"] == "Number does not exist on WhatsApp"


@pytest.mark.parametrize(
    ("state", "free", "by_template"),
    [
        ("NONE", "24 hrs window closed", "invalid BSP status"),
        ("SESSION", None, "not opted in"),
        ("SESSION_AND_HSM", None, None),
        ("HSM", "24 hrs window closed", None),
    ],
)
async def test_the_window_decides_what_may_be_sent(
    caller: Caller, state: str, free: str | None, by_template: str | None
) -> None:
    """Free text needs an open window, a template needs consent; a refusal is an error beside null data."""
    glific = caller.glific
    one = glific.add_template("greeting", "Hello")
    people = {"NONE": FAY, "SESSION": DANA, "SESSION_AND_HSM": ELI, "HSM": ELI}
    if state == "SESSION_AND_HSM":
        await glific.text(ELI, "hi")
    contact = glific.contact_of(people[state])
    assert contact is not None
    assert contact.bsp_status == state
    for answer, words in (
        (await caller.send(contact.phone, "hello"), free),
        (await template(caller, contact.phone, one.id), by_template),
    ):
        assert answer.status == 200
        if words is None:
            assert answer.data["createAndSendMessage"]["message"]
        else:
            assert answer.data == {"createAndSendMessage": None}
            assert words in answer.words[0]
    assert len(glific.outbound(contact.phone)) == [free, by_template].count(None)


async def test_the_window_shuts_a_minute_before_a_day_is_over(caller: Caller) -> None:
    """The clock can be moved past the window; a message of the contact opens it again, a template does not."""
    glific = caller.glific
    one = glific.add_template("greeting", "Hello")
    await glific.text(ELI, "hi")
    await glific.move_clock(hours=23, minutes=58)
    await caller.login()
    assert (await caller.send(ELI, "still open")).words == []
    await glific.move_clock(minutes=2)
    assert "24 hrs window closed" in (await caller.send(ELI, "too late")).words[0]
    assert (await template(caller, ELI, one.id)).words == []
    assert "24 hrs window closed" in (await caller.send(ELI, "still shut")).words[0]
    told = (await caller.ask("ContactByPhone", phone=ELI)).data["contactByPhone"]["contact"]
    assert (told["bspStatus"], told["status"]) == ("HSM", "VALID")
    await glific.text(ELI, "hi again")
    assert (await caller.send(ELI, "open again")).words == []


async def test_who_opted_out_or_is_blocked_gets_nothing(caller: Caller) -> None:
    """After STOP neither free text nor a template may be sent; who is blocked is not even heard."""
    glific = caller.glific
    one = glific.add_template("greeting", "Hello")
    await glific.text(DANA, "STOP")
    told = (await caller.ask("ContactByPhone", phone=DANA)).data["contactByPhone"]["contact"]
    assert (told["status"], told["bspStatus"], told["optinTime"]) == ("INVALID", "NONE", None)
    assert told["optoutTime"]
    for answer in (await caller.send(DANA, "hello"), await template(caller, DANA, one.id)):
        assert "Contact status is not valid" in answer.words[0]
    eli = glific.contact_of(ELI)
    assert eli is not None
    await caller.ask("UpdateContact", id=str(eli.id), input={"status": "BLOCKED"})
    assert await glific.text(ELI, "hello?") is None
    assert glific.conversation(ELI) == []


async def test_errors_are_told_in_the_users_language(caller: Caller) -> None:
    """The same refusals come in other words to a user who reads another language."""
    glific = caller.glific
    said = {}
    for locale in ("en", "hi", "de"):
        glific.users[0].locale = locale
        refused = (await caller.send(FAY, "hello")).words
        unknown = (await caller.ask("Message", id="999")).data["message"]["errors"]
        said[locale] = (refused[0], unknown[0]["message"])
    assert len({words for words, _ in said.values()}) == 3
    assert len({words for _, words in said.values()}) == 3


async def test_a_template_is_filled_and_needs_all_its_params(caller: Caller) -> None:
    """Blanks are filled with white space collapsed; a wrong number of params, or none at all, is refused."""
    glific = caller.glific
    one = glific.add_template("points", "Your {{1}} points expire on {{2}}.")
    assert (await template(caller, ELI, one.id, "Fifty", "next\n  week")).words == []
    message = await handed_over(glific, ELI)
    assert (message.body, message.is_hsm) == ("Your Fifty points expire on next week.", True)
    assert message.params == ["Fifty", "next\n  week"]
    assert "number of parameters" in (await template(caller, ELI, one.id, "Fifty")).words[0]
    assert "unexpected" in (await template(caller, ELI, one.id, params=None)).words[0]
    assert len(glific.outbound(ELI)) == 1


async def test_a_template_is_sent_in_the_contacts_language_where_that_is_approved(caller: Caller) -> None:
    """An approved translation is sent to a contact who reads it; one that waits is not."""
    glific = caller.glific
    one = glific.add_template("thanks", "Thanks {{1}}", translations={2: Translation("धन्यवाद {{1}}")})
    eli = glific.contact_of(ELI)
    assert eli is not None
    await caller.ask("UpdateContact", id=str(eli.id), input={"languageId": "2"})
    await template(caller, ELI, one.id, "Eli")
    assert (await handed_over(glific, ELI)).body == "धन्यवाद Eli"
    one.translations[2].status = "PENDING"
    await template(caller, ELI, one.id, "Eli")
    assert (await handed_over(glific, ELI)).body == "Thanks Eli"


async def test_templates_are_listed_with_their_blanks(caller: Caller) -> None:
    """Only approved and active templates are listed; each says how many blanks it has."""
    glific = caller.glific
    glific.add_template("points", "Your {{1}} points expire on {{2}}.")
    glific.add_template("waiting", "Later", status="PENDING")
    glific.add_template("typed", "Hello there", is_hsm=False)
    told = (await caller.ask("Templates", limit=50, offset=0)).data["sessionTemplates"]
    assert [(one["label"], one["numberParameters"]) for one in told] == [("points", 2)]
    assert json.loads(told[0]["translations"]) == {}


async def test_a_template_with_a_picture_bears_both(caller: Caller) -> None:
    """A media template is sent with its own type, its params and the picture that was given."""
    glific = caller.glific
    one = glific.add_template("offer", "{{1}} for you, {{2}} only, by {{3}}", type="IMAGE")
    url = glific.picture_url()
    made = (await caller.ask("CreateMedia", input={"url": url, "sourceUrl": url})).data["createMessageMedia"]
    await template(caller, ELI, one.id, "Tea", "today", "us", type="IMAGE", mediaId=made["messageMedia"]["id"])
    message = await handed_over(glific, ELI)
    assert (message.type, message.is_hsm, message.params) == ("IMAGE", True, ["Tea", "today", "us"])
    assert message.fetched is not None
    assert message.fetched.status == 200


async def test_media_is_fetched_and_shown_with_its_caption(caller: Caller) -> None:
    """A picture is a media row and a message of its type; WhatsApp fetches it, and refuses what it cannot use."""
    glific = caller.glific
    for url in (glific.picture_url("lake.png"), glific.picture_url("page.html")):
        wanted = {"url": url, "sourceUrl": url, "caption": "look"}
        media = (await caller.ask("CreateMedia", input=wanted)).data["createMessageMedia"]["messageMedia"]
        answer = await caller.send(DANA, "", type="IMAGE", body=None, mediaId=media["id"])
        assert answer.words == []
    good, bad = glific.outbound(DANA)
    await glific.until(lambda: good.status == "sent" and bad.bsp_status == "ERROR")
    assert (good.shown, good.bsp_status) == ("look", "ENQUEUED")
    assert good.fetched is not None
    assert good.fetched.content_type == "image/png"


async def test_a_media_row_wants_both_addresses(caller: Caller) -> None:
    """Without one of the two addresses the row is refused within the result, by the name of the column."""
    told = (await caller.ask("CreateMedia", input={"url": "https://example.com/a.png"})).data["createMessageMedia"]
    assert told["messageMedia"] is None
    assert told["errors"] == [{"key": "source_url", "message": "can't be blank"}]


@pytest.mark.parametrize(
    ("name", "kind", "is_valid"),
    [
        ("lake.png", "image", True),
        ("lake.png", "sticker", False),
        ("huge.png", "image", False),
        ("gone", "image", False),
    ],
)
async def test_media_can_be_looked_at_before(caller: Caller, name: str, kind: str, *, is_valid: bool) -> None:
    """A look at media fetches the file and says whether WhatsApp would take it."""
    url = f"{caller.glific.url}/media/{name}"
    told = json.loads((await caller.ask("ValidateMedia", url=url, type=kind)).data["validateMedia"])
    assert told["is_valid"] is is_valid


async def test_files_can_be_stored_where_the_organisation_has_storage(caller: Caller) -> None:
    """Storing a file gives a public address; without storage it is refused."""
    document = "mutation U($m: String!, $e: String!) { uploadBlob(media: $m, extension: $e) }"
    assert (await caller.query(document, m="aGVsbG8=", e="png")).data == {"uploadBlob": None}
    caller.glific.attachments_enabled = True
    url = (await caller.query(document, m="aGVsbG8=", e="png")).data["uploadBlob"]
    async with caller.session.get(url) as answer:
        assert (await answer.read(), answer.content_type) == (b"hello", "image/png")


async def test_a_text_that_is_too_long_is_refused_after_it_was_stored(caller: Caller) -> None:
    """4,096 characters are one too many: the answer is an error, and the row is there all the same."""
    assert (await caller.send(DANA, "x" * 4095)).words == []
    assert "4096" in (await caller.send(DANA, "x" * 4096)).words[0]
    assert [one.bsp_status for one in caller.glific.outbound(DANA)][1] == "ERROR"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Hello @contact.name, write to @nobody.", "Hello Dana Berg, write to @nobody"),
        ("mail me@example.com. Thanks", "mail me@example.com Thanks"),
        ("Hello @\u200bcontact.name. Bye", "Hello @\u200bcontact.name. Bye"),
        ("We are @global.name", "We are Sandbox"),
    ],
)
async def test_variables_in_texts_are_filled_in(caller: Caller, written: str, shown: str) -> None:
    """What begins with '@' is replaced, and loses a full stop behind it, unless it is broken up."""
    await caller.send(DANA, written)
    assert caller.glific.outbound(DANA)[0].body == shown


async def test_a_sending_needs_a_receiver_that_exists(caller: Caller) -> None:
    """Without a receiver something unexpected happens; one that is not there is named within the result."""
    assert "unexpected" in (await caller.ask("Send", input={"body": "hello"})).words[0]
    told = (await caller.ask("Send", input={"body": "hello", "receiverId": "999"})).data["createAndSendMessage"]
    assert told["errors"] == [{"key": "Elixir.Glific.Contacts.Contact 999", "message": "Resource not found"}]


async def test_a_scheduled_text_goes_out_when_its_time_has_come(caller: Caller) -> None:
    """The window is looked at when a text is scheduled, and not again when it goes out."""
    glific = caller.glific
    later = glific.clock.now().replace(microsecond=0).isoformat()
    await caller.send(DANA, "at once", sendAt=later)
    await handed_over(glific)
    in_two_days = (glific.clock.now().timestamp() + 2 * 86_400) // 1
    stamp = f"{type(glific.clock.now()).fromtimestamp(in_two_days):%Y-%m-%dT%H:%M:%S}Z"
    await caller.send(DANA, "in two days", sendAt=stamp)
    message = glific.outbound(DANA)[1]
    assert message.status == "enqueued"
    await glific.move_clock(days=3)
    assert message.status == "sent"
    assert glific.contact_of(DANA).bsp_status == "NONE"  # type: ignore[union-attr]


@pytest.mark.parametrize(("operation", "value"), [("Send", "2026-09-01T03:30:00"), ("Send", "tomorrow")])
async def test_a_moment_without_a_zone_is_a_bad_document(caller: Caller, operation: str, value: str) -> None:
    """A DateTime needs a zone, or nothing is executed: HTTP 400."""
    answer = await caller.ask(operation, input={"body": "hello", "receiverId": "2", "sendAt": value})
    assert (answer.status, "data" in answer.body) == (400, False)


async def test_a_gid_is_a_number_written_as_text(caller: Caller) -> None:
    """A Gid that is sent as a number is refused, as text it is taken."""
    dana = caller.glific.contact_of(DANA)
    assert dana is not None
    read = "mutation Read($contactId: Gid!) { markContactMessagesAsRead(contactId: $contactId) }"
    assert (await caller.query(read, contactId=dana.id)).status == 400
    assert (await caller.query(read, contactId=str(dana.id))).data == {"markContactMessagesAsRead": str(dana.id)}
    assert dana.is_org_read


async def test_what_changed_is_read_by_its_time(caller: Caller) -> None:
    """New messages and changed states come in the order of their change, from a moment on, 50 at most."""
    glific = caller.glific
    for number in range(60):
        await glific.text(ELI, f"text {number}")
    seen: list[str] = []
    since = LONG_AGO
    for _ in range(3):
        rows = (await caller.ask("ChangedSince", **{"from": since}, limit=200, offset=0)).data["messages"]
        assert len(rows) <= 50
        seen += [row["body"] for row in rows if row["body"] not in seen]
        since = rows[-1]["updatedAt"]
    assert seen == ["hello", *(f"text {number}" for number in range(60))]
    await caller.send(DANA, "hi")
    message = await handed_over(glific)
    glific.receipt(message, "READ")
    rows = (await caller.ask("ChangedSince", **{"from": since}, limit=50, offset=0)).data["messages"]
    assert [(row["body"], row["bspStatus"]) for row in rows if row["flow"] == "OUTBOUND"] == [("hi", "READ")]


async def test_a_sending_can_be_looked_for_by_phone_and_time(caller: Caller) -> None:
    """The messages of one phone are found by the phone, the newest first; those of others are not among them."""
    await caller.send(DANA, "first")
    await caller.send(DANA, "second")
    await caller.glific.text(ELI, "other")
    rows = (await caller.ask("TextsOfPhone", phone=DANA, **{"from": LONG_AGO}, limit=50)).data["messages"]
    assert [row["body"] for row in rows] == ["second", "first", "hello"]


async def test_an_unknown_column_gives_nothing(caller: Caller) -> None:
    """A fault of the database is answered with an empty list, not with an error."""
    document = 'query { messages(opts: {orderWith: "nonsense"}) { id } }'
    assert (await caller.query(document)).data == {"messages": []}


async def test_a_conversation_is_paged_by_message_numbers(caller: Caller) -> None:
    """Offset 0 gives the newest messages; an offset above it is a message number, and the limit is added to it."""
    glific = caller.glific
    for number in range(2, 11):
        await glific.text(DANA, f"text {number}")
    dana = glific.contact_of(DANA)
    assert dana is not None

    async def numbers(limit: int, offset: int) -> list[int]:
        answer = await caller.ask("Conversation", id=str(dana.id), limit=limit, offset=offset)
        [row] = answer.data["search"]
        return [one["messageNumber"] for one in row["messages"]]

    assert await numbers(3, 0) == [10, 9, 8]
    assert await numbers(3, 5) == [8, 7, 6, 5]


async def test_the_inbox_is_asked_by_status(caller: Caller) -> None:
    """Unread and unanswered conversations are found by Glific's own words; other words are a fault of the server's."""
    asked = """query Inbox($status: String!) {
        search(filter: {status: $status}, contactOpts: {limit: 10}, messageOpts: {limit: 1}) {
            contact { name }
            messages { body }
        }
    }"""
    [row] = (await caller.query(asked, status="Unread")).data["search"]
    assert (row["contact"]["name"], row["messages"][0]["body"]) == ("Dana Berg", "hello")
    await caller.send(DANA, "hi")
    assert (await caller.query(asked, status="Not replied")).data["search"] == []
    assert "unexpected" in (await caller.query(asked, status="unread")).words[0]


async def test_the_outcome_of_a_lost_answer_is_on_the_record(caller: Caller) -> None:
    """A lost answer, a late one, and one that says "unexpected" may each have acted: the row tells."""
    glific = caller.glific
    glific.rules.only, glific.rules.drop_answers = ("createAndSendMessage",), 1
    with pytest.raises(aiohttp.ClientError):
        await caller.send(DANA, "lost")
    assert (await caller.ask("CurrentUser")).status == 200
    glific.rules.internal = 1
    assert "unexpected" in (await caller.send(DANA, "unexpected")).words[0]
    glific.rules.late_s = 60
    with pytest.raises(TimeoutError):
        await caller.session.post(
            f"{glific.url}/api",
            json={
                "query": 'mutation { createAndSendMessage(input: {body: "late", receiverId: 4}) { message { id } } }'
            },
            headers={"Authorization": caller.access},
            timeout=aiohttp.ClientTimeout(total=0.2),
        )
    assert [one.body for one in glific.outbound(DANA)] == ["lost", "unexpected", "late"]


async def test_faults_without_acting(caller: Caller) -> None:
    """A refusal, a 503 and a hung-up call leave nothing behind."""
    glific = caller.glific
    glific.rules.errors = ["No credits left"]
    assert (await caller.send(DANA, "refused")).words == ["No credits left"]
    glific.rules.statuses = [(503, "busy")]
    assert (await caller.send(DANA, "busy")).status == 503
    glific.rules.refuse = True
    with pytest.raises(aiohttp.ClientError):
        await caller.send(DANA, "cut")
    assert glific.outbound(DANA) == []
