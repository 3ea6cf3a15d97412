"""Wave form and its review. Pure."""

from bot.domain.timestamps import from_micros
from bot.domain.waves import WavePlan
from bot.slack.blocks.kit import (
    LONG_DATE,
    Block,
    button,
    buttons,
    confirmation,
    context_block,
    date,
    plain,
    section,
    section_plain,
)
from bot.slack.blocks.modals import Modal, Option, boxes, form, moment, question, typed
from bot.slack.features.kit import list_menu
from bot.slack.render.segment_count import parts_counted
from bot.slack.render.wave_card import people
from bot.slack.text import escaping

GO, FORM = "wave_go", "wave_form"
NAME, LISTS, TEXT, PICTURE, WHEN, DRAFT = "name", "wave_lists", "text", "picture", "when", "draft"

LONGEST_NAME = 100
LONGEST = 1_600
LISTS_A_BLOCK = 10

LISTS_HINT = "The menu shows lists that were used here. Type the whole name of any other."

OPENED = "The form is open. Nobody is texted before you confirm it."


def wave_modal(metadata: str) -> Modal:
    """Form for a wave."""
    draft = Option("Keep it as a draft", DRAFT, "Volt sends a draft only once it is scheduled there.")
    blocks = [
        question(NAME, "Name of the wave", typed(longest=LONGEST_NAME)),
        question(LISTS, "Lists", list_menu.menu(), hint=LISTS_HINT),
        question(TEXT, "Text", typed(longest=LONGEST, has_lines=True)),
        question(
            PICTURE, "Address of a picture", typed(longest=1_000), hint="It begins with https://", is_needed=False
        ),
        question(WHEN, "When", moment(), hint="In your own time zone. A draft needs it too, and waits all the same."),
        question(DRAFT, "Draft", boxes(draft), is_needed=False),
    ]
    return form(FORM, "New wave", "Next", blocks, metadata=metadata)


def review_modal(ask_id: str, plan: WavePlan, note: str = "") -> Modal:
    """Review of a wave: the number of recipients, and the last confirmation."""
    blocks: list[Block] = [section(note)] if note else []
    blocks += [section(_what(plan)), *_of(plan), escaping.rich_text(plan.body)]
    if plan.picture:
        blocks.append(context_block(f"With a picture: {escaping.escape(plan.picture)}"))
    blocks += [context_block(_size(plan)), *buttons(_go(ask_id, plan))]
    title, close = plain("Draft of a wave" if plan.is_draft else "Text many people"), plain("Cancel")
    return {"type": "modal", "callback_id": "wave_review", "title": title, "close": close, "blocks": blocks}


def _of(plan: WavePlan) -> list[Block]:
    """Write the names of a wave and all of its lists, uncut and in plain text: people chose these names."""
    name, *more = (", ".join(plan.lists[at : at + LISTS_A_BLOCK]) for at in range(0, len(plan.lists), LISTS_A_BLOCK))
    return [section_plain(f"Name: {plan.name}\nLists: {name}"), *(section_plain(one) for one in more)]


def _what(plan: WavePlan) -> str:
    many = people(plan.people, is_most=plan.is_most)
    if plan.is_draft:
        return (
            f"*Volt keeps this as a draft.* Nothing is sent until somebody schedules it in Volt. "
            f"As the lists are now it would text {many}."
        )
    overlap = " The lists may overlap; each person is counted once per list." if plan.is_most else ""
    return f"*This texts {many}* on {date(from_micros(plan.at), LONG_DATE)}.{overlap}"


def _size(plan: WavePlan) -> str:
    each = parts_counted(plan.segments)
    most = "at most " if plan.is_most else ""
    return f"{each} per person, {most}{plan.people * plan.segments:,} in all"


def _go(ask_id: str, plan: WavePlan) -> Block:
    if plan.is_draft:
        return button("Keep the draft", GO, ask_id, style="primary")
    many = people(plan.people, is_most=plan.is_most)
    words = "This cannot be undone from Slack. Until it is due it can be stopped in Volt."
    ask = confirmation(f"Text {many}?", words, "Text them", no="Go back")
    return button(f"Text {many}", GO, ask_id, style="danger", ask=ask)


def done(plan: WavePlan, wave_id: str) -> str:
    """Write that Volt has the wave."""
    number = f" It is wave {wave_id} in Volt." if wave_id.isdigit() else ""
    if plan.is_draft:
        return f"Volt keeps this wave as a draft.{number} Nothing is sent until somebody schedules it in Volt."
    return f"Scheduled: {people(plan.people, is_most=plan.is_most)} on {date(from_micros(plan.at), LONG_DATE)}.{number}"
