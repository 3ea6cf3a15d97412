"""`/volt list import`: a file of contacts, its columns, and the buttons of its card. Nobody is texted by an import."""

import io
import json
from pathlib import PurePath
from uuid import NAMESPACE_OID, uuid5

from bot.bridge.conversations.queries import shows_contacts
from bot.bridge.imports.jobs import begin_import, confirm_import, stop_import
from bot.domain.errors import CallFailed
from bot.domain.ids import ChannelId
from bot.domain.imports import Column, ImportJob, ImportPlan, UnreadableFile, columns_named
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.text import clean
from bot.parsing.csv_files import HEAD, Sample, sample_of
from bot.parsing.phone_numbers import region_of
from bot.ports.capabilities import Capability
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.blocks.modals import Modal
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction, is_direct
from bot.slack.events.slack_files import file_of
from bot.slack.features.kit import texts
from bot.slack.features.kit.capabilities import lists_of
from bot.slack.features.kit.which_line import line_for, line_in_form, line_options
from bot.slack.features.lists import import_view as view
from bot.slack.handling import ShowView, SubmissionResult
from bot.slack.text.escaping import escape

OPENED = "Choose the file in the window that has opened."
NO_FILE = "Choose a file."
TOO_MANY = "Fifty files are kept already, each for seven days. Please wait until one of them is forgotten."
DECIDED = "This was decided before."
READING = "The file is being read. Its card shows how far that is, and asks you before anything is imported."


async def open_file_form(context: Context, interaction: Interaction, account: E164) -> MessageBody:
    """Open the form for the file."""
    lists_of(context, account)
    metadata = json.dumps({"account": account, "channel": await _card_channel(context, interaction)})
    await context.ui.open_modal(interaction.trigger_id, view.file_modal(metadata))
    return MessageBody(OPENED, [])


async def _card_channel(context: Context, interaction: Interaction) -> ChannelId:
    """Choose where the card stands, which names people: here only where contacts are shown, or where one writes to us.

    A direct message between others is none that the bot may post in, so that the card then stands in its channel.
    """
    here = interaction.channel or context.channel
    if is_direct(here) or await context.units.run(shows_contacts, here):
        return here
    return context.channel


async def take_file(context: Context, interaction: Interaction) -> SubmissionResult:
    """Look at the first rows of the file, and ask which column is which."""
    files = [file for shape in interaction.form.files(view.FILE) if (file := file_of(shape)) is not None]
    if not files:
        raise UserError(NO_FILE, block=view.FILE)
    return ShowView(await _columns_form(context, _known(interaction), files[0].id, block=view.FILE))


async def open_offered(context: Context, interaction: Interaction) -> None:
    """Ask for the columns of a file in the bot's messages; the window opens at once, as a trigger_id lasts seconds."""
    account = await line_for(context, None, Capability.LISTS)
    lists_of(context, account)
    view_id = await context.open_over(interaction, modals.notice_modal(MessageBody(texts.ONE_MOMENT, [])))
    known = {"account": account, "channel": await _card_channel(context, interaction)}
    try:
        modal = await _columns_form(context, known, interaction.value, block="")
    except UserError as refused:
        modal = modals.notice_modal(MessageBody(str(refused), []), title="Import contacts")
    except CallFailed as error:
        modal = modals.notice_modal(texts.call_failed_message(error), title="Import contacts")
    await context.ui.update_modal(view_id, modal)


async def _columns_form(context: Context, known: dict[str, str], file_id: str, *, block: str) -> Modal:
    """Look at the first rows of a file. Raises UserError, or CallFailed."""
    sample, name = await _sample(context, E164(known["account"]), file_id, block=block)
    lines = [one for one in await line_options(context) if context.lines.offers(Capability.LISTS, E164(one.value))]
    metadata = json.dumps(known | {"file": file_id})
    return view.columns_modal(metadata, sample, _columns(sample), lines, PurePath(name).stem[:100])


async def take_columns(context: Context, interaction: Interaction) -> SubmissionResult:
    """Begin to read the whole file."""
    form, known = interaction.form, _known(interaction)
    name = " ".join(clean(form.text(view.LIST)).split())
    if not name:
        raise UserError("Give the list a name.", block=view.LIST)
    picked = await line_in_form(context, form.choice(view.ACCOUNT), block=view.ACCOUNT)
    account = picked or await line_for(context, E164(known["account"]), Capability.LISTS)
    lists_of(context, account)
    sample, file_name = await _sample(context, account, known["file"], block=view.NUMBER)
    columns = _columns(sample)
    number, contact = _place(form.choice(view.NUMBER), len(columns)), _place(form.choice(view.NAME), len(columns))
    if number < 0:
        raise UserError("Choose the column of the phone numbers.", block=view.NUMBER)
    plan = ImportPlan(known["file"], file_name, name, columns, number, contact, sample.has_header)
    own_id = uuid5(NAMESPACE_OID, f"import {interaction.view_id}").hex
    job = ImportJob(own_id, plan, interaction.user, account, ChannelId(known["channel"]))
    if not await context.units.run(begin_import, job):
        raise UserError(TOO_MANY)
    where = "" if is_direct(job.channel) else f" It stands in <#{job.channel}>."
    return ShowView(modals.notice_modal(MessageBody(READING + where, []), title="Import contacts"))


def _place(value: str, width: int) -> int:
    return int(value) if value.isdecimal() and int(value) < width else -1


def _columns(sample: Sample) -> tuple[Column, ...]:
    width = len(sample.rows[0].cells) if sample.has_header else max(len(row.cells) for row in sample.rows)
    return columns_named(sample.rows[0].cells if sample.has_header else [""] * width)


async def _sample(context: Context, account: E164, file_id: str, *, block: str) -> tuple[Sample, str]:
    """Fetch the beginning of a file. Raises UserError, or CallFailed."""
    head = io.BytesIO()
    file = await context.workspace.fetch_table(file_id, head, HEAD)
    data = head.getvalue()
    try:
        sample = sample_of(data, region_of(number_of(account)), is_whole=len(data) < HEAD)
    except UnreadableFile as refused:
        raise UserError(escape(str(refused)), block=block) from None
    return sample, clean(file.name)[:200]


def _known(interaction: Interaction) -> dict[str, str]:
    try:
        known = dict(json.loads(interaction.metadata))
        return {"account": str(known["account"]), "channel": str(known["channel"]), "file": str(known.get("file", ""))}
    except (ValueError, LookupError, TypeError):
        raise UserError("This is out of date. Please open it again.") from None


async def go(context: Context, interaction: Interaction) -> MessageBody | None:
    """Act on Import: the watcher does the rest, and shows it on the card."""
    return (
        None
        if await context.units.run(confirm_import, interaction.value, interaction.user)
        else MessageBody(DECIDED, [])
    )


async def stop(context: Context, interaction: Interaction) -> MessageBody | None:
    """Act on Stop and Cancel."""
    return None if await context.units.run(stop_import, interaction.value) else MessageBody(DECIDED, [])
