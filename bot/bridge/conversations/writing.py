"""Writing: who has a form open in which they write to a contact, so that another who opens one is told.

Units of work. Slack does not always say that a form was closed, so each counts for a short time only, and for longer
where something is done in it. Nothing is posted about it, and nobody is kept from writing.
"""

from dataclasses import replace

from bot.domain.ids import ConversationId, UserId
from bot.domain.phone import E164
from bot.domain.team import OpenForm
from bot.domain.timestamps import add_seconds
from bot.ports.storage import Transaction

COUNTS_FOR_S = 600.0
"""Time for which a form counts in which nothing is done."""

SAVED_AGAIN_S = 60.0
"""Time after which what is done in a form is noted again: a form may tell of each character."""


def begin_form(
    tx: Transaction, conversation_id: ConversationId, user: UserId, view_id: str = ""
) -> tuple[OpenForm, ...]:
    """Note that somebody opens a form, or does something in the one of this id; returns the forms of others."""
    until = add_seconds(tx.now, COUNTS_FOR_S)
    forms = tx.team.open_forms(conversation_id)
    own = next((form for form in forms if form.user == user), None)
    is_same = own is not None and bool(view_id) and own.view_id == view_id
    if own is None or not is_same:
        tx.team.drop_old_forms(until)
        if view_id:
            tx.team.drop_form(user, view_id)  # it was for another contact before
        tx.team.save_form(conversation_id, OpenForm(user, tx.now, until, view_id))
    elif add_seconds(own.until, SAVED_AGAIN_S) <= until:
        tx.team.save_form(conversation_id, replace(own, until=until))
    return tuple(form for form in forms if form.user != user)


def begin_form_to(
    tx: Transaction, account: E164, contact: E164, user: UserId
) -> tuple[ConversationId | None, tuple[OpenForm, ...]]:
    """Note the same by number; returns the conversation too, None where there is none yet."""
    conversation = tx.conversations.find(account, contact)
    if conversation is None:
        return None, ()
    return conversation.id, begin_form(tx, conversation.id, user)


def name_form(tx: Transaction, conversation_id: ConversationId, user: UserId, view_id: str) -> None:
    """Note Slack's id of the form that somebody has just opened."""
    forms = tx.team.open_forms(conversation_id)
    own = next((form for form in forms if form.user == user), None)
    if own is not None:
        tx.team.save_form(conversation_id, replace(own, view_id=view_id))


def end_form(tx: Transaction, user: UserId, view_id: str) -> None:
    """Note that a form was sent, or closed, or with no id that it could not be opened; another one stays."""
    tx.team.drop_form(user, view_id)


def others_writing(tx: Transaction, conversation_id: ConversationId, user: UserId) -> tuple[OpenForm, ...]:
    """List the forms of others."""
    return tuple(form for form in tx.team.open_forms(conversation_id) if form.user != user)
