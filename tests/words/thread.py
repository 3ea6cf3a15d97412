"""Header cards, and everything else that the bot posts in a channel or a thread."""

from dataclasses import replace
from itertools import product

from bot.bridge.conversations.archiving import BY_HAND, STAYS_ARCHIVED, STAYS_OUT, UNARCHIVED
from bot.bridge.conversations.on_duty import DISTRIBUTED, FREED_AWAY, FREED_LEFT, WENT_ON
from bot.bridge.conversations.own_channel import NOT_FURNISHED, NOT_LET_IN, NOT_MADE
from bot.bridge.conversations.state import HANDED_OVER
from bot.bridge.steps.executions import ASSIGNED_BY_WORKFLOW
from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Mode, Stage
from bot.domain.ids import MessageTs, ThreadRef, UserId
from bot.domain.message import Failure
from bot.domain.thread_content import (
    Content,
    GoesOn,
    Header,
    InboundText,
    InboundTexts,
    LastText,
    OutboundText,
    ReceiptSummary,
    ScheduledLine,
    Speaker,
    WavePost,
    WindowFacts,
)
from bot.domain.thread_notes import (
    AuditNote,
    FollowUpNote,
    GoalNote,
    MissedNote,
    MissedRow,
    MissingAttachment,
    Notice,
    NoticeKind,
    SnoozeNote,
    WindowNote,
)
from bot.domain.timestamps import Micros, to_micros
from bot.domain.waves import WavePlan
from bot.providers.glific.profile import PROFILE as WHATSAPP
from bot.slack.blocks.kit import MessageBody
from bot.slack.render import actions, attachment_texts
from bot.slack.render.own_channel import NOT_IN, WHY_NOT
from tests.harness.connected import VOLT
from tests.harness.world import ACCOUNT, AVA, BEN, DANA
from tests.harness.world import CHANNEL as SUPPORT
from tests.words.people import AMAZON, AT, KEY, LATER, SALES, TALK, VIEWS, Example
from tests.words.reading import lines_of

CARD = Header(ACCOUNT, DANA, "Dana Whitfield", TALK.id, last=LastText("Where is my order?"))
PICTURE, VIDEO = "https://media.example/a.png", "https://media.example/b.mp4"
OFF = Failure("802", "The phone was switched off or out of range until the text expired.", allows_manual_retry=True)
STOPPED = Failure("503", "This person opted out of texts.", allows_manual_retry=False)


SETTLED = {
    NoticeKind.FOUND_SENT,
    NoticeKind.UNDECIDED,
    NoticeKind.EDITED_LATE,
    NoticeKind.DELETED_LATE,
    NoticeKind.MAY_OPT_OUT,
}
"""Topics of which somebody may have pressed a button."""


def of(name: str, content: Content) -> Example:
    """Read one post."""
    return name, lines_of(VIEWS.render(content))


def headers() -> list[Example]:
    """Show the cards that head threads."""
    return [
        of("a contact who waits", CARD),
        of("nobody knows the name", replace(CARD, name="", last=None)),
        of("taken, waits", replace(CARD, assignee=AVA)),
        of("taken, answered", replace(CARD, stage=Stage.WAITING, assignee=BEN, has_lines=True, last=LastText("ok"))),
        of("closed", replace(CARD, stage=Stage.CLOSED, is_opted_out=True, is_blocked=True, last=LastText("STOP"))),
        of("put off", replace(CARD, snoozed_until=LATER)),
        of("somebody is reminded", replace(CARD, stage=Stage.WAITING, follow_up_at=LATER)),
        of("an empty text", replace(CARD, last=LastText(""))),
        of("a picture", replace(CARD, last=LastText("", (PICTURE,)))),
        of("two files", replace(CARD, last=LastText("", (PICTURE, VIDEO)))),
        *(of(f"the first thread of all, mode {mode.value}", replace(CARD, is_first=True, mode=mode)) for mode in Mode),
        of("a sender without a number", replace(CARD, contact=AMAZON, name="", assignee=BEN, last=None)),
        of("moved away", replace(CARD, goes_on=ThreadRef(SALES, MessageTs("2.000001")))),
        of("free text for a time", replace(CARD, window=WindowFacts(LATER))),
        of("free text is over", replace(CARD, window=WindowFacts(None))),
        *(of(f"in a channel of its own, mode {mode.value}", replace(CARD, is_own=True, mode=mode)) for mode in Mode),
        of("a sender without a number in a channel of its own", replace(CARD, contact=AMAZON, name="", is_own=True)),
        of("moved to its own channel", replace(CARD, goes_on=ThreadRef(SALES, MessageTs("2.000001")), is_over=True)),
        of("moved here", replace(CARD, former=ThreadRef(SALES, MessageTs("2.000001")))),
    ]


def everything_offered() -> list[Example]:
    """Show what the shortcut and More offer about a conversation."""
    cards = {
        "somebody waits": CARD,
        "taken": replace(CARD, assignee=BEN),
        "closed": replace(CARD, stage=Stage.CLOSED, assignee=BEN),
    }
    return [(name, lines_of(MessageBody("", actions.all_action_buttons(card)))) for name, card in cards.items()]


def posts() -> list[Example]:
    """Show all that is posted below a header."""
    return [*texts(), *receipts(), *notices(), *deeds(), *plans()]


def texts() -> list[Example]:
    """Show texts of the contact, and of ours that were not written in the thread."""
    speaker = Speaker(DANA, "Dana Whitfield")
    named = VIEWS.faces.with_name(VIEWS.render(InboundTexts((InboundText("Hello"),), speaker=speaker)))
    sent = OutboundText("Your order is ready", AVA)
    return [
        ("a text of the contact, where Slack shows no names", lines_of(named)),
        of("an empty text", InboundTexts((InboundText(""),))),
        of("pictures by address", InboundTexts((InboundText("", (PICTURE, VIDEO)),))),
        of("a picture to follow", InboundTexts((InboundText("", to_follow=(PICTURE,)),))),
        of("two files to follow", InboundTexts((InboundText("", to_follow=(PICTURE, VIDEO)),))),
        of("found late", InboundTexts((InboundText("Hello", late_at=AT),))),
        of("perhaps twice", InboundTexts((InboundText("Hello"),), may_be_duplicate=True)),
        of("a text by command", sent),
        of("asked about first", replace(sent, is_waiting=True)),
        of("not sent", replace(sent, is_cancelled=True)),
        of("with a file", replace(sent, files=("menu.png",))),
        of("a template", replace(sent, is_template=True)),
        of("from elsewhere", replace(sent, author=None)),
        of("by a workflow", replace(sent, is_by_workflow=True)),
        of("by a workflow, asked about first", replace(sent, is_by_workflow=True, is_waiting=True)),
        of("by a workflow, not sent", replace(sent, is_by_workflow=True, is_cancelled=True)),
        of("an automatic answer", replace(sent, author=None, is_automatic=True)),
        of("an automatic answer, withdrawn", replace(sent, author=None, is_automatic=True, is_cancelled=True)),
    ]


def receipts() -> list[Example]:
    """Show the line that says how far the replies are."""
    none = ReceiptSummary(delivered=0, sent=0, failed=0, last_at=AT)
    held = "Volt cannot be reached."
    states = [
        replace(none, delivered=1),
        replace(none, delivered=3),
        replace(none, sent=1),
        replace(none, sent=2),
        replace(none, delivered=1, sent=1),
        replace(none, delivered=2, sent=1),
        replace(none, failed=1),
        replace(none, delivered=1, failed=1),
        replace(none, sent=3, failed=2),
        replace(none, waiting=1),
        replace(none, waiting=1, undo_key=KEY),
        replace(none, delivered=1, waiting=1, undo_key=KEY),
        replace(none, failed=1, waiting=1, undo_key=KEY),
        replace(none, waiting=1, held=held),
        replace(none, drafts=1),
        replace(none, unknown=1),
        none,
    ]
    return [of("how far the replies are", one) for one in states]


def notices() -> list[Example]:
    """Show the lines about one text: each topic, whatever its facts may be."""
    return [of(topic.value.replace("_", " "), one) for topic in NoticeKind for one in _facts(topic)]


def _facts(topic: NoticeKind) -> list[Notice]:
    first = Notice(topic, KEY, text="See you at 5", author=AVA, name="Dana Whitfield", provider=VOLT)
    if topic is NoticeKind.FAILED:
        return [replace(first, failure=one, is_stopped=is_stopped, decided_by=by, is_sent_again=by is not None)
                for one, is_stopped, by in product((OFF, STOPPED, None), (False, True), (None, BEN))]  # fmt: skip
    if topic is NoticeKind.ASK:
        return _asked(first)
    if topic is NoticeKind.PICTURE_NOT_SHOWN:
        whys = [*attachment_texts._WHY, "timeout", "other"]
        one_by_one = [replace(first, missing=(MissingAttachment(why, PICTURE),)) for why in whys]
        return [
            *one_by_one,
            replace(first, missing=(MissingAttachment("too_large", PICTURE), MissingAttachment("gone"))),
        ]
    if topic is NoticeKind.FILES_LINKED:
        names = ("contract.pdf",), ("contract.pdf", "prices.xlsx")
        return [replace(first, files=files, decided_by=by) for files in names for by in (None, BEN)]
    flags = product(
        (None, BEN) if topic in SETTLED else (None,), (False, True), (False, True), (False, True), (None, AT)
    )
    return [
        replace(first, decided_by=by, is_sent_again=is_again, is_cancelled=is_cancelled, is_waiting=is_waiting,
                at=at, has_correction=by is None)
        for by, is_again, is_cancelled, is_waiting, at in flags if by is not None or not is_again
    ]  # fmt: skip


def _asked(first: Notice) -> list[Notice]:
    asked = replace(first, is_waiting=True)
    return [
        *(replace(asked, approval_reasons=(ask,)) for ask in ApprovalReason),
        replace(asked, approval_reasons=(ApprovalReason.WINDOW,), is_window_shut=True, provider=WHATSAPP),
        replace(asked, approval_reasons=(ApprovalReason.LONG, ApprovalReason.NIGHT)),
        replace(asked, approval_reasons=(ApprovalReason.OPTED_OUT, ApprovalReason.RESTORED)),
        replace(first, is_cancelled=True, decided_by=BEN),
        replace(first, is_cancelled=True),
        replace(first, approved_by=BEN),
        first,
    ]


def deeds() -> list[Example]:
    """Show the lines that say what a colleague did about the conversation."""
    done = [
        *(("assigned", user) for user in (AVA, BEN)),
        *(("unassigned", user) for user in (AVA, BEN)),
        *(("mode", mode) for mode in (*(mode.value for mode in Mode), "channel")),
        *(("moved", f"{SALES} {SUPPORT}"), ("closed", ""), ("reopened", "")),
        *((action, BEN) for action in (DISTRIBUTED, FREED_AWAY, FREED_LEFT)),
        (WENT_ON, f"{AVA} {BEN}"),
        (ASSIGNED_BY_WORKFLOW, BEN),
        *(("snoozed", str(to_micros(LATER))), ("follow up", str(to_micros(LATER))), ("taken up", "")),
    ]
    free = MissedRow(ThreadRef(SUPPORT, MessageTs("1.000001")), AT, is_assigned=False)
    return [
        *(of("what a colleague did", AuditNote(AVA, action, detail)) for action, detail in done),
        of("handed over with a note", AuditNote(AVA, HANDED_OVER, BEN, note="She wants her money back.")),
        of("moved", GoesOn(ThreadRef(SALES, MessageTs("2.000001")), AVA)),
        of("moved", GoesOn(ThreadRef(SALES))),
        of("moved to its own channel", GoesOn(ThreadRef(SALES, MessageTs("2.000001")), AVA, is_over=True)),
        of("written where it is not texted", GoesOn(ThreadRef(SALES), is_over=True, is_refused=True)),
        *(of("no channel was made", AuditNote(AVA, NOT_MADE, code)) for code in (*WHY_NOT, "what_is_this", "timeout")),
        of("a channel without a topic", AuditNote(AVA, NOT_FURNISHED, "too_long")),
        of("a channel without a topic", AuditNote(AVA, NOT_FURNISHED, "missing_scope")),
        *(of("not invited", AuditNote(AVA, NOT_LET_IN, f"{BEN} {code}")) for code in (*NOT_IN, "what_is_this")),
        of("an archived channel", AuditNote(UserId(""), STAYS_ARCHIVED, SALES)),
        of("an archived channel", AuditNote(UserId(""), UNARCHIVED, SALES)),
        of("a channel that somebody unarchived", AuditNote(AVA, BY_HAND, SALES)),
        of("a channel that somebody unarchived", AuditNote(UserId(""), BY_HAND, SALES)),
        of("a channel that somebody unarchived", AuditNote(AVA, STAYS_OUT, f"{SALES} not_in_channel")),
        of("free text is over soon", WindowNote(AVA, LATER, "Dana Whitfield")),
        of("a goal is about to be missed", GoalNote(AVA, AT, LATER, "Dana Whitfield")),
        of("a goal is about to be missed", GoalNote(AVA, AT, LATER)),
        of("goals are missed", MissedNote((free,), 1)),
        of("goals are missed", MissedNote((free, replace(free, is_assigned=True)), 5)),
        of("goals are missed", MissedNote()),
        of("goals are missed", MissedNote(is_followed=True)),
        of("a snooze is over", SnoozeNote(AVA, AT, "Dana Whitfield")),
        of("the contact has not answered", FollowUpNote(AVA, "Dana Whitfield")),
        of("the contact has not answered", FollowUpNote(AVA)),
    ]


def plans() -> list[Example]:
    """Show what is texted later."""
    plan = WavePlan("Winter sale", "20% off", to_micros(LATER), ("VIP", "Friends"), 240, 2, is_most=True)
    draft = replace(plan, is_draft=True)
    return [
        of("scheduled", ScheduledLine("Your order is ready", AVA, LATER)),
        of("a wave", WavePost("123", plan, AVA)),
        of("a wave, looked up", WavePost("123", replace(plan, is_most=False, lists=("VIP",)), AVA, 240, 118, 2, AT)),
        of("a wave without a number", WavePost("a" * 32, plan, AVA)),
        of("a wave from elsewhere", WavePost("123", replace(plan, at=Micros(0), lists=()), None, 1, 0, 0, AT)),
        of("a wave, not known", WavePost("a" * 32, plan, AVA, is_certain=False)),
        of("a draft", WavePost("123", draft, AVA)),
        of("a draft, not known", WavePost("a" * 32, draft, AVA, is_certain=False)),
        of("a wave with a picture", WavePost("123", replace(plan, body="", picture=PICTURE), AVA)),
    ]
