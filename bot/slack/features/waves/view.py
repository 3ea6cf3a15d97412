"""Wave form and its review. Pure."""

from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.domain.text import counted
from bot.domain.timestamps import from_micros
from bot.domain.waves import WavePlan, is_own_id
from bot.ports.capabilities import WaveLimits
from bot.slack.blocks.kit import (
    LONG_DATE,
    Block,
    button,
    button_row,
    confirm_dialog,
    context_block,
    date,
    plain,
    section,
    section_plain,
)
from bot.slack.blocks.modals import Modal, Option, checkboxes, datetime_picker, form_modal, input_block, text_input
from bot.slack.features.kit import list_menu
from bot.slack.render.segment_count import parts_counted
from bot.slack.render.wave_card import people_counted
from bot.slack.text import escaping

GO, FORM = "wave_go", "wave_form"
NAME, LISTS, TEXT, PICTURE, WHEN, DRAFT = "name", "wave_lists", "text", "picture", "when", "draft"

ANY_WAVE = WaveLimits()
"""Limits where a provider has none of its own."""

MAX_NAME_CHARS = 100
LISTS_A_BLOCK = 10

LISTS_HINT = "The menu shows lists that were used here. Type the whole name of any other."

OPENED = "The form is open. Nobody is texted before you confirm it."


def wave_modal(metadata: str, by: ProviderProfile, limits: WaveLimits = ANY_WAVE) -> Modal:
    """Form for a wave, with what its provider can do."""
    hint = LISTS_HINT if limits.may_wait else ""
    label, most = ("Lists", limits.lists) if limits.lists > 1 else ("List", 1)
    picture = text_input(max_chars=1_000)
    blocks = [
        input_block(NAME, "Name of the wave", text_input(max_chars=MAX_NAME_CHARS)),
        input_block(LISTS, label, list_menu.menu(most), hint=hint),
        input_block(TEXT, "Text", text_input(max_chars=by.limits.longest_text, is_multiline=True)),
        input_block(PICTURE, "Address of a picture", picture, hint="It begins with https://", is_required=False),
        *(_waiting_inputs(by) if limits.may_wait else []),
    ]
    return form_modal(FORM, "New wave", "Next", blocks, metadata=metadata)


def _waiting_inputs(by: ProviderProfile) -> list[Block]:
    draft = Option("Keep it as a draft", DRAFT, f"{by.capital_name} sends a draft only once it is scheduled there.")
    hint = "In your own time zone. A draft needs it too, and waits all the same."
    return [
        input_block(WHEN, "When", datetime_picker(), hint=hint),
        input_block(DRAFT, "Draft", checkboxes(draft), is_required=False),
    ]


def review_modal(confirmation_id: str, plan: WavePlan, note: str = "", by: ProviderProfile = UNKNOWN_PROVIDER) -> Modal:
    """Review of a wave: the number of recipients, and the last confirmation."""
    blocks: list[Block] = [section(note)] if note else []
    blocks += [section(_what(plan, by)), *_of(plan), escaping.rich_text(plan.body)]
    if plan.picture:
        blocks.append(context_block(f"With a picture: {escaping.escape(plan.picture)}"))
    blocks += [context_block(_size(plan)), *button_row(_go(confirmation_id, plan, by))]
    title, close = plain("Draft of a wave" if plan.is_draft else "Text many people"), plain("Cancel")
    return {"type": "modal", "callback_id": "wave_review", "title": title, "close": close, "blocks": blocks}


def _of(plan: WavePlan) -> list[Block]:
    """Write the names of a wave and all of its lists, uncut and in plain text: people chose these names."""
    name, *more = (", ".join(plan.lists[at : at + LISTS_A_BLOCK]) for at in range(0, len(plan.lists), LISTS_A_BLOCK))
    return [section_plain(f"Name: {plan.name}\nLists: {name}"), *(section_plain(one) for one in more)]


def _what(plan: WavePlan, by: ProviderProfile) -> str:
    many = people_counted(plan.people, is_most=plan.is_most)
    if plan.is_draft:
        return (
            f"*{by.capital_name} keeps this as a draft.* Nothing is sent until somebody schedules it in {by.name}. "
            f"As the lists are now it would text {many}."
        )
    overlap = " The lists may overlap; each person is counted once per list." if plan.is_most else ""
    if plan.is_now:
        return f"*This texts {many}* as soon as you confirm it, within minutes.{overlap}{_left_out(plan, by)}"
    return f"*This texts {many}* on {date(from_micros(plan.at), LONG_DATE)}.{overlap}"


def _left_out(plan: WavePlan, by: ProviderProfile) -> str:
    """Write who of the lists gets nothing."""
    if not plan.left_out:
        return ""
    others = counted(plan.left_out, "other person on the list gets", "others on the list get")
    return f" {others} nothing: free text goes by {by.line} only to those who wrote within the last 24 hours."


def _size(plan: WavePlan) -> str:
    if not plan.segments:
        return "One text per person"
    each = parts_counted(plan.segments)
    most = "at most " if plan.is_most else ""
    return f"{each} per person, {most}{plan.people * plan.segments:,} in all"


def _go(confirmation_id: str, plan: WavePlan, by: ProviderProfile) -> Block:
    if plan.is_draft:
        return button("Keep the draft", GO, confirmation_id, style="primary")
    many = people_counted(plan.people, is_most=plan.is_most)
    stop = "It leaves at once." if plan.is_now else f"Until it is due it can be stopped in {by.name}."
    words = f"This cannot be undone from Slack. {stop}"
    confirm = confirm_dialog(f"Text {many}?", words, "Text them", no="Go back")
    return button(f"Text {many}", GO, confirmation_id, style="danger", confirm=confirm)


def done(plan: WavePlan, wave_id: str, by: ProviderProfile) -> str:
    """Write that the provider has the wave."""
    number = "" if is_own_id(wave_id) else f" It is wave {wave_id} in {by.name}."
    if plan.is_draft:
        keeps = f"{by.capital_name} keeps this wave as a draft.{number}"
        return f"{keeps} Nothing is sent until somebody schedules it in {by.name}."
    recipients = people_counted(plan.people, is_most=plan.is_most)
    if plan.is_now:
        return f"On its way to {recipients}.{number}"
    return f"Scheduled: {recipients} on {date(from_micros(plan.at), LONG_DATE)}.{number}"
