"""Approved templates in Glific's answers, and the input that sends one. Pure.

Refuses (MalformedPayload) a template without an id or a body.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.approved_templates import blanks_in
from bot.domain.errors import MalformedPayload
from bot.domain.provider_records import TemplateRecord
from bot.providers.glific.wire.json_fields import read_address, read_json, read_number
from bot.providers.glific.wire.text_variables import break_variables
from bot.providers.json_values import read_id, read_object, read_text

_TEXT_KINDS = ("TEXT", "HSM", "")


@dataclass(frozen=True)
class GlificTemplate:
    """Template as Glific has it. `kind` is that of the file it needs, "" for none; `media` an address Glific knows.

    `translations` are the bodies that are approved in other languages, by the id of the language.
    """

    id: str
    name: str
    body: str
    blanks: int
    language: str
    kind: str = ""
    media: str = ""
    footer: str = ""
    translations: Mapping[str, str] = field(default_factory=dict)

    def as_record(self, language_id: str = "", language: str = "") -> TemplateRecord:
        """Return it as a contact with this language would get it: in the translation that is approved, if there is."""
        translation = self.translations.get(language_id)
        body = translation or self.body
        return TemplateRecord(
            id=self.id,
            name=self.name,
            body=body,
            language=language if translation else self.language,
            blanks=max(self.blanks, blanks_in(body)),  # Glific may not have counted them
            kind=self.kind.lower(),
            media=self.media,
            footer=self.footer,
        )


def template_input(template_id: str, kind: str, params: Sequence[str]) -> dict[str, Any]:
    """Return what is sent of a template with its blanks filled in, but for the contact and the file."""
    filled = [break_variables(value) for value in params]
    return {"type": kind or "TEXT", "isHsm": True, "templateId": int(template_id), "params": filled}


def template_from_wire(value: object) -> GlificTemplate:
    """Read a template. Raises MalformedPayload."""
    shape = read_object(value)
    own_id, body, kind = read_id(shape.get("id")), read_text(shape.get("body")), read_text(shape.get("type"))
    if not own_id.isdecimal() or not body:
        raise MalformedPayload("a template without an id or a body")
    return GlificTemplate(
        id=own_id,
        name=read_text(shape.get("label")) or read_text(shape.get("shortcode")),
        body=body,
        blanks=read_number(shape.get("numberParameters")) or 0,
        language=read_text(read_object(shape.get("language")).get("locale")),
        kind="" if kind in _TEXT_KINDS else kind,
        media=read_address(read_object(shape.get("messageMedia")).get("url")),
        footer=read_text(shape.get("footer")),
        translations=dict(_translations(read_json(shape.get("translations")))),
    )


def _translations(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    shapes = ((language, read_object(shape)) for language, shape in found.items())
    return [
        (language, read_text(shape.get("body")))
        for language, shape in shapes
        if read_text(shape.get("status")) == "APPROVED" and read_text(shape.get("body"))
    ]
