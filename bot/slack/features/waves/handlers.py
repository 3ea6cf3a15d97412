"""`/volt wave`, the shortcut and the form: one text to the contacts of lists, now planned or kept as a draft.

How many are texted is said before, and a button confirms it, once (once.py). The team sees a card of it, which
wave_watch.py keeps current.
"""

import json
import re
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bot.bridge.messages.scheduled import NOT_KNOWN, NOT_TAKEN
from bot.bridge.waves.watcher import is_complete, post_card, post_of
from bot.domain.errors import CallFailed
from bot.domain.ids import ChannelId, PostKey, UserId
from bot.domain.provider_records import WaveCard
from bot.domain.scheduled import PendingAsk, PostedWave, WavePlan
from bot.domain.text import clean, for_phone, is_blank, segments
from bot.domain.thread_content import WavePost
from bot.domain.timestamps import micros_of, moment_of
from bot.domain.url_safety import is_web_address
from bot.parsing.calendar_days import UnclearMoment
from bot.parsing.moments import checked
from bot.ports.repositories import Ledger
from bot.slack.blocks import modals
from bot.slack.blocks.kit import View
from bot.slack.blocks.modals import Modal
from bot.slack.context import Command, Desk, Mistake, Outcome, Part, Show
from bot.slack.events.interactions import Asked, Form
from bot.slack.features.kit.confirmations import (
    Lost,
    MayPressAgain,
    keep_ask,
    make_once,
    read_ask,
    read_open,
    take_turn,
    write_down,
)
from bot.slack.features.kit.provider_calls import reading
from bot.slack.features.lists import menu as list_menu
from bot.slack.features.schedule.handlers import show_instead
from bot.slack.features.waves import view as shown
from bot.slack.render.wave_card import REFRESH, not_known
from bot.slack.text.escaping import escape

KIND = "wave"


async def wave(desk: Desk, asked: Asked, words: str) -> View:
    """Answer `/volt wave` with the form, and `/volt wave ID` with the card of that wave."""
    if not words.strip():
        metadata = json.dumps({"channel": asked.channel or ""})
        await desk.surfaces.open_modal(asked.trigger_id, shown.wave_modal(metadata))
        return View(shown.OPENED, [])
    if not re.fullmatch(r"[0-9]{1,20}", words.strip()):
        raise Mistake("Give the number that the wave has in Volt, or nothing to begin a new one.")
    return desk.views.of(await _look_up(desk, words.strip()))


async def _look_up(desk: Desk, wave_id: str) -> WavePost:
    """Ask Volt about a wave. Raises Mistake."""
    card = await reading(desk.directory.wave(wave_id))
    if card is None:
        raise Mistake(f"Volt knows no wave {escape(wave_id[:40])}.", has_usage=False)
    known = await desk.store.run(lambda ledger: ledger.wave(wave_id))
    return post_of(known, card, datetime.now(UTC)) if known else _foreign(card)


def _foreign(card: WaveCard) -> WavePost:
    """Show a wave that was not made from here."""
    at = micros_of(card.scheduled_at or moment_of(0))
    size = segments(card.body).count
    plan = WavePlan(card.name or "without a name", card.body, at, card.lists, card.total, size)
    return WavePost(card.id, plan, None, card.total, card.delivered, card.failed, datetime.now(UTC))


async def _refresh(desk: Desk, asked: Asked) -> None:
    """Look a wave up and change what was pressed: the card in its channel, or an answer that only one person sees."""
    known = await desk.store.run(lambda ledger: ledger.wave(asked.value))
    post = await _look_up(desk, asked.value)
    if known is None or known.ts is None or known.ts != asked.message_ts:
        await show_instead(desk, asked, desk.views.of(post))
        return
    await desk.workspace.edit(known.channel, known.ts, post)
    if is_complete(post):
        await desk.store.run(lambda ledger: ledger.end_wave(known.id))


async def _open(desk: Desk, asked: Asked) -> None:
    await desk.surfaces.open_modal(asked.trigger_id, shown.wave_modal(json.dumps({"channel": asked.channel or ""})))


# --- the form


async def _submit(desk: Desk, asked: Asked) -> Outcome:
    plan = await _filled_in(desk, asked.form)
    body = json.dumps({"plan": plan.written(), "channel": _channel(desk, asked)}, ensure_ascii=False)
    return Show(shown.review_modal(await keep_ask(desk, KIND, asked.user, body), plan))


def _channel(desk: Desk, asked: Asked) -> str:
    try:
        return str(json.loads(asked.metadata)["channel"]) or desk.channel
    except (ValueError, LookupError, TypeError):
        return desk.channel


async def _filled_in(desk: Desk, form: Form) -> WavePlan:
    name, text, picture = clean(form.text(shown.NAME)).strip(), for_phone(form.text(shown.TEXT)), _picture(form)
    if not name:
        raise Mistake("Give the wave a name.", block=shown.NAME)
    if is_blank(text):
        raise Mistake("The text has no words that a phone can show.", block=shown.TEXT)
    is_draft = shown.DRAFT in form.choices(shown.DRAFT)
    at = _moment(form)
    lists = await list_menu.chosen(desk, form, shown.LISTS)
    return WavePlan(
        name=name,
        body=text,
        at=micros_of(at),
        lists=tuple(one.name for one in lists),
        people=sum(one.size for one in lists),
        segments=segments(text).count,
        is_most=len(lists) > 1,
        is_draft=is_draft,
        picture=picture,
    )


def _picture(form: Form) -> str:
    address = form.text(shown.PICTURE).strip()
    parts = urlsplit(address) if is_web_address(address) and address.isascii() and "[" not in address else None
    if address and (parts is None or parts.scheme != "https" or not parts.hostname):
        raise Mistake("Write the whole address, beginning with https://", block=shown.PICTURE)
    return address


def _moment(form: Form) -> datetime:
    picked, now = form.moment(shown.WHEN), datetime.now(UTC)
    if picked is None:
        raise Mistake("Choose a date and a time.", block=shown.WHEN)
    try:
        return checked(datetime.fromtimestamp(picked, UTC), now)
    except UnclearMoment as error:
        raise Mistake(str(error), block=shown.WHEN) from None


# --- the last word


async def _go(desk: Desk, asked: Asked) -> None:
    if asked.view is None:
        raise Mistake("Slack did not say which window this is about, so nothing was scheduled. Please press it again.")
    try:
        modal = modals.notice(View(await _wave_once(desk, asked.value, asked.user), []), title="Wave")
    except MayPressAgain as mistake:
        plan, _ = _wanted(await read_ask(desk, asked.value, KIND))
        modal = shown.review_modal(asked.value, plan, str(mistake))
    except Mistake as mistake:
        modal = modals.notice(View(str(mistake), []), title="Wave")
    try:
        await desk.surfaces.update_modal(asked.view.id, modal)
    except CallFailed:  # the window was closed meanwhile
        await desk.surfaces.whisper(asked.user, desk.channel, View(_said(modal), []))


def _said(modal: Modal) -> str:
    return str(modal["blocks"][0]["text"]["text"])


def _wanted(ask: PendingAsk) -> tuple[WavePlan, ChannelId]:
    body = json.loads(ask.body)
    return WavePlan.read(body["plan"]), ChannelId(body["channel"])


async def _wave_once(desk: Desk, ask_id: str, user: UserId) -> str:
    """Have Volt take the wave, once; returns what happened, in words. Raises Mistake."""
    plan, channel = _wanted(await read_open(desk, ask_id, KIND))
    _refuse_late(plan)
    posted = PostedWave(ask_id, plan, user, channel, None, PostKey(f"wave{ask_id}"), is_certain=False)
    ask, audit_id = await take_turn(desk, ask_id, KIND, lambda ledger, _: _note_begun(ledger, posted))
    try:
        made = await make_once(desk, ask, _call(desk, plan), lambda ledger: _note_refused(ledger, ask, audit_id))
    except Lost:
        await write_down(desk, lambda ledger: ledger.end_ask(ask.id, not_known(plan)))
        await post_card(desk.store, desk.workspace, posted, home=desk.channel)
        return not_known(plan)
    certain = replace(posted, id=made.id if made else ask_id, is_certain=True)
    await write_down(desk, lambda ledger: _note_made(ledger, ask, certain, audit_id))
    await post_card(desk.store, desk.workspace, certain, home=desk.channel)
    return shown.done(plan, certain.id)


def _call(desk: Desk, plan: WavePlan) -> Awaitable[WaveCard | None]:
    return desk.directory.schedule_wave(
        desk.account,
        plan.name,
        plan.body,
        moment_of(plan.at),
        plan.lists,
        is_draft=plan.is_draft,
        media=(plan.picture,) if plan.picture else (),
    )


def _refuse_late(plan: WavePlan) -> None:
    try:
        checked(moment_of(plan.at), datetime.now(UTC))
    except UnclearMoment:
        raise Mistake("The time of this wave is over, so nothing was scheduled. Please begin again.") from None


def _note_begun(ledger: Ledger, posted: PostedWave) -> int:
    ledger.add_wave(posted)
    action = "kept a draft of a wave" if posted.plan.is_draft else "scheduled wave"
    return ledger.note_audit(posted.author, action, None, detail=f"{NOT_KNOWN}, {posted.plan.people} people")


def _note_refused(ledger: Ledger, ask: PendingAsk, audit_id: int) -> None:
    ledger.drop_wave(ask.id)
    ledger.amend_audit(audit_id, NOT_TAKEN)


def _note_made(ledger: Ledger, ask: PendingAsk, posted: PostedWave, audit_id: int) -> None:
    ledger.end_ask(ask.id, shown.done(posted.plan, posted.id))
    ledger.confirm_wave(ask.id, posted.id)
    ledger.amend_audit(audit_id, f"{posted.id}, {posted.plan.people} people")


PART = Part(
    commands=(Command("wave", "[ID]", "", "text the contacts of lists; with a number, how far a wave is", wave),),
    actions={shown.GO: _go, REFRESH: _refresh},
    submissions={shown.FORM: _submit},
    shortcuts={"new_wave": _open},
    suggestions={shown.LISTS: list_menu.suggest},
)
