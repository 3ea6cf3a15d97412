"""Consent of a contact: the form that asks how it was given, and what comes of it. For lines that keep consents.

Nobody but the contact undoes an opt-out. What was written as a proof stands in the audit trail; longer numbers in it
are masked, as everywhere there.
"""

import re

from bot.bridge.conversations.contacts import record_consent
from bot.bridge.conversations.queries import find_conversation
from bot.domain.provider_records import ContactRecord
from bot.domain.text import tidy
from bot.slack.blocks import modals
from bot.slack.blocks.kit import Block, MessageBody, button, section, section_plain
from bot.slack.blocks.modals import Modal
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.capabilities import consents_of
from bot.slack.features.kit.contact_ref import ContactRef, read_contact_ref
from bot.slack.features.kit.provider_calls import change_at_provider, record_change
from bot.slack.handling import ShowView, SubmissionResult

CONSENT, FORM, PROOF = "contact_consent", "consent_form", "consent_proof"

MAX_PROOF_CHARS = 200

HINT = "It stays in the audit trail. Such as: signed the form at the counter on 3 May."
NO_PROOF = "Write how they agreed."
AGAIN = "You may safely do it again."

_LONG_NUMBER = re.compile(r"\d{3,}(?=\d{4})")


def consent_button(ref: ContactRef, card: ContactRecord | None) -> Block | None:
    """Button to note a consent; None where there is one, where it was withdrawn, and for who is blocked."""
    is_known = card is not None and card.consent is not None and (card.consent.given_at or card.consent.is_withdrawn)
    return None if is_known or (card is not None and card.is_blocked) else button("Note consent", CONSENT, str(ref))


async def open_form(context: Context, interaction: Interaction) -> None:
    """Act on Note consent."""
    ref = read_contact_ref(interaction.value)
    consents_of(context, ref.account)
    await context.open_over(interaction, _form(ref, context.renderer.number(ref.contact)))


def _form(ref: ContactRef, number: str) -> Modal:
    words = f"{number} has agreed to be written to. Only note what the person has really said."
    element = modals.text_input(max_chars=MAX_PROOF_CHARS, is_multiline=True)
    blocks = [section_plain(words), modals.input_block(PROOF, "How did they agree?", element, hint=HINT)]
    return modals.form_modal(FORM, "Note consent", "Note it", blocks, metadata=str(ref))


async def submit(context: Context, interaction: Interaction) -> SubmissionResult:
    """Note the consent at the provider, and its proof in the audit trail. Raises UserError or CallFailed."""
    ref, proof = read_contact_ref(interaction.metadata), tidy(interaction.form.text(PROOF))[:MAX_PROOF_CHARS]
    if not any(map(str.isalpha, proof)):
        raise UserError(NO_PROOF, block=PROOF)
    by, consents = context.lines.profile(ref.account), consents_of(context, ref.account)
    conversation = await context.units.run(find_conversation, ref.account, ref.contact)
    name = conversation.name if conversation is not None else ""
    await change_at_provider(by, consents.note_consent(ref.account, ref.contact, name), AGAIN)
    noted = _LONG_NUMBER.sub("…", proof)
    writing = context.units.run(
        record_consent, interaction.user, (ref.account, ref.contact), noted, channel=context.channel
    )
    await record_change(by, writing)
    done = f"Noted: {context.renderer.number(ref.contact)} has agreed to be written to."
    return ShowView(modals.notice_modal(MessageBody(done, [section(done)]), title="Note consent"))
