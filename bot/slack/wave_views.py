"""What people read and fill in to text many at once. Pure."""

from bot.domain.moment import moment_of
from bot.domain.plans import WavePlan
from bot.domain.text import segments
from bot.slack import inert
from bot.slack.desk import Modal, Option
from bot.slack.inputs import Block, button, buttons, form, moment_input, section, small, tick_input, words_input
from bot.slack.modals import plain
from bot.slack.wave_card import people, shown_moment

GO, FORM = "wave_go", "wave_form"
NAME, LISTS, TEXT, PICTURE, WHEN, DRAFT = "name", "lists", "text", "picture", "when", "draft"

LONGEST_NAME = 100
LONGEST = 1_600

OPENED = "The form is open. Nobody is texted before you confirm it."


def wave_modal(metadata: str) -> Modal:
    """Take all that makes a wave."""
    draft = Option("Keep it as a draft", DRAFT, "Volt sends a draft only once it is scheduled there.")
    blocks = [
        words_input(NAME, "Name of the wave", longest=LONGEST_NAME),
        words_input(LISTS, "Lists", longest=1_000, is_long=True, hint="One per line, or with commas between them."),
        words_input(TEXT, "Text", longest=LONGEST, is_long=True),
        words_input(PICTURE, "Address of a picture", longest=1_000, hint="It begins with https://", is_optional=True),
        moment_input(WHEN, "When", hint="In your own time zone.", is_optional=True),
        tick_input(DRAFT, "Or", draft),
    ]
    return form(FORM, "New wave", blocks, submit="Next", metadata=metadata)


def review_modal(ask_id: str, plan: WavePlan, note: str = "") -> Modal:
    """Say how many people will be texted, and ask for the last word."""
    lists = ", ".join(f"*{inert.escape(name)}*" for name in plan.lists)
    blocks: list[Block] = [section(note)] if note else []
    blocks += [section(_what(plan)), section(f"Lists: {lists}"[:3_000]), inert.rich_text(plan.body)]
    if plan.picture:
        blocks.append(small(f"With a picture: {inert.escape(plan.picture)}"))
    blocks += [small(_size(plan)), buttons(_go(ask_id, plan))]
    title, close = plain("Draft of a wave" if plan.is_draft else "Text many people"), plain("Cancel")
    return {"type": "modal", "callback_id": "wave_review", "title": title, "close": close, "blocks": blocks}


def _what(plan: WavePlan) -> str:
    name, many = inert.escape(plan.name), people(plan.people, is_most=plan.is_most)
    if plan.is_draft:
        return (
            f"*Volt keeps “{name}” as a draft.* Nothing is sent until somebody schedules it in Volt. As the lists are "
            f"now it would text {many}."
        )
    overlap = " The lists may overlap; each person is counted once per list." if plan.is_most else ""
    return f"*“{name}” texts {many}* on {shown_moment(moment_of(plan.at))}.{overlap}"


def _size(plan: WavePlan) -> str:
    each = "1 segment" if plan.segments == 1 else f"{plan.segments} segments ({segments(plan.body).encoding})"
    most = "at most " if plan.is_most else ""
    return f"{each} per person, {most}{plan.people * plan.segments:,} in all"


def _go(ask_id: str, plan: WavePlan) -> Block:
    if plan.is_draft:
        return button(GO, "Keep the draft", ask_id, style="primary")
    many = people(plan.people, is_most=plan.is_most)
    confirm = {
        "title": plain(f"Text {many}?"[:100]),
        "text": plain("This cannot be undone from Slack. Until it is due it can be stopped in Volt."),
        "confirm": plain("Text them"),
        "deny": plain("Go back"),
    }
    return button(GO, f"Text {many}", ask_id, style="danger", confirm=confirm)


def done(plan: WavePlan, wave_id: str) -> str:
    """Say that Volt has it."""
    number = f" It is wave {wave_id} in Volt." if wave_id.isdigit() else ""
    if plan.is_draft:
        return f"Volt keeps this wave as a draft.{number} Nothing is sent until somebody schedules it in Volt."
    return f"Scheduled: {people(plan.people, is_most=plan.is_most)} on {shown_moment(moment_of(plan.at))}.{number}"
