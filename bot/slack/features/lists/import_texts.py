"""Texts to the people of an import: the form with placeholders, its review with real rows, and the second person."""

import json
from dataclasses import replace
from functools import partial

from bot.bridge.imports.jobs import read_import
from bot.bridge.imports.texting import ON_THEIR_WAY, TEXTED_BEFORE, begin_confirmed, listed_rows, words_for
from bot.domain.confirmation import PendingConfirmation
from bot.domain.errors import CallFailed
from bot.domain.ids import UserId
from bot.domain.imports import ImportJob, ImportState
from bot.domain.phone import E164
from bot.domain.placeholders import BadPlaceholder, check_placeholders
from bot.domain.text import clean
from bot.domain.timestamps import to_micros
from bot.domain.waves import WavePlan
from bot.ports.capabilities import Capability
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.confirmations import claim_press, read_open_confirmation, store_confirmation
from bot.slack.features.kit.second_person import ask_second, needs_second, refuse, require_other, settle
from bot.slack.features.kit.words_to_many import words_to_many
from bot.slack.features.lists import import_view as view
from bot.slack.handling import ShowView, SubmissionResult
from bot.slack.render.import_card import fault_words
from bot.slack.text.escaping import escape
from bot.time_of_day import utc_now

KIND = "import_texts"
SHOWN = 3

WINDOW_LINE = (
    "By this number free text reaches only those who wrote within the last 24 hours, so a text with placeholders "
    "cannot go to a whole list. Use `/volt wave`, which counts who can be reached."
)
NOBODY = "Nobody would get this text: each row lacks a word that it needs, or its contact wants no texts."


async def open_form(context: Context, interaction: Interaction) -> None:
    """Open the form for the text. Raises UserError."""
    job = await _job(context, interaction.value)
    longest = context.lines.profile(job.account).limits.longest_text
    await context.open_over(interaction, view.text_modal(job, longest))


async def _job(context: Context, job_id: str) -> ImportJob:
    job = await context.units.run(read_import, job_id)
    if job is None or job.state is not ImportState.DONE:
        raise UserError(TEXTED_BEFORE, has_usage=False)
    if context.lines.offers(Capability.WINDOW, job.account):
        raise UserError(WINDOW_LINE, has_usage=False)
    return job


async def take_text(context: Context, interaction: Interaction) -> SubmissionResult:
    """Show what the text becomes for the first rows, and who is left out."""
    job, text = await _job(context, interaction.metadata), words_to_many(interaction.form, view.TEXT)
    try:
        keys = check_placeholders(text, [column.key for column in job.plan.columns])
    except BadPlaceholder as mistake:
        raise UserError(escape(str(mistake)), block=view.TEXT) from None
    survey = await _survey(context, job, text, keys)
    if not survey.people:
        raise UserError(NOBODY, block=view.TEXT)
    body = json.dumps({"job": job.id, "text": text, "people": survey.people}, ensure_ascii=False)
    confirmation_id = await store_confirmation(context, KIND, interaction.user, body)
    return ShowView(view.review_modal(confirmation_id, survey))


async def _survey(context: Context, job: ImportJob, text: str, keys: tuple[str, ...]) -> view.Survey:
    """Look at every row, some at a time."""
    survey, after, profile = view.Survey(), 0, context.lines.profile(job.account)
    while rows := await context.units.run(listed_rows, job, after):
        after = rows[-1][0].line
        for row, fault in rows:
            words, lacks, detail = words_for(text, row, keys, profile.limits.longest_text)
            why = fault or lacks
            if why is not None:
                survey.left_out[why] = survey.left_out.get(why, 0) + 1
                if len(survey.examples) < SHOWN:
                    said = fault_words(replace(row, fault=why, detail=detail))
                    survey.examples.append(clean(f"Row {row.line}: {said}"))
                continue
            size = profile.measure(words)
            count = size.count if size is not None else 1
            survey.people, survey.segments = survey.people + 1, survey.segments + count
            survey.most_segments = max(survey.most_segments, count)
            if len(survey.samples) < SHOWN:
                survey.samples.append(f"{context.renderer.number(E164(row.number))}: {words}")
    return survey


async def send(context: Context, interaction: Interaction) -> None:
    """Act on the last button: begin, or ask for the second person that so many need."""
    if interaction.view is None:
        raise UserError("Slack did not say which window this is about, so nothing was sent. Please press it again.")
    try:
        confirmation = await read_open_confirmation(context, interaction.value, KIND)
        _, plan = await _plan(context, confirmation)
        if needs_second(plan) and confirmation.author == interaction.user:
            words = await ask_second(context, confirmation, plan, (view.SEND_AS_SECOND, view.REFUSE_AS_SECOND))
        else:
            words = await _begin(context, confirmation)
    except UserError as mistake:
        words = str(mistake)
    modal = modals.notice_modal(MessageBody(words, []), title="Text these people")
    try:
        await context.ui.update_modal(interaction.view.id, modal)
    except CallFailed:  # the window was closed meanwhile
        await context.ui.post_ephemeral(interaction.user, context.channel, MessageBody(words, []))


async def _plan(context: Context, confirmation: PendingConfirmation) -> tuple[ImportJob, WavePlan]:
    """Describe the texts as a wave, for the question to a second person."""
    asked = json.loads(confirmation.body)
    job = await _job(context, asked["job"])
    now = to_micros(utc_now())
    return job, WavePlan(
        job.plan.file_name, asked["text"], now, (job.plan.list_name,), asked["people"], 0, account=job.account
    )


async def _begin(context: Context, confirmation: PendingConfirmation) -> str:
    """Begin to text, once; the author of the words is who wrote them. Raises UserError."""
    asked, author = json.loads(confirmation.body), UserId(confirmation.author)
    begin = partial(
        begin_confirmed, confirmation_id=confirmation.id, job_id=asked["job"], body=asked["text"], by=author
    )
    _, has_begun = await claim_press(context, confirmation.id, KIND, begin)
    return ON_THEIR_WAY if has_begun else TEXTED_BEFORE


async def send_as_second(context: Context, interaction: Interaction) -> None:
    """Act on Send under the question, pressed by a second person. Raises UserError."""
    confirmation = await read_open_confirmation(context, interaction.value, KIND)
    require_other(confirmation, interaction.user)
    words = await _begin(context, confirmation)
    await settle(context, interaction, f"Made by <@{confirmation.author}>, sent by <@{interaction.user}>. {words}")


async def refuse_as_second(context: Context, interaction: Interaction) -> None:
    """Act on Do not send under the question. Raises UserError."""
    confirmation = await read_open_confirmation(context, interaction.value, KIND)
    await settle(context, interaction, await refuse(context, confirmation, interaction.user))
