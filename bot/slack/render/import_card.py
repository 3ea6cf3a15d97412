"""Card of an import: what a file holds, what is wrong with its rows, and how far the import is. Pure."""

from collections.abc import Callable, Mapping

from bot.domain.imports import ImportRow, ImportState, RowFault, RowState
from bot.domain.phone import E164
from bot.domain.text import clean, counted, ellipsized
from bot.domain.thread_content import ImportPost
from bot.slack.blocks.kit import Block, MessageBody, button, button_row, confirm_dialog, section, section_plain
from bot.slack.text import escaping

GO, STOP, TEXT = "import_go", "import_stop", "import_text"

_FAULTS = {
    RowFault.NO_NUMBER: "there is no number",
    RowFault.BAD_NUMBER: "the number cannot be read",
    RowFault.OUR_OWN: "this is our own number",
    RowFault.UNREACHABLE: "the number has a price of its own, or is of a country that TEXTS_TO does not name",
    RowFault.TWICE: "the number is in the file twice",
    RowFault.OPTED_OUT: "this contact wants no texts",
    RowFault.BLOCKED: "this contact is blocked",
    RowFault.BAD_SIGNS: "a character cannot be read: save the file as UTF-8",
    RowFault.TOO_MANY_CELLS: "the row has more cells than the header",
    RowFault.PROVIDER: "it was not taken",
    RowFault.EMPTY_CELL: "a cell that the text needs is empty",
    RowFault.TOO_LONG: "the text would be too long",
}

_HEADINGS = {
    ImportState.READING: "Reading",
    ImportState.ASKING: "Read",
    ImportState.SAVING: "Importing",
    ImportState.REPORTING: "Importing",
    ImportState.DONE: "Imported",
    ImportState.TEXTING: "Texting the people of",
    ImportState.TEXTED: "Texted the people of",
    ImportState.STOPPED: "Stopped",
    ImportState.FAILED: "Not imported",
}


def fault_words(row: ImportRow) -> str:
    """Say in plain text what is wrong with a row."""
    match row.fault:
        case RowFault.BAD_NUMBER | RowFault.PROVIDER if row.detail:
            return row.detail
        case RowFault.TWICE:
            return f"the number is in row {row.detail} already"
        case RowFault.EMPTY_CELL if row.detail:
            return f"{{{row.detail}}} is empty"
        case None:
            return ""
    return _FAULTS[row.fault]


def render_import_card(post: ImportPost, number: Callable[[E164], str]) -> MessageBody:
    """Render the card of an import; what stands in the file is never parsed."""
    job = post.job
    heading = f"{_HEADINGS[job.state]} {ellipsized(clean(job.plan.file_name), 100) or 'a file'}"
    facts = [f"By <@{job.author}>, for the list {escaping.escape(job.plan.list_name)}.", *_facts(post)]
    blocks: list[Block] = [section_plain(heading), section("\n".join(facts)[:3_000])]
    if job.state is ImportState.ASKING and post.good:
        lines = [f"Row {row.line}: {number(E164(row.number))} {row.name}".rstrip() for row in post.good]
        blocks.append(section_plain(_cut("The first of them:", lines)))
    if post.bad and job.state in (ImportState.ASKING, ImportState.REPORTING, ImportState.DONE):
        lines = [f"Row {row.line}: {fault_words(row)}" for row in post.bad]
        blocks.append(section_plain(_cut("The first that cannot be imported:", lines)))
    return MessageBody(" ".join([escaping.escape(heading), *facts]), [*blocks, *_buttons(post)])


def _cut(title: str, lines: list[str]) -> str:
    return "\n".join([title, *(ellipsized(clean(line).replace("\n", " "), 300) for line in lines)])


def _facts(post: ImportPost) -> list[str]:  # noqa: PLR0911 - one for each state
    counts, job = post.counts, post.job
    total = sum(counts.rows.values())
    refused = counts.of(RowState.REFUSED)
    note = [escaping.escape(job.note)] if job.note else []
    match job.state:
        case ImportState.READING:
            return [f"{counted(total, 'row')} read so far."]
        case ImportState.FAILED:
            return [*note, "Nothing was imported."]
        case ImportState.ASKING:
            return [f"*{counted(counts.accepted, 'contact')}* can be imported.", *_reasons("Left out", counts.refused)]
        case ImportState.SAVING:
            done = counts.of(RowState.SAVED, RowState.LISTED)
            on_list = counts.of(RowState.LISTED)
            return [f"{done:,} of {counts.accepted:,} saved, {on_list:,} of them on the list."]
        case ImportState.TEXTING | ImportState.TEXTED:
            return [*_texts(post), *note]
        case ImportState.STOPPED if job.body:
            return ["Nobody else is texted.", *_texts(post), *note]
        case ImportState.STOPPED:
            return [f"{counted(counts.of(RowState.LISTED), 'contact')} on the list.", *note]
    done_line = f"{counted(counts.of(RowState.LISTED), 'contact is', 'contacts are')} on the list."
    told = (
        ["The rows that were refused are in the file below."]
        if refused and not note and job.state is ImportState.DONE
        else []
    )
    return [done_line, *_reasons("Left out", counts.refused), *told, *note]


def _texts(post: ImportPost) -> list[str]:
    counts = post.counts
    handed = counts.of(RowState.HANDED, RowState.TEXTED)
    people = handed + counts.of(RowState.LISTED, RowState.LEFT_OUT)
    names = (("delivered", "delivered"), ("read", "read"), ("failed", "not delivered"), ("unknown", "outcome unknown"))
    parts = [f"{words} {counts.texts[status]:,}" for status, words in names if counts.texts.get(status)]
    more = f" ({', '.join(parts)})" if parts else ""
    return [f"{handed:,} of {people:,} texts handed over{more}.", *_reasons("Not texted", counts.left_out)]


def _reasons(title: str, faults: Mapping[RowFault, int]) -> list[str]:
    found = [f"{count:,} because {_FAULTS[fault]}" for fault, count in sorted(faults.items(), key=lambda one: -one[1])]
    return [f"{title}: {'; '.join(found)}."] if found else []


def _buttons(post: ImportPost) -> list[Block]:
    job, counts = post.job, post.counts
    match job.state:
        case ImportState.ASKING:
            go = button(f"Import {counted(counts.accepted, 'contact')}", GO, job.id, style="primary")
            return button_row(go, button("Cancel", STOP, job.id))
        case ImportState.READING | ImportState.SAVING | ImportState.TEXTING:
            words = "What is done already stays done."
            return button_row(
                button("Stop", STOP, job.id, confirm=confirm_dialog("Stop this?", words, "Stop", no="Go on"))
            )
        case ImportState.DONE if counts.of(RowState.LISTED):
            return button_row(button("Text these people", TEXT, job.id))
    return []
