"""Template forms: to reply with one, and to add, change or delete one. Pure."""

from collections.abc import Sequence

from bot.domain.conversation import Conversation
from bot.domain.provider_profile import Measure
from bot.domain.segments import segments
from bot.domain.template import LONGEST_BODY, LONGEST_NAME, PLACES, Template, unknown_places
from bot.domain.text import is_blank
from bot.domain.thread_content import WindowFacts
from bot.slack.blocks import cards, modals
from bot.slack.blocks.kit import (
    MessageBody,
    button,
    button_row,
    confirm_dialog,
    context_block,
    context_plain,
    section_plain,
)
from bot.slack.blocks.modals import Modal, Option
from bot.slack.render.segment_count import segment_count_text
from bot.slack.render.window_words import window_words
from bot.slack.text import escaping

REPLY, PICK, WORDS = "template_reply", "template_pick", "template_words"
FORM, NAME, BODY, DELETE = "template_form", "template_name", "template_body", "template_delete"

NONE_YET = "There are no templates yet. Add one in the Home of this app, under Templates."
NOT_A_THREAD = "This message is not in a conversation's thread. Use it on a message of the thread you want to reply in."
GONE = "This template is gone: somebody deleted it."
NAME_TAKEN = "There is a template with this name already. Choose another name."


def none_yet() -> Modal:
    """Modal for a team without templates."""
    return modals.notice_modal(MessageBody(NONE_YET, []), title="Templates")


def reply_form(
    contact: str,
    templates: Sequence[Template],
    conversation: Conversation,
    *,
    picked: Template | None = None,
    words: str = "",
    measure: Measure = segments,
    window: WindowFacts | None = None,
) -> Modal:
    """Reply form: choose a template, see it filled in, change it, send it.

    The words' block id names the template, because Slack keeps the state of an input whose id stays.
    """
    options = [Option(cards.single_line(template.name, 75), str(template.id)) for template in templates]
    menu = modals.select_menu(options, initial=str(picked.id) if picked else "", placeholder="Choose one")
    blocks = [
        section_plain(f"To {contact}"),
        *([context_block(window_words(window))] if window is not None else ()),
        modals.input_block(PICK, "Template", menu, is_required=False) | {"dispatch_action": True},
    ]
    if picked:
        field = modals.text_input(initial=words, is_multiline=True)
        blocks += [
            modals.input_block(f"{WORDS} {picked.id}", "Text", field),
            context_plain(segment_count_text(words, measure)),
        ]
    return modals.form_modal(REPLY, "Reply with a template", "Send", blocks, metadata=str(conversation.id))


def edit_form(template: Template | None) -> Modal:
    """Form to add, change or delete a template."""
    name = modals.text_input(
        initial=template.name if template else "", max_chars=LONGEST_NAME, placeholder="Opening hours"
    )
    body = modals.text_input(initial=template.body if template else "", max_chars=LONGEST_BODY, is_multiline=True)
    blocks = [
        modals.input_block(NAME, "Name", name, hint="What your colleagues choose it by."),
        modals.input_block(BODY, "Text", body, hint=f"It can hold {places()}: they are filled in when it is used."),
    ]
    if template:
        confirm = confirm_dialog("Delete this template?", "Nobody can use it any more.", "Delete", is_grave=True)
        blocks += button_row(button("Delete this template", DELETE, str(template.id), confirm=confirm))
    title = "Change a template" if template else "Add a template"
    return modals.form_modal(FORM, title, "Save", blocks, metadata=str(template.id) if template else "")


def places() -> str:
    """Write the placeholders of a template."""
    *first, last = (f"{{{place}}}" for place in PLACES)
    return f"{', '.join(first)} and {last}"


def fault_of(body: str) -> str:
    """Write what is wrong with a template's words, or "" (what was typed is escaped)."""
    if is_blank(body):
        return "A template needs words."
    unknown = unknown_places(body)
    if not unknown:
        return ""
    listed = ", ".join(f"{{{escaping.escape(place)}}}" for place in unknown)
    are = "is no place that can be filled in" if len(unknown) == 1 else "are no places that can be filled in"
    return f"{listed} {are}. A template can hold {places()}."
