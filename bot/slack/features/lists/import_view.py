"""Views of `/volt list import`: the file, its columns, the text with placeholders and its review. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.imports import MOST_BYTES, MOST_ROWS, Column, ImportJob, RowFault
from bot.domain.text import clean, counted, ellipsized
from bot.domain.thread_events import SlackFile
from bot.parsing.csv_files import Sample
from bot.slack.blocks.kit import (
    Block,
    MessageBody,
    button,
    button_row,
    confirm_dialog,
    plain,
    section,
    section_plain,
)
from bot.slack.blocks.modals import Modal, Option, form_modal, input_block, select_menu, text_input
from bot.slack.features.kit.list_menu import MAX_NAME_CHARS

FILE_FORM, COLUMNS_FORM, TEXT_FORM = "import_file", "import_columns", "import_words"
OFFER = "import_offered"
FILE, NUMBER, NAME, LIST, ACCOUNT, TEXT = "file", "number", "contact_name", "list_name", "account", "text"
SEND, SEND_AS_SECOND, REFUSE_AS_SECOND = "import_send", "import_second_send", "import_second_refuse"

ENDINGS = ("csv", "tsv", "txt")
SHOWN_ROWS = 3


def file_modal(metadata: str) -> Modal:
    """Form for the file."""
    hint = (
        f"A table saved as CSV, with a column of phone numbers: {MOST_ROWS:,} rows and {MOST_BYTES // 1_000_000} MB at "
        "most. Nobody is texted by importing it."
    )
    element: Block = {"type": "file_input", "filetypes": list(ENDINGS), "max_files": 1}
    return form_modal(
        FILE_FORM, "Import contacts", "Next", [input_block(FILE, "File", element, hint=hint)], metadata=metadata
    )


def offer(files: Sequence[SlackFile]) -> MessageBody:
    """Offer to import files that somebody has put into the bot's messages."""
    words = "You choose the columns next, and see what is in the file before anything is imported. Nobody is texted."
    blocks: list[Block] = []
    for file in files:
        name = ellipsized(" ".join(clean(file.name).split()), 100)
        blocks += [
            section_plain(f"Import contacts from {name}?"),
            *button_row(button("Choose columns", OFFER, file.id)),
        ]
    return MessageBody(f"Import contacts? {words}", [*blocks, section(words)])


def columns_modal(
    metadata: str, sample: Sample, columns: Sequence[Column], lines: Sequence[Option], list_name: str
) -> Modal:
    """Form for the columns, guessed from the headers and the first rows."""
    options = [Option(column.name, str(place)) for place, column in enumerate(columns)]
    rows = sample.rows[1:] if sample.has_header else sample.rows
    shown = [ellipsized(" | ".join(row.cells), 300) for row in rows[:SHOWN_ROWS]]
    blocks: list[Block] = [section_plain("\n".join(["The first rows:", *shown])[:3_000])] if shown else []
    blocks += [
        input_block(NUMBER, "Column of the phone numbers", select_menu(options, initial=str(sample.number))),
        input_block(NAME, "Column of the names", select_menu(options, initial=str(sample.name)), is_required=False),
        input_block(LIST, "List that they are put on", text_input(initial=list_name, max_chars=MAX_NAME_CHARS)),
    ]
    if lines:
        blocks.append(input_block(ACCOUNT, "Our number", select_menu(lines, initial=lines[0].value)))
    return form_modal(COLUMNS_FORM, "Import contacts", "Read the file", blocks, metadata=metadata)


def text_modal(job: ImportJob, longest: int) -> Modal:
    """Form for the text, with the placeholders that the file offers."""
    names = " ".join(f"{{{column.key}}}" for column in job.plan.columns)
    hint = ellipsized(f"For each person these become the cells of their row: {names}", 1_900)
    element = text_input(max_chars=longest, is_multiline=True)
    return form_modal(
        TEXT_FORM, "Text these people", "Next", [input_block(TEXT, "Text", element, hint=hint)], metadata=job.id
    )


@dataclass
class Survey:
    """What a text would become: how many people get one, the first of them, and who gets none and why."""

    people: int = 0
    segments: int = 0
    most_segments: int = 0
    samples: list[str] = field(default_factory=list)
    left_out: dict[RowFault, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)


def review_modal(confirmation_id: str, survey: Survey) -> Modal:
    """Review of the texts: how many people, the first texts as they will be, and who is left out."""
    many = counted(survey.people, "person", "people")
    blocks: list[Block] = [section(f"*This texts {many}*, one after the other, as soon as you confirm it.")]
    blocks += [section_plain(ellipsized(text, 2_900)) for text in survey.samples]
    if survey.left_out:
        total = sum(survey.left_out.values())
        nobody = f"{counted(total, 'person gets', 'people get')} no text:"
        blocks.append(section_plain("\n".join([nobody, *survey.examples])[:2_900]))
    size = f"At most {counted(survey.most_segments, 'part')} per person, {survey.segments:,} in all."
    blocks.append(section_plain(size))
    dialog = confirm_dialog(f"Text {many}?", "What has left cannot be taken back.", "Text them", no="Go back")
    go = button(f"Text {many}", SEND, confirmation_id, style="danger", confirm=dialog)
    blocks += button_row(go)
    title, close = plain("Text these people"), plain("Cancel")
    return {"type": "modal", "callback_id": "import_review", "title": title, "close": close, "blocks": blocks}
