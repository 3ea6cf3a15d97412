"""Forms for approved templates: the menu of them, and one with its blanks, its file and what a phone will show. Pure.

The chosen template stands in the metadata of its form, with a digest of what a phone will show of it: what is sent is
what was shown. One that is too long for that is read anew.
"""

import json
import mimetypes
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from hashlib import sha256

from bot.domain.approved_templates import MAX_PARAM_CHARS, filled
from bot.domain.errors import RowNotFound
from bot.domain.provider_profile import FileLimits
from bot.domain.provider_records import TemplateRecord
from bot.slack.blocks import cards, modals
from bot.slack.blocks.kit import Block, MessageBody, button, button_row, context_plain, has_words, plain, section_plain
from bot.slack.blocks.modals import Modal, Option

LIST, PICK = "approved_list", "approved_pick"
FORM, BLANK, FILE, OTHER = "approved_form", "approved_blank", "approved_file", "approved_other"

TITLE = "Send a template"
NONE_THERE = "There is no approved template yet. Somebody has to make one in {name}, and have it approved."
NO_CHOICE = "Choose a template first."
IN_OTHERS = "None is approved in the contact's language; these are in others."
EMPTY = "…"

CHANGED = "The template has changed, or the contact's language has. Look at what the phone will show now, then send it."

MAX_METADATA = 3_000
"""Limit of the metadata of a form."""

MAX_GROUP = 100
"""Limit of the options of a menu, and of a group of them."""

_ENDINGS = {"document": ("application", "text")}
"""How the media types of the files begin that are of a kind; those of others begin with its name."""


@dataclass(frozen=True)
class Chosen:
    """Chosen template, and the conversation that it is for, as the metadata of a form."""

    conversation_id: int
    template: TemplateRecord

    def to_metadata(self) -> str:
        """Write it, without the template where that is too long."""
        known = [self.conversation_id, self.template.id, digest_of(self.template)]
        whole = json.dumps([*known, astuple(self.template)], ensure_ascii=False)
        return whole if _fits(whole) else json.dumps([*known, None], ensure_ascii=False)

    @property
    def is_written_whole(self) -> bool:
        """Whether its metadata holds the template."""
        return read_metadata(self.to_metadata()).template is not None


@dataclass(frozen=True)
class Written:
    """Metadata of a form: which template it shows, and the digest of that; `template` is None for one too long."""

    conversation_id: int
    template_id: str
    digest: str
    template: TemplateRecord | None


def read_metadata(metadata: str) -> Written:
    """Read what Chosen wrote. Raises RowNotFound."""
    try:
        conversation_id, template_id, digest, fields = json.loads(metadata)
        template = TemplateRecord(*fields) if fields is not None else None
        return Written(int(conversation_id), str(template_id), str(digest), template)
    except (ValueError, TypeError):
        raise RowNotFound("not the metadata of this form") from None


def digest_of(template: TemplateRecord) -> str:
    """Digest what a phone shows of a template, and what is asked for it."""
    shown = (template.id, template.body, template.language, template.blanks, template.kind, template.footer)
    return sha256(repr(shown).encode(errors="replace")).hexdigest()[:16]


def _fits(metadata: str) -> bool:
    return len(metadata.encode("utf-16-le", errors="replace")) // 2 <= MAX_METADATA


def waiting(name: str) -> Modal:
    """Modal that is shown until the provider has answered."""
    return modals.notice_modal(MessageBody(f"Asking {name} for its templates…", []), title=TITLE)


def list_form(to: str, templates: Sequence[TemplateRecord], conversation_id: int, *, language: str, name: str) -> Modal:
    """Form to choose a template; a choice goes on by itself."""
    if not templates:
        return modals.notice_modal(MessageBody(NONE_THERE.format(name=name), []), title=TITLE)
    note = [context_plain(IN_OTHERS)] if language and templates[0].language != language else []
    menu = modals.input_block(PICK, "Template", _menu(templates)) | {"dispatch_action": True}
    blocks = [section_plain(f"To {to}"), menu, *note]
    return modals.form_modal(LIST, TITLE, "Next", blocks, metadata=str(conversation_id))


def _menu(templates: Sequence[TemplateRecord]) -> Block:
    options = [
        Option(cards.single_line(one.name, 75) or one.id, one.id, cards.single_line(one.body, 75)) for one in templates
    ]
    menu = modals.select_menu(options[:MAX_GROUP], placeholder="Choose one")
    if len(options) > MAX_GROUP:
        groups = [options[start : start + MAX_GROUP] for start in range(0, len(options), MAX_GROUP)]
        menu["option_groups"] = [
            {"label": plain(_span(group)), "options": list(map(modals.option_object, group))} for group in groups
        ]
        del menu["options"]
    return menu


def _span(group: Sequence[Option]) -> str:
    return f"{cards.single_line(group[0].text, 30)} – {cards.single_line(group[-1].text, 30)}"


def fill_form(
    to: str, chosen: Chosen, params: Sequence[str], limits: FileLimits | None, *, has_changed: bool = False
) -> Modal:
    """Form to fill in a template; it shows what a phone will show, and is made anew while somebody types.

    One that `has_changed` takes the place of a form that was submitted: it says so, and holds what was typed.
    """
    template = chosen.template
    blocks = [section_plain(CHANGED)] if has_changed else []
    blocks += [section_plain(f"To {to}: {cards.single_line(template.name, 100)}")]
    typed = dict(enumerate(params, start=1)) if has_changed else {}
    blocks += [_blank(chosen, number, typed.get(number, "")) for number in range(1, template.blanks + 1)]
    blocks += [_file(template, limits)] if template.kind and limits is not None else []
    blocks += [*_preview(template, params), *button_row(button("Another template", OTHER, "again"))]
    return modals.form_modal(FORM, TITLE, "Send", blocks, metadata=chosen.to_metadata())


def blank_block(template: TemplateRecord, number: int) -> str:
    """Name the block of a blank: Slack keeps the state of an input whose id stays, so it names the template."""
    return f"{BLANK} {template.id} {number}"


def _blank(chosen: Chosen, number: int, typed: str) -> Block:
    template, field = chosen.template, modals.text_input(initial=typed, max_chars=MAX_PARAM_CHARS)
    heard = "on_character_entered" if chosen.is_written_whole else "on_enter_pressed"  # the provider is asked each time
    field |= {"action_id": BLANK, "dispatch_action_config": {"trigger_actions_on": [heard]}}
    label = f"Blank {number}" if template.blanks > 1 else "Blank"
    return modals.input_block(blank_block(template, number), label, field) | {"dispatch_action": True}


def _file(template: TemplateRecord, limits: FileLimits) -> Block:
    endings = [ending for ending in limits.endings if is_of_kind(f"file.{ending}", "", template.kind)]
    element: Block = {"type": "file_input", "filetypes": endings or list(limits.endings), "max_files": 1}
    label = "Picture" if template.kind == "image" else template.kind.capitalize()
    hint = "Leave it empty to send the one that was approved with the template." if template.media else ""
    block_id = f"{FILE} {template.id}"
    return modals.input_block(block_id, label, element, is_required=not template.media, hint=hint)


def is_of_kind(name: str, media_type: str, kind: str) -> bool:
    """Tell whether a file is of the kind that a template needs, by its media type or, without one, by its name."""
    known = media_type or mimetypes.guess_type(name)[0] or ""
    return known.partition("/")[0] in _ENDINGS.get(kind, (kind,))


def _preview(template: TemplateRecord, params: Sequence[str]) -> list[Block]:
    words = filled(template.body, params, empty=EMPTY)
    footer = [context_plain(cards.truncated(template.footer, 300))] if has_words(template.footer) else []
    return [
        {"type": "divider"},
        context_plain("The phone will show:"),
        section_plain(cards.truncated(words, 2_900)),
        *footer,
    ]
