"""What only the one who asked sees: the help, and the cards of contacts, texts, lists, webhooks."""

from dataclasses import replace

from bot.bridge.messages.queries import LocalText
from bot.domain.approval import ApprovalReason
from bot.domain.audit import AuditLine
from bot.domain.conversation import Stage
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import DatabaseLost, Retryable, StoreUnavailable
from bot.domain.message import Failure
from bot.domain.provider_messages import RemoteText
from bot.domain.provider_records import (
    ContactRecord,
    CustomField,
    InboxRecord,
    ListRecord,
    Page,
    Rule,
    TextRecord,
    WebhookRecord,
)
from bot.providers.volt.record_wire import OPERATORS
from bot.slack.features.contacts.card import LocalContact, render_contact
from bot.slack.features.history.view import render_history
from bot.slack.features.kit import texts
from bot.slack.features.kit.pagination import Cursor, slice_page
from bot.slack.features.lists import view as list_views
from bot.slack.features.lists.view import ListRef
from bot.slack.features.provider_inbox.view import render_inbox
from bot.slack.features.schedule import view as schedule_views
from bot.slack.features.status.view import render_record
from bot.slack.features.webhooks import view as webhooks_view
from bot.slack.ingress.registry import COMMANDS
from bot.slack.render.audit_actions import ACTION_WORDS
from bot.store.sqlite.soundness import DAMAGED
from tests.harness.connected import VOLT, VOLT_LINES, VOLT_LISTS
from tests.harness.world import ACCOUNT, AVA, DANA
from tests.words.people import AT, LATER, LINK, MOMENT, TALK, VIEWS, WHO, Example
from tests.words.reading import lines_of, plain

STATUSES = (
    DeliveryStatus.SENDING,
    DeliveryStatus.SENT,
    DeliveryStatus.DELIVERED,
    DeliveryStatus.READ,
    DeliveryStatus.FAILED,
)
OFF = Failure("802", "The phone was switched off or out of range until the text expired.", allows_manual_retry=True)
OWN_URL = "https://bot.example/volt/webhooks/secret"
CARD = ContactRecord(
    DANA, "Dana Whitfield", (CustomField("Order", "1234"),), ("VIP",), is_blocked=False, mapped_number=None
)


def private_answers() -> list[Example]:
    """Show every card and answer that is built from facts."""
    return [*helps(), *contacts(), *records(), *later(), *webhooks()]


def _words(name: str, words: str) -> Example:
    return name, plain(words)


def helps() -> list[Example]:
    """Show what is said about the commands."""
    busy = Retryable("busy", "Volt is busy and took nothing.")
    return [
        _words("/volt help", texts.help_text([one.help_line("Volt") for one in COMMANDS.values()])),
        *(
            _words(f"/volt help {one.word}", texts.command_help_text(one.help_line("Volt"), one.usage_text))
            for one in COMMANDS.values()
        ),
        _words("an unknown command", texts.unknown_command("snd", "send")),
        _words("an unknown command", texts.unknown_command("xyzzy", None)),
        _words("the database is busy", texts.not_now(StoreUnavailable("x"))),
        _words("the database is damaged", texts.not_now(DatabaseLost(DAMAGED))),
        ("Volt refused", lines_of(texts.call_failed_message(busy))),
        _words("/volt open", texts.open_text("(555) 555-0145", "its thread")),
    ]


def contacts() -> list[Example]:
    """Show cards of contacts."""
    log = [AuditLine(AVA, action, "U0BEN" if "assigned" in action else "", MOMENT) for action in ACTION_WORDS]
    whys = AuditLine(AVA, "approved", " ".join(ask.value for ask in ApprovalReason), MOMENT)
    scheduled = AuditLine(AVA, "scheduled a text", "outcome unknown", MOMENT)
    mode, moved = (AuditLine(AVA, *one, MOMENT) for one in (("mode", "confirm"), ("moved", "C0SALES C0SUPPORT")))
    known = LocalContact(
        replace(TALK, assignee=AVA), "Where is my order?", False, AT, (*log, whys, mode, moved, scheduled), LINK
    )
    many = replace(CARD, name="", fields=CARD.fields * 22, lists=(), is_blocked=True, mapped_number=ACCOUNT)
    return [
        ("a contact", lines_of(render_contact(WHO, CARD, known, VIEWS.number, VOLT_LINES))),
        ("a contact", lines_of(render_contact(WHO, CARD, LocalContact(), VIEWS.number, VOLT_LINES))),
        (
            "a contact",
            lines_of(
                render_contact(
                    WHO,
                    many,
                    LocalContact(replace(TALK, stage=Stage.WAITING, is_opted_out=True), "", True, AT),
                    VIEWS.number,
                    VOLT_LINES,
                )
            ),
        ),
        ("a contact whom nobody knows", lines_of(render_contact(WHO, None, LocalContact(), VIEWS.number, VOLT_LINES))),
    ]


def records() -> list[Example]:
    """Show texts as Volt has them."""
    texts = [RemoteText("1", "", status, "See you at 5", AT, True) for status in DeliveryStatus]
    texts[-1] = replace(texts[-1], at=None)
    heard = [
        RemoteText("2", "", DeliveryStatus.DELIVERED, "", AT, False),
        RemoteText("3", "", DeliveryStatus.FAILED, "Hi", None, None, ("https://m.example/a.png",), OFF),
    ]
    heard.append(
        RemoteText("4", "", DeliveryStatus.SENT, "", AT, False, ("https://m.example/a.png", "https://m.example/b.png"))
    )
    heard.append(RemoteText("5", "", DeliveryStatus.SENT, "", AT, False, ("https://[",)))
    page = slice_page(Page(tuple(texts), "x"), Cursor("a", 0, ("",), 2))
    rows = (
        InboxRecord(DANA, "Dana Whitfield", "Hi", is_unread=True, at=AT),
        InboxRecord(None, "", "", is_unread=False, at=None),
    )
    record = TextRecord(
        "rf_1", "c_1", DANA, ACCOUNT, "See you at 5", "sent", "", (), AT, AT, "", None, DeliveryStatus.SENT
    )
    failed = replace(
        record,
        status="failed",
        known_status=DeliveryStatus.FAILED,
        failure=OFF,
        error_code="802",
        from_number=None,
        sent_at=None,
        confirmed_at=None,
    )
    return [
        ("/volt history", lines_of(render_history(WHO, "Dana Whitfield", page, VIEWS.number, by=VOLT))),
        (
            "/volt history",
            lines_of(render_history(WHO, "", slice_page(Page(tuple(heard), None), Cursor()), VIEWS.number, by=VOLT)),
        ),
        (
            "/volt history",
            lines_of(render_history(WHO, "", slice_page(Page((), "x" * 2_000), Cursor()), VIEWS.number, by=VOLT)),
        ),
        (
            "/volt inbox",
            lines_of(
                render_inbox(ACCOUNT, slice_page(Page(rows, None), Cursor()), VIEWS.number, lambda _: LINK, by=VOLT)
            ),
        ),
        (
            "/volt inbox",
            lines_of(render_inbox(ACCOUNT, slice_page(Page((), None), Cursor()), VIEWS.number, lambda _: "", by=VOLT)),
        ),
        *(
            ("/volt status", lines_of(render_record(one, LocalText(), LINK, VIEWS.number, VOLT))[1:2])
            for one in (
                *(replace(record, status=status.value, known_status=status) for status in STATUSES),
                replace(record, status="received", known_status=None, is_received=True),
                replace(record, status="lost", known_status=None),
            )
        ),
        ("/volt status", lines_of(render_record(failed, LocalText(), "", VIEWS.number, VOLT))),
    ]


def later() -> list[Example]:
    """Show lists, and the question before a text is scheduled."""
    rules = tuple(Rule("plan", name, "gold") for name in OPERATORS)
    asked = schedule_views.asking(
        "Dana Whitfield (555) 555-0145",
        "Tuesday, 1 December at 9:00",
        "Your order is ready",
        at=LATER,
        ahead="in 10 days",
        note="",
    )
    return [
        (
            "/volt list",
            lines_of(
                list_views.list_view(ACCOUNT, ListRecord("1", "VIP", 12, "All", "Whit", rules), VOLT_LISTS, "Saved.")
            ),
        ),
        ("/volt list", lines_of(list_views.list_view(ACCOUNT, ListRecord("1", "VIP", 1, "", "", ()), VOLT_LISTS))),
        ("/volt list, none of this name", lines_of(list_views.missing_view(ListRef(ACCOUNT, "VIP")))),
        ("/volt schedule", lines_of(schedule_views.question_view("0", asked))),
    ]


def webhooks() -> list[Example]:
    """Show what is registered at Volt."""
    own, other = WebhookRecord("1", OWN_URL, None), WebhookRecord("2", "https://crm.example/in", str(ACCOUNT))
    return [
        ("/volt webhooks", lines_of(webhooks_view.list_view([own, other], OWN_URL, by=VOLT))),
        ("/volt webhooks", lines_of(webhooks_view.list_view([other] * 21, OWN_URL, by=VOLT))[-2:]),
        ("/volt webhooks", lines_of(webhooks_view.list_view([], "", by=VOLT))),
        _words("registered", webhooks_view.registered_note(own, VOLT)),
        *(_words("deleted", webhooks_view.deleted_note("1", was_there=one)) for one in (True, False)),
    ]
