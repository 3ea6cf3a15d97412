"""Wave handlers, `/volt wave`, the shortcut and the form: one text to the contacts of lists, scheduled or as a draft.

The number of recipients is stated first, and a button confirms it, once (confirmations.py). The team sees its card,
which the wave watcher keeps current.
"""

import json
import re
from collections.abc import Awaitable
from dataclasses import replace
from functools import partial

from bot.bridge.confirmations import OutcomeLost, end_confirmation
from bot.bridge.waves.cards import post_card
from bot.bridge.waves.waves import (
    end_wave,
    find_wave,
    get_wave,
    is_complete,
    post_of,
    record_wave_begun,
    record_wave_made,
    record_wave_refused,
)
from bot.domain.confirmation import PendingConfirmation
from bot.domain.errors import CallFailed
from bot.domain.ids import ChannelId, PostKey, UserId
from bot.domain.phone import E164
from bot.domain.provider_profile import ProviderProfile
from bot.domain.provider_records import WaveRecord
from bot.domain.roles import Role
from bot.domain.thread_content import WavePost
from bot.domain.timestamps import from_micros, to_micros
from bot.domain.waves import Wave, WavePlan
from bot.parsing.calendar_days import AmbiguousTime
from bot.parsing.moments import check_moment
from bot.ports.capabilities import Capability, Waves
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.blocks.modals import Modal
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit import list_menu
from bot.slack.features.kit.capabilities import waves_of
from bot.slack.features.kit.confirmations import (
    RetryAllowed,
    call_once,
    claim_press,
    read_confirmation,
    read_open_confirmation,
    show_instead,
    store_confirmation,
)
from bot.slack.features.kit.provider_calls import read_from_provider
from bot.slack.features.kit.second_person import (
    REFUSE,
    SEND,
    ask_second,
    needs_second,
    refuse,
    require_other,
    settle,
)
from bot.slack.features.kit.which_line import line_for, picked_line
from bot.slack.features.waves import view
from bot.slack.features.waves.form import filled_in
from bot.slack.handling import Feature, ShowView, Subcommand, SubmissionResult
from bot.slack.render.wave_card import REFRESH, outcome_unknown_text
from bot.slack.text.escaping import escape
from bot.time_of_day import utc_now

KIND = "wave"

_WAVE_ID = re.compile(r"[0-9]{1,20}|[A-Za-z0-9.:-]{1,200}:[0-9]{1,18}-[0-9]{1,18}")
"""What providers call a wave; one that counts them anew in each tenant has the tenant in front."""


async def wave(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt wave` with the form, and `/volt wave ID` with the card of that wave."""
    line, words = await picked_line(context, words)
    account = await line_for(context, line, Capability.WAVES)
    if not words.strip():
        await _open_form(context, interaction, account)
        return MessageBody(view.OPENED, [])
    if not _WAVE_ID.fullmatch(words.strip()):
        name = context.lines.profile(account).name
        raise UserError(f"Give the number that the wave has in {name}, or nothing to begin a new one.")
    return context.renderer.render(await _look_up(context, words.strip(), line))


async def _open_form(context: Context, interaction: Interaction, account: E164) -> None:
    """Open the form. Raises UserError where the number has no waves."""
    by, limits = context.lines.profile(account), waves_of(context, account).wave_limits
    metadata = json.dumps({"channel": interaction.channel or "", "account": account})
    await context.ui.open_modal(interaction.trigger_id, view.wave_modal(metadata, by, limits))


async def _look_up(context: Context, wave_id: str, line: E164 | None = None) -> WavePost:
    """Look a wave up at the provider. Raises UserError."""
    known = await context.units.run(get_wave, wave_id)
    account = (known.plan.account if known else None) or line
    by = context.lines.profile(account)
    card = await read_from_provider(by, find_wave(context.providers, wave_id, account))
    if card is None:
        raise UserError(f"{by.capital_name} knows no wave {escape(wave_id[:40])}.", has_usage=False)
    return post_of(known, card, utc_now()) if known else _foreign(card, by)


def _foreign(card: WaveRecord, by: ProviderProfile) -> WavePost:
    """Render a wave that was not made here."""
    at = to_micros(card.scheduled_at or from_micros(0))
    size = by.measure(card.body)
    plan = WavePlan(card.name or "without a name", card.body, at, card.lists, card.total, size.count if size else 0)
    return WavePost(card.id, plan, None, card.total, card.delivered, card.failed, utc_now(), read=card.read)


async def _refresh(context: Context, interaction: Interaction) -> None:
    """Look a wave up and replace what was pressed: the card in its channel, or an ephemeral answer."""
    known = await context.units.run(get_wave, interaction.value)
    post = await _look_up(context, interaction.value)
    if known is None or known.ts is None or known.ts != interaction.message_ts:
        await show_instead(context, interaction, context.renderer.render(post))
        return
    await context.workspace.edit(known.channel, known.ts, post)
    if is_complete(post):
        await context.units.run(end_wave, known.id)


async def _open(context: Context, interaction: Interaction) -> None:
    await _open_form(context, interaction, await line_for(context, None, Capability.WAVES))


# --- the form


async def _submit(context: Context, interaction: Interaction) -> SubmissionResult:
    plan = await filled_in(context, list_menu.account_in(context, interaction), interaction.form)
    body = json.dumps({"plan": plan.written(), "channel": _channel(context, interaction)}, ensure_ascii=False)
    confirmation_id = await store_confirmation(context, KIND, interaction.user, body)
    return ShowView(view.review_modal(confirmation_id, plan, by=context.lines.profile(plan.account)))


def _channel(context: Context, interaction: Interaction) -> str:
    try:
        return str(json.loads(interaction.metadata)["channel"]) or context.channel
    except (ValueError, LookupError, TypeError):
        return context.channel


# --- the review


async def _go(context: Context, interaction: Interaction) -> None:
    if interaction.view is None:
        raise UserError(
            "Slack did not say which window this is about, so nothing was scheduled. Please press it again."
        )
    try:
        words = await _wave_or_question(context, interaction.value, interaction.user)
        modal = modals.notice_modal(MessageBody(words, []), title="Wave")
    except RetryAllowed as mistake:
        plan, _ = _wanted(await read_confirmation(context, interaction.value, KIND))
        modal = view.review_modal(interaction.value, plan, str(mistake), context.lines.profile(plan.account))
    except UserError as mistake:
        modal = modals.notice_modal(MessageBody(str(mistake), []), title="Wave")
    try:
        await context.ui.update_modal(interaction.view.id, modal)
    except CallFailed:  # the window was closed meanwhile
        await context.ui.post_ephemeral(interaction.user, context.channel, MessageBody(_said(modal), []))


async def _wave_or_question(context: Context, confirmation_id: str, user: UserId) -> str:
    """Create the wave, or ask for the second person that it needs. Raises UserError or CallFailed."""
    confirmation = await read_open_confirmation(context, confirmation_id, KIND)
    plan, _ = _wanted(confirmation)
    if needs_second(plan) and confirmation.author == user:
        _refuse_late(plan)
        return await ask_second(context, confirmation, plan)
    return await _wave_once(context, confirmation_id, user)


async def _send_as_second(context: Context, interaction: Interaction) -> None:
    """Act on Send under the question, pressed by a second person. Raises UserError."""
    confirmation = await read_open_confirmation(context, interaction.value, KIND)
    require_other(confirmation, interaction.user)
    words = await _wave_once(context, confirmation.id, interaction.user)
    await settle(context, interaction, f"Made by <@{confirmation.author}>, sent by <@{interaction.user}>. {words}")


async def _refuse_as_second(context: Context, interaction: Interaction) -> None:
    """Act on Do not send under the question. Raises UserError."""
    confirmation = await read_open_confirmation(context, interaction.value, KIND)
    await settle(context, interaction, await refuse(context, confirmation, interaction.user))


def _said(modal: Modal) -> str:
    return str(modal["blocks"][0]["text"]["text"])


def _wanted(confirmation: PendingConfirmation) -> tuple[WavePlan, ChannelId]:
    body = json.loads(confirmation.body)
    return WavePlan.read(body["plan"]), ChannelId(body["channel"])


async def _wave_once(context: Context, confirmation_id: str, user: UserId) -> str:
    """Create the wave at the provider, once; returns the result in words. Raises UserError."""
    plan, channel = _wanted(await read_open_confirmation(context, confirmation_id, KIND))
    _refuse_late(plan)
    if plan.is_now:
        plan = replace(plan, at=to_micros(utc_now()))
    account = plan.account or context.account
    by, waves = context.lines.profile(account), waves_of(context, account)
    posted = Wave(confirmation_id, plan, user, channel, None, PostKey(f"wave{confirmation_id}"), is_certain=False)
    begin = partial(record_wave_begun, wave=posted)
    confirmation, audit_id = await claim_press(context, confirmation_id, KIND, begin, account=account)
    try:
        undo = partial(record_wave_refused, own_id=confirmation_id, audit_id=audit_id)
        made = await call_once(context, confirmation, _call(waves, account, plan), undo, account=account)
    except OutcomeLost:
        await context.units.run_until_written(end_confirmation, confirmation_id, outcome_unknown_text(plan, by))
        await post_card(context.units, context.workspace, posted, home=context.channel)
        return outcome_unknown_text(plan, by)
    certain = replace(posted, id=made.id if made else confirmation_id, is_certain=True)
    done = view.done(plan, certain.id, by)
    await context.units.run_until_written(record_wave_made, confirmation_id, certain, audit_id, done)
    await post_card(context.units, context.workspace, certain, home=context.channel)
    return done


def _call(waves: Waves, account: E164, plan: WavePlan) -> Awaitable[WaveRecord | None]:
    return waves.schedule_wave(
        account,
        plan.name,
        plan.body,
        utc_now() if plan.is_now else from_micros(plan.at),
        plan.lists,
        is_draft=plan.is_draft,
        media=(plan.picture,) if plan.picture else (),
    )


def _refuse_late(plan: WavePlan) -> None:
    if plan.is_now:
        return
    try:
        check_moment(from_micros(plan.at), utc_now())
    except AmbiguousTime:
        raise UserError("The time of this wave is over, so nothing was scheduled. Please begin again.") from None


FEATURE = Feature(
    role=Role.SENDER_TO_MANY,
    needs=Capability.WAVES,
    roles={REFRESH: Role.AGENT},
    commands=(Subcommand("wave", "[ID]", "", "text the contacts of lists; with a number, how far a wave is", wave),),
    actions={view.GO: _go, SEND: _send_as_second, REFUSE: _refuse_as_second, REFRESH: _refresh},
    submissions={view.FORM: _submit},
    shortcuts={"new_wave": _open},
    options={view.LISTS: list_menu.suggest},
)
