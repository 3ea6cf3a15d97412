"""Every method of every repository, called once with what was stored in some workspace.

`its` names what only that workspace has: ids, rows, lanes. A call without it asks by what both have alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from bot.domain.alarms import Alarm
from bot.domain.closed_answers import ClosedAnswer
from bot.domain.confirmation import PendingConfirmation
from bot.domain.conversation import Mode
from bot.domain.figures import NOBODY, Figure, HourSpan
from bot.domain.goals import OF_CHANNEL, Goal, GoalNotice, MissedGoal, OfficeHours, Waiting
from bot.domain.hours import WeeklyHours
from bot.domain.ids import ChannelId, MessageKey, MessageTs, PostKey
from bot.domain.imports import ImportJob, ImportRow, RowState
from bot.domain.media import Media
from bot.domain.message import Message
from bot.domain.outbox import (
    EntryKind,
    Lane,
    LaneOrder,
    NewEntry,
    OutboxEntry,
    RateLimitHold,
    Tokens,
    held_queue_of,
    lane_of,
)
from bot.domain.roles import Policy
from bot.domain.routing import Route
from bot.domain.scheduled import ScheduledText
from bot.domain.shared_files import SharedFile
from bot.domain.shown import Shown
from bot.domain.steps import StepOutcome, StepStatus
from bot.domain.subjects import HEADER, Receipts
from bot.domain.tags import RuleKind, TagRule
from bot.domain.tapbacks import Tapback
from bot.domain.team import Colleague, OpenForm
from bot.domain.template import Template
from bot.domain.thread_events import SlackFile
from bot.domain.timestamps import Micros
from bot.domain.waves import Wave, WavePlan
from bot.domain.weekly import WeeklyPost
from bot.domain.workspaces import Account, Sealed
from bot.store.sql.transaction import SqlTransaction
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA
from tests.store.two_workspaces import (
    ALARM,
    CARD_TS,
    KEY,
    OWN,
    PLAN_OF_IMPORT,
    SCOPE,
    SEEN,
    TEXT_TS,
    THEIRS,
    THREAD,
    Seeded,
)


def _cancelled(tx: SqlTransaction, its: Seeded) -> None:
    tx.outbox.cancel(its.sending)
    tx.outbox.refresh_lanes()


def _claimed(tx: SqlTransaction, its: Seeded) -> OutboxEntry | None:
    tx.outbox.mark_in_flight(its.sending)
    return tx.outbox.own_call(its.sending.key)


def _matched(tx: SqlTransaction, its: Seeded) -> None:
    own = tx.conversations.add(ACCOUNT, ACCOUNT, CHANNEL)
    tx.scheduled.add(ScheduledText("own", own.id, "words", AVA, LATER))
    tx.scheduled.match("own", its.reply.id)


def _begun(tx: SqlTransaction, its: Seeded) -> Micros | None:
    before = tx.figures.end(its.conversation.id)
    tx.figures.begin(its.conversation.id)
    return before


def _waiting_anew(tx: SqlTransaction, its: Seeded) -> None:
    tx.waiting.stop(its.conversation.id)
    tx.waiting.start(its.conversation.id, Micros(1), BEN)


def _unanswered(tx: SqlTransaction, its: Seeded) -> Micros | None:
    last = replace(its.heard, id=0, key=MessageKey("last"), provider_id="", ts=None)
    tx.messages.add(last)
    return tx.waiting.first_unanswered(its.conversation.id)


def _automatic(tx: SqlTransaction, its: Seeded) -> Micros | None:
    tx.hours.add_automatic(its.reply, LATER)
    return tx.hours.closed_period(its.reply.id)


def _nameless(tx: SqlTransaction, its: Seeded) -> None:
    tx.erasure.take_name_off(its.conversation.id)
    tx.erasure.forget_old_texts(Micros(2**60), 9)
    tx.erasure.drop_calls(its.conversation.id)
    tx.erasure.forget_texts(9)


def _with_second_account(tx: SqlTransaction) -> bool:
    before = tx.conversations.has_several_accounts()
    tx.conversations.add(DANA, DANA, CHANNEL)
    return not before and tx.conversations.has_several_accounts()


def _change_kinds(tx: SqlTransaction) -> None:
    """Give what is parked another kind, whichever workspace it is in."""
    for body in ("mine", THEIRS):
        tx.inbox.change_parked_kind("receipt", "subject", body, "another")


def _about(tx: SqlTransaction, its: Seeded) -> NewEntry:
    own = tx.conversations.add(ACCOUNT, ACCOUNT, CHANNEL)
    return NewEntry(own.id, Lane.OUT, EntryKind.SEND, "send", message_id=its.reply.id)


def _forget_settled(tx: SqlTransaction) -> None:
    tx.steps.settle("new")
    tx.steps.forget_settled(Micros(2**60))


def _renamed(its: Seeded, row_id: int = 0) -> Message:
    return replace(its.reply, id=row_id, key=MessageKey("another"), provider_id="", legacy_id="")


Call = Callable[[SqlTransaction, Seeded], Any]
LATER, ELSEWHERE = Micros(2_000), ChannelId("C0ELSEWHERE")
SHARED = SharedFile(2, SlackFile("F2", "a.pdf", "application/pdf", 9, "https://files.slack.com/a.pdf", by_link=True))
PLAN = WavePlan("autumn", "words", Micros(9), (), 1, 1)

CALLS: dict[str, Call] = {
    "inbox.first_seen": lambda tx, _: tx.inbox.first_seen(SCOPE, "another"),
    "inbox.was_seen": lambda tx, _: tx.inbox.was_seen(SCOPE, SEEN),
    "inbox.seen_among": lambda tx, _: tx.inbox.seen_among(SCOPE, [SEEN]),
    "inbox.forget_one": lambda tx, _: tx.inbox.forget_one(SCOPE, SEEN),
    "inbox.forget_seen": lambda tx, _: tx.inbox.forget_seen(SCOPE, LATER),
    "inbox.add_all": lambda tx, _: tx.inbox.add_all(["body"]),
    "inbox.due": lambda tx, _: tx.inbox.due(9),
    "inbox.next_due_at": lambda tx, _: tx.inbox.next_due_at(),
    "inbox.remove": lambda tx, its: tx.inbox.remove([its.event]),
    "inbox.defer": lambda tx, its: tx.inbox.defer(its.event, LATER),
    "inbox.park": lambda tx, _: tx.inbox.park("receipt", "subject", "body"),
    "inbox.parked": lambda tx, _: tx.inbox.parked("receipt", "subject"),
    "inbox.parked_subjects": lambda tx, _: tx.inbox.parked_subjects("receipt"),
    "inbox.has_parked": lambda tx, _: tx.inbox.has_parked("receipt", "sub"),
    "inbox.parked_before": lambda tx, _: tx.inbox.parked_before("receipt", LATER, 9),
    "inbox.drop_parked": lambda tx, _: tx.inbox.drop_parked("receipt", LATER),
    "inbox.change_parked_kind": lambda tx, _: _change_kinds(tx),
    "inbox.keep_newest": lambda tx, _: tx.inbox.keep_newest("receipt", 0),
    "inbox.take_parked": lambda tx, _: tx.inbox.take_parked("receipt", "subject"),
    "outbox.add": lambda tx, its: tx.outbox.add(
        NewEntry(its.conversation.id, Lane.OUT, EntryKind.SEND, "send", message_id=its.reply.id)
    ),
    "outbox.add of a conversation": lambda tx, its: tx.outbox.add(
        NewEntry(its.conversation.id, Lane.OUT, EntryKind.SEND, "send")
    ),
    "outbox.add of a text": lambda tx, its: tx.outbox.add(_about(tx, its)) and None,
    "outbox.by_key": lambda tx, _: tx.outbox.by_key(PostKey(KEY)),
    "outbox.own_call": _claimed,
    "outbox.own_calls": lambda tx, its: _claimed(tx, its) and tx.outbox.own_calls(),
    "outbox.of_message": lambda tx, its: tx.outbox.of_message(its.reply.id),
    "outbox.all_open": lambda tx, _: tx.outbox.all_open(),
    "outbox.pending": lambda tx, its: tx.outbox.pending(its.posting.lane, EntryKind.LINE, Receipts(1)),
    "outbox.open_in": lambda tx, its: tx.outbox.open_in(its.lane),
    "outbox.has_open_header": lambda tx, its: tx.outbox.has_open_header(lane_of(its.conversation.id, Lane.IN)),
    "outbox.is_busy": lambda tx, its: tx.outbox.is_busy(lane_of(its.conversation.id, Lane.REACTION)),
    "outbox.pending_moves": lambda tx, its: tx.outbox.pending_moves(lane_of(its.conversation.id, Lane.HEADER)),
    "outbox.cancel": lambda tx, its: tx.outbox.cancel(its.sending),
    "outbox.complete": lambda tx, its: tx.outbox.complete(its.sending),
    "outbox.mark_possible_duplicate": lambda tx, its: tx.outbox.mark_possible_duplicate(its.sending),
    "outbox.mark_unmergeable": lambda tx, its: tx.outbox.mark_unmergeable(its.sending),
    "outbox.refund_attempt": lambda tx, its: tx.outbox.refund_attempt(its.sending),
    "outbox.mark_in_flight": lambda tx, its: tx.outbox.mark_in_flight(its.sending),
    "outbox.retry_at": lambda tx, its: tx.outbox.retry_at(its.sending, LATER, error="busy"),
    "outbox.dead_letter": lambda tx, its: tx.outbox.dead_letter(its.sending, "refused"),
    "outbox.mark_unknown": lambda tx, its: tx.outbox.mark_unknown(its.sending, LATER, error="lost"),
    "outbox.rate_limits": lambda tx, _: tx.outbox.rate_limits(),
    "outbox.hold": lambda tx, _: tx.outbox.hold(RateLimitHold("send", LATER, LATER)),
    "outbox.tokens": lambda tx, _: tx.outbox.tokens("send"),
    "outbox.set_tokens": lambda tx, _: tx.outbox.set_tokens("send", Tokens(3, LATER)),
    "outbox.earn_no_tokens": lambda tx, _: tx.outbox.earn_no_tokens("send"),
    "outbox.change_limit": lambda tx, its: tx.outbox.change_limit(its.posting, "edit"),
    "outbox.release_destinations": lambda tx, _: tx.outbox.release_destinations(),
    "outbox.queues": lambda tx, _: tx.outbox.queues()[0],
    "outbox.due_lanes": lambda tx, _: [
        name for order in LaneOrder for name in tx.outbox.due_lanes("prepare", 9, order)
    ],
    "outbox.lane_to_probe": lambda tx, _: tx.outbox.lane_to_probe(held_queue_of(CHANNEL)),
    "outbox.hold_channel": lambda tx, _: tx.outbox.hold_channel(CHANNEL, LATER, limit_key="edit"),
    "outbox.release_channel": lambda tx, _: tx.outbox.release_channel(held_queue_of(CHANNEL)),
    "outbox.refresh_lanes": _cancelled,
    "outbox.claimable": lambda tx, its: tx.outbox.claimable(its.lane, 9),
    "outbox.unknown": lambda tx, _: tx.outbox.unknown(sends=True, limit=9),
    "outbox.is_opening_thread": lambda tx, _: tx.outbox.is_opening_thread(CHANNEL, Micros(2**60)),
    "conversations.find": lambda tx, _: tx.conversations.find(ACCOUNT, DANA),
    "conversations.add": lambda tx, _: tx.conversations.add(ACCOUNT, ACCOUNT, CHANNEL) and None,
    "conversations.get": lambda tx, its: tx.conversations.get(its.conversation.id),
    "conversations.at": lambda tx, _: tx.conversations.at(CHANNEL, THREAD),
    "conversations.has_thread": lambda tx, _: tx.conversations.has_thread(THREAD),
    "conversations.set_thread": lambda tx, its: tx.conversations.set_thread(its.conversation.id, MessageTs("9.9")),
    "conversations.add_thread": lambda tx, its: tx.conversations.add_thread(
        its.conversation.id, MessageTs("9.9"), CHANNEL
    ),
    "conversations.move": lambda tx, its: tx.conversations.move(its.conversation.id, ELSEWHERE),
    "conversations.rename_channel": lambda tx, _: tx.conversations.rename_channel(CHANNEL, ELSEWHERE),
    "conversations.accounts": lambda tx, _: tx.conversations.accounts(),
    "conversations.has_several_accounts": lambda tx, _: _with_second_account(tx),
    "conversations.with_contact": lambda tx, _: tx.conversations.with_contact(DANA),
    "conversations.save": lambda tx, its: tx.conversations.save(replace(its.conversation, turn=9)),
    "conversations.channels": lambda tx, _: tx.conversations.channels(),
    "conversations.oldest_thread": lambda tx, _: tx.conversations.oldest_thread(CHANNEL),
    "conversations.in_channel": lambda tx, _: tx.conversations.in_channel(CHANNEL, 9),
    "conversations.recent": lambda tx, _: tx.conversations.recent(Micros(0), 9),
    "messages.add": lambda tx, its: tx.messages.add(_renamed(its)) and None,
    "messages.save": lambda tx, its: tx.messages.save(replace(its.reply, turn=9)),
    "messages.place": lambda tx, its: tx.messages.place(its.reply, ELSEWHERE, TEXT_TS),
    "messages.get": lambda tx, its: tx.messages.get(its.reply.id),
    "messages.by_key": lambda tx, _: tx.messages.by_key(KEY),
    "messages.by_provider_id": lambda tx, _: tx.messages.by_provider_id("p", "") or tx.messages.by_provider_id("", "l"),
    "messages.at": lambda tx, _: tx.messages.at(CHANNEL, TEXT_TS),
    "messages.shown_at": lambda tx, _: tx.messages.shown_at(CHANNEL, TEXT_TS),
    "messages.kept_internal_at": lambda tx, _: tx.messages.kept_internal_at(CHANNEL, TEXT_TS),
    "messages.has_replies": lambda tx, its: tx.messages.has_replies(its.conversation.id, 1),
    "messages.has_withdrawn": lambda tx, its: tx.messages.has_withdrawn(its.conversation.id, 2),
    "messages.reply_count": lambda tx, its: tx.messages.reply_count(its.conversation.id, 1).queued,
    "messages.held": lambda tx, its: tx.messages.held(its.conversation.id),
    "messages.waiting_turns": lambda tx, its: tx.messages.waiting_turns(its.conversation.id),
    "messages.undoable": lambda tx, its: tx.messages.undoable(its.conversation.id, 1),
    "messages.undecided": lambda tx, _: tx.messages.undecided(),
    "messages.found_in_record": lambda tx, its: tx.messages.found_in_record(its.conversation.id),
    "messages.unconfirmed": lambda tx, _: tx.messages.unconfirmed(Micros(0), LATER, 9),
    "messages.first": lambda tx, its: tx.messages.first(its.conversation.id),
    "messages.awaiting_decision": lambda tx, its: tx.messages.awaiting_decision(its.conversation.id),
    "messages.before": lambda tx, its: tx.messages.before(its.reply),
    "messages.has_draft_before": lambda tx, its: tx.messages.has_draft_before(_renamed(its, 9_000_000)),
    "messages.unshown": lambda tx, its: tx.messages.unshown(its.conversation.id),
    "messages.newest": lambda tx, its: tx.messages.newest(its.conversation.id),
    "messages.last_inbound": lambda tx, its: tx.messages.last_inbound(its.conversation.id),
    "messages.last_inbound_id": lambda tx, its: tx.messages.last_inbound_id(its.conversation.id),
    "messages.inbound_before": lambda tx, its: tx.messages.inbound_before(its.conversation.id, 0),
    "messages.inbound_after": lambda tx, its: tx.messages.inbound_after(its.conversation.id, 0, 9),
    "messages.departures": lambda tx, _: tx.messages.departures(AVA, Micros(0)),
    "messages.note_departure": lambda tx, _: tx.messages.note_departure(AVA, 1, Micros(0)),
    "messages.drop_departure": lambda tx, _: tx.messages.drop_departure(AVA, 1),
    "messages.recent": lambda tx, its: tx.messages.recent(its.conversation.id),
    "shown_lines.get": lambda tx, its: tx.shown_lines.get(its.conversation.id, HEADER),
    "shown_lines.set": lambda tx, its: tx.shown_lines.set(its.conversation.id, HEADER, Shown(TEXT_TS, None, None)),
    "attachments.add": lambda tx, its: tx.attachments.add(its.heard.id, 1, Media("image/gif", b"x")),
    "attachments.fail": lambda tx, its: tx.attachments.fail(its.heard.id, 1, "gone"),
    "attachments.get": lambda tx, its: tx.attachments.get(its.heard.id, 1),
    "attachments.of_message": lambda tx, its: tx.attachments.of_message(its.heard.id),
    "attachments.waiting_bytes": lambda tx, _: tx.attachments.waiting_bytes(),
    "tapbacks.add": lambda tx, its: tx.tapbacks.add(its.reply.id, its.heard.id, Tapback("x", "")),
    "tapbacks.quoted_by": lambda tx, its: tx.tapbacks.quoted_by(its.heard.id),
    "tapbacks.on": lambda tx, its: tx.tapbacks.on(its.reply.id),
    "tapbacks.forget": lambda tx, its: tx.tapbacks.forget(its.heard.id),
    "pictures.keep": lambda tx, its: tx.pictures.keep(its.reply.id, {2: Media("image/gif", b"x")}),
    "pictures.get": lambda tx, its: tx.pictures.get(its.reply.id, 1),
    "pictures.copy": lambda tx, its: tx.pictures.copy(its.reply.id, its.heard.id),
    "pictures.forget": lambda tx, its: tx.pictures.forget(its.reply.id),
    "shared_files.keep": lambda tx, its: tx.shared_files.keep(its.reply.id, [SHARED]),
    "shared_files.of": lambda tx, its: tx.shared_files.of(its.reply.id),
    "shared_files.open_until": lambda tx, its: tx.shared_files.open_until(its.reply.id, Micros(5)),
    "shared_files.end": lambda tx, its: tx.shared_files.end(its.reply.id, BEN),
    "attachments.remove": lambda tx, its: tx.attachments.remove(its.heard.id, 1),
    "settings.channel_mode": lambda tx, _: tx.settings.channel_mode(CHANNEL),
    "settings.set_channel_mode": lambda tx, _: tx.settings.set_channel_mode(CHANNEL, Mode.AUTO, BEN),
    "settings.routes": lambda tx, _: tx.settings.routes(),
    "settings.set_route": lambda tx, _: tx.settings.set_route(Route("keyword", "order", ELSEWHERE), BEN),
    "settings.drop_route": lambda tx, _: tx.settings.drop_route(Route("keyword", "order", CHANNEL)),
    "settings.templates": lambda tx, _: tx.settings.templates(),
    "settings.template": lambda tx, its: tx.settings.template(its.template),
    "settings.add_template": lambda tx, _: tx.settings.add_template("bye", "Bye", BEN),
    "settings.save_template": lambda tx, its: tx.settings.save_template(Template(its.template, "hi", "Hi"), BEN),
    "settings.drop_template": lambda tx, its: tx.settings.drop_template(its.template),
    "settings.value": lambda tx, _: tx.settings.value("signature"),
    "settings.set_value": lambda tx, _: tx.settings.set_value("signature", "new"),
    "settings.note_list": lambda tx, _: tx.settings.note_list("more"),
    "settings.forget_value": lambda tx, _: tx.settings.forget_value("signature"),
    "settings.forget_list": lambda tx, _: tx.settings.forget_list("customers"),
    "settings.list_names": lambda tx, _: tx.settings.list_names(),
    "roles.policy": lambda tx, _: tx.roles.policy().partners,
    "roles.set_policy": lambda tx, _: tx.roles.set_policy(Policy({}, allows_guests=True, partners=frozenset()), BEN),
    "audit.add": lambda tx, its: tx.audit.add(BEN, "sent", its.conversation.id),
    "audit.amend": lambda tx, its: tx.audit.amend(its.audit, "more"),
    "audit.erase_before": lambda tx, _: tx.audit.erase_before(Micros(2**60), 9),
    "erasure.drop_calls": lambda tx, its: tx.erasure.drop_calls(its.conversation.id) and None,
    "erasure.drop_interrupted": lambda tx, _: tx.erasure.drop_interrupted(DANA),
    "erasure.threads": lambda tx, its: tx.erasure.threads(its.conversation.id),
    "erasure.count": lambda tx, its: any(tx.erasure.count(its.conversation.id)),
    "erasure.take_name_off": lambda tx, its: tx.erasure.take_name_off(its.conversation.id),
    "erasure.forget_texts": _nameless,
    "erasure.forget_number": lambda tx, _: tx.erasure.forget_number("i"),
    "erasure.mentioning": lambda tx, _: tx.erasure.mentioning(["Hi"]),
    "erasure.waiting_with": lambda tx, _: tx.erasure.waiting_with("i"),
    "erasure.forget_events": lambda tx, _: tx.erasure.forget_events("i"),
    "erasure.events_with": lambda tx, _: tx.erasure.events_with("i"),
    "erasure.save_event": lambda tx, its: tx.erasure.save_event(its.event, "{}"),
    "erasure.save_template_body": lambda tx, its: tx.erasure.save_template_body(its.template, "other words"),
    "erasure.forget_old_texts": lambda tx, _: tx.erasure.forget_old_texts(Micros(2**60), 9),
    "erasure.forget_old_rest": lambda tx, _: tx.erasure.forget_old_rest(Micros(2**60)),
    "erasure.forget_marks": lambda tx, _: tx.erasure.forget_marks("", Micros(2**60)),
    "erasure.tidy": lambda tx, _: tx.erasure.tidy(begins=True) or tx.erasure.tidy(begins=False) or tx,
    "audit.get": lambda tx, its: tx.audit.get(its.audit),
    "audit.of_conversation": lambda tx, its: tx.audit.of_conversation(its.conversation.id, 9),
    "confirmations.add": lambda tx, _: tx.confirmations.add(PendingConfirmation("confirmation", "send", BEN, "")),
    "confirmations.get": lambda tx, _: tx.confirmations.get("confirmation"),
    "confirmations.end": lambda tx, _: tx.confirmations.end("confirmation", "sent"),
    "confirmations.reopen": lambda tx, _: tx.confirmations.reopen("confirmation"),
    "scheduled.add": lambda tx, its: tx.scheduled.add(ScheduledText("more", its.conversation.id, "words", AVA, LATER)),
    "scheduled.get": lambda tx, _: tx.scheduled.get("scheduled"),
    "scheduled.due_between": lambda tx, its: tx.scheduled.due_between(its.conversation.id, Micros(0), LATER),
    "scheduled.match": lambda tx, its: tx.scheduled.match("scheduled", its.reply.id),
    "scheduled.match with a text": _matched,
    "scheduled.confirm": lambda tx, _: tx.scheduled.confirm("scheduled"),
    "scheduled.remove": lambda tx, _: tx.scheduled.remove("scheduled"),
    "tags.counts": lambda tx, _: tx.tags.counts(),
    "tags.names": lambda tx, _: tx.tags.names(),
    "tags.known": lambda tx, _: tx.tags.known(),
    "tags.add": lambda tx, _: tx.tags.add("late", AVA),
    "tags.drop": lambda tx, _: tx.tags.drop("vip"),
    "tags.of": lambda tx, its: tx.tags.of(its.conversation.id),
    "tags.put": lambda tx, its: tx.tags.put(its.conversation.id, "late", AVA),
    "tags.take": lambda tx, its: tx.tags.take(its.conversation.id, "vip"),
    "tags.bearers": lambda tx, _: tx.tags.bearers("vip"),
    "tags.rules": lambda tx, _: tx.tags.rules(),
    "tags.add_rule": lambda tx, _: tx.tags.add_rule("vip", RuleKind.NUMBER, ACCOUNT, AVA),
    "tags.save_rule": lambda tx, its: tx.tags.save_rule(TagRule(its.rule, "late", RuleKind.NUMBER, ACCOUNT), AVA),
    "tags.drop_rule": lambda tx, its: tx.tags.drop_rule(its.rule),
    "tags.forget": lambda tx, _: tx.tags.forget("vip"),
    "searches.of": lambda tx, _: tx.searches.of(AVA),
    "searches.get": lambda tx, its: tx.searches.get(its.search),
    "searches.save": lambda tx, _: tx.searches.save(AVA, "mine", "with:me", AVA),
    "searches.drop": lambda tx, its: tx.searches.drop(its.search),
    "searches.all": lambda tx, _: tx.searches.all(),
    "waves.add": lambda tx, _: tx.waves.add(Wave("more", PLAN, AVA, CHANNEL, None, PostKey("k"))),
    "waves.confirm": lambda tx, _: tx.waves.confirm("wave", "known"),
    "waves.remove": lambda tx, _: tx.waves.remove("wave"),
    "waves.get": lambda tx, _: tx.waves.get("wave"),
    "waves.is_card": lambda tx, _: tx.waves.is_card(CHANNEL, CARD_TS),
    "waves.set_card": lambda tx, _: tx.waves.set_card("wave", ELSEWHERE, TEXT_TS),
    "waves.end": lambda tx, _: tx.waves.end("wave"),
    "waves.without_card": lambda tx, _: tx.waves.without_card(Micros(0), LATER),
    "waves.due_between": lambda tx, _: tx.waves.due_between(Micros(0), LATER),
    "waves.under_way": lambda tx, _: tx.waves.under_way(Micros(0)),
    "imports.save": lambda tx, _: tx.imports.save(ImportJob("file", PLAN_OF_IMPORT, AVA, ACCOUNT, ELSEWHERE)),
    "imports.get": lambda tx, _: tx.imports.get("file"),
    "imports.all": lambda tx, _: tx.imports.all(9),
    "imports.add_row": lambda tx, _: tx.imports.add_row("file", ImportRow(4, DANA, "more", {})),
    "imports.set_row": lambda tx, _: tx.imports.set_row("file", ImportRow(2, DANA, "", {}, RowState.LISTED)),
    "imports.rows": lambda tx, _: tx.imports.rows("file", RowState.READY, after=0, limit=9),
    "imports.line_of": lambda tx, _: tx.imports.line_of("file", DANA),
    "imports.last_line": lambda tx, _: tx.imports.last_line("file"),
    "imports.counts": lambda tx, _: tx.imports.counts("file"),
    "imports.forget_rows": lambda tx, _: tx.imports.forget_rows("file", 9),
    "imports.forget_old_rows": lambda tx, _: tx.imports.forget_old_rows(Micros(tx.now + 1), 9),
    "imports.forget": lambda tx, _: tx.imports.forget("file"),
    "steps.add": lambda tx, _: tx.steps.add("another", "send_text", {"to": "words"}),
    "steps.get": lambda tx, _: tx.steps.get("new"),
    "steps.due": lambda tx, _: tx.steps.due(9),
    "steps.next_at": lambda tx, _: tx.steps.next_at(),
    "steps.begin": lambda tx, its: tx.steps.begin("new", its.conversation.id, MessageKey("key"), LATER),
    "steps.wait": lambda tx, _: tx.steps.wait("acting"),
    "steps.with_text": lambda tx, its: tx.steps.with_text(its.conversation.id),
    "steps.end": lambda tx, _: tx.steps.end("new", StepOutcome(StepStatus.DONE)),
    "steps.settle": lambda tx, _: tx.steps.settle("new"),
    "steps.look_again": lambda tx, _: tx.steps.look_again("new", LATER),
    "steps.add_text": lambda tx, its: tx.steps.add_text(its.heard.id, MessageKey("another")),
    "steps.key_of": lambda tx, its: tx.steps.key_of(its.reply.id),
    "steps.texts_of": lambda tx, its: tx.steps.texts_of(its.conversation.id),
    "steps.forget_settled": lambda tx, _: _forget_settled(tx),
    "own_channels.ask": lambda tx, its: tx.own_channels.ask(its.conversation.id, "more", AVA),
    "own_channels.get": lambda tx, its: tx.own_channels.get(its.own),
    "own_channels.at": lambda tx, _: tx.own_channels.at(OWN),
    "own_channels.unmade": lambda tx, its: tx.own_channels.unmade(its.conversation.id),
    "own_channels.has_name": lambda tx, _: tx.own_channels.has_name("unmade"),
    "own_channels.set_name": lambda tx, its: tx.own_channels.set_name(its.own, "another"),
    "own_channels.set_channel": lambda tx, its: tx.own_channels.set_channel(its.own, ELSEWHERE),
    "own_channels.note_change": lambda tx, _: tx.own_channels.note_change(OWN, Micros(7)),
    "own_channels.leave": lambda tx, _: tx.own_channels.leave(OWN),
    "own_channels.forget_leaving": lambda tx, its: tx.own_channels.forget_leaving(its.conversation.id),
    "own_channels.remove": lambda tx, its: tx.own_channels.remove(its.own),
    "team.colleagues": lambda tx, _: tx.team.colleagues(),
    "team.save": lambda tx, _: tx.team.save(Colleague(AVA, marked=False, away_until=LATER)),
    "team.assignees": lambda tx, _: tx.team.assignees(),
    "team.count_held": lambda tx, _: tx.team.count_held(AVA),
    "team.held": lambda tx, _: tx.team.held(AVA, 9),
    "team.add_note": lambda tx, its: tx.team.add_note(9_999, its.conversation.id, "words"),
    "team.note": lambda tx, its: tx.team.note(its.audit),
    "team.open_forms": lambda tx, its: tx.team.open_forms(its.conversation.id),
    "team.save_form": lambda tx, its: tx.team.save_form(its.conversation.id, OpenForm(AVA, LATER, LATER, "V1")),
    "team.drop_form": lambda tx, _: tx.team.drop_form(AVA, "V0"),
    "team.drop_old_forms": lambda tx, _: tx.team.drop_old_forms(Micros(0)),
    "alarms.set": lambda tx, its: tx.alarms.set(Alarm(ALARM, "more", LATER, its.conversation.id)),
    "alarms.clear": lambda tx, _: tx.alarms.clear(ALARM, "all"),
    "alarms.get": lambda tx, _: tx.alarms.get(ALARM, "all"),
    "alarms.due": lambda tx, _: tx.alarms.due(9),
    "alarms.next_at": lambda tx, _: tx.alarms.next_at(),
    "waiting.start": _waiting_anew,
    "waiting.get": lambda tx, its: tx.waiting.get(its.conversation.id),
    "waiting.save": lambda tx, its: tx.waiting.save(Waiting(its.conversation.id, Micros(5), snoozed_until=LATER)),
    "waiting.stop": lambda tx, its: tx.waiting.stop(its.conversation.id),
    "waiting.after": lambda tx, _: tx.waiting.after(0, 9),
    "waiting.first_unanswered": _unanswered,
    "waiting.in_notice": lambda tx, _: tx.waiting.in_notice(CHANNEL, Micros(7), 9),
    "waiting.count_in_notice": lambda tx, _: tx.waiting.count_in_notice(CHANNEL, Micros(7)),
    "waiting.notice": lambda tx, _: tx.waiting.notice(CHANNEL),
    "waiting.set_notice": lambda tx, its: tx.waiting.set_notice(GoalNotice(CHANNEL, its.conversation.id, LATER)),
    "waiting.add_missed": lambda tx, its: tx.waiting.add_missed(
        MissedGoal(its.conversation.id, ACCOUNT, CHANNEL, BEN, LATER, LATER, 1)
    ),
    "waiting.missed_between": lambda tx, _: tx.waiting.missed_between(Micros(0), LATER, 9),
    "waiting.set_follow_up": lambda tx, its: tx.waiting.set_follow_up(its.conversation.id, LATER, BEN),
    "waiting.follow_up": lambda tx, its: tx.waiting.follow_up(its.conversation.id),
    "waiting.tell_follow_up": lambda tx, its: tx.waiting.tell_follow_up(its.conversation.id),
    "waiting.drop_follow_up": lambda tx, its: tx.waiting.drop_follow_up(its.conversation.id),
    "hours.set_goal": lambda tx, _: tx.hours.set_goal(Goal(OF_CHANNEL, CHANNEL, 90), BEN),
    "hours.drop_goal": lambda tx, _: tx.hours.drop_goal(OF_CHANNEL, CHANNEL),
    "hours.goals": lambda tx, _: tx.hours.goals(),
    "hours.goal_for": lambda tx, _: tx.hours.goal_for(CHANNEL, ACCOUNT),
    "hours.set_office": lambda tx, _: tx.hours.set_office(OfficeHours(ACCOUNT, WeeklyHours((), "UTC")), BEN),
    "hours.drop_office": lambda tx, _: tx.hours.drop_office(ACCOUNT),
    "hours.office": lambda tx, _: tx.hours.office(ACCOUNT),
    "hours.offices": lambda tx, _: tx.hours.offices(),
    "hours.set_answer": lambda tx, _: tx.hours.set_answer(ClosedAnswer(ACCOUNT, "", "new"), BEN),
    "hours.drop_answer": lambda tx, _: tx.hours.drop_answer(ACCOUNT, ""),
    "hours.answers": lambda tx, _: tx.hours.answers(ACCOUNT),
    "hours.last_automatic": lambda tx, its: tx.hours.last_automatic(its.conversation.id),
    "hours.add_automatic": lambda tx, its: tx.hours.add_automatic(its.reply, LATER),
    "hours.closed_period": _automatic,
    "alarms.put_off": lambda tx, _: tx.alarms.put_off(Alarm(ALARM, "all", Micros(50)), LATER),
    "weekly.add": lambda tx, _: tx.weekly.add(WeeklyPost(date(2026, 3, 16), CHANNEL, "UTC", LATER)),
    "weekly.unposted": lambda tx, _: tx.weekly.unposted(Micros(0)),
    "weekly.latest": lambda tx, _: tx.weekly.latest(),
    "weekly.try_now": lambda tx, _: tx.weekly.try_now(date(2026, 3, 9)),
    "weekly.note_failure": lambda tx, _: tx.weekly.note_failure(date(2026, 3, 9), "is_archived"),
    "weekly.set_place": lambda tx, _: tx.weekly.set_place(date(2026, 3, 9), MessageTs("1.9")),
    "weekly.is_one": lambda tx, _: tx.weekly.is_one(CHANNEL, CARD_TS),
    "weekly.forget_before": lambda tx, _: tx.weekly.forget_before(Micros(55)),
    "figures.count": lambda tx, _: tx.figures.count(Figure.TEXT_IN, ACCOUNT, NOBODY),
    "figures.begin": _begun,
    "figures.read": lambda tx, _: list(tx.figures.read([HourSpan(0, 9, 0)]).by_day),
    "figures.answer": lambda tx, its: tx.figures.answer(its.conversation.id),
    "figures.end": lambda tx, its: tx.figures.end(its.conversation.id),
    "connections.all": lambda tx, _: tx.connections.all(),
    "connections.get": lambda tx, its: tx.connections.get(its.connection.id),
    "connections.of": lambda tx, _: tx.connections.of(ACCOUNT),
    "connections.add": lambda tx, _: tx.connections.add("volt", None, "another", BEN) and None,
    "connections.set_token": lambda tx, its: tx.connections.set_token(its.connection.id, Sealed("new")),
    "connections.token_since": lambda tx, its: tx.connections.token_since(its.connection.id),
    "connections.session": lambda tx, its: tx.connections.session(its.connection.id),
    "connections.set_session": lambda tx, its: tx.connections.set_session(its.connection.id, Sealed("new")),
    "connections.set_webhook": lambda tx, its: tx.connections.set_webhook(its.connection.id, "new"),
    "connections.remove": lambda tx, its: tx.connections.remove(its.connection.id),
    "connections.accounts": lambda tx, _: tx.connections.accounts(),
    "connections.set_account": lambda tx, its: tx.connections.set_account(
        Account(ACCOUNT, its.connection.id, ELSEWHERE)
    ),
    "connections.set_channel": lambda tx, _: tx.connections.set_channel(ACCOUNT, ELSEWHERE),
    "connections.remove_account": lambda tx, _: tx.connections.remove_account(ACCOUNT),
}
