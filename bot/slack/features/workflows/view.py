"""Words of workflow steps and of `/volt workflows`. Pure.

Those of steps are plain text: Slackbot shows them to whoever looks after the workflow.
"""

from bot.domain.roles import Reason
from bot.domain.steps import LONGEST_WAIT_H

MAX_TEXT_CHARS = 3_000

NO_PERSON = "The step names nobody who answers for it. Choose a person under On behalf of."
NOT_LENT = (
    "The person under On behalf of does not allow workflows to act in their name. They can allow it with "
    "/volt workflows on."
)
NO_NUMBER = "The step has no number. Fill in To."
NO_TEXT = "The step has no text that a phone can show. Fill in Text."
TOO_LONG = f"The text is too long. It may have {MAX_TEXT_CHARS:,} characters."
IS_NOTE = "The text begins with //, so it is a note for colleagues and was not sent."
BAD_WAIT = f"Wait for the answer is a number of hours from 1 to {LONGEST_WAIT_H}, or empty."
NO_LIST_NAMED = "The step names no list. Fill in List."
NO_ASSIGNEE = "The step names nobody to assign the conversation to. Choose a person under Assign to."
NO_CONVERSATION = "There is no conversation with this number yet, so there is nothing to assign."
NOT_A_CONTACT = "{name} does not know this contact, so nobody was put on the list. Save them first with /volt contact."
NOT_ON_LIST = "The provider did not say whether the contact is on the list now. Look there before you try again."
UNKNOWN_STEP = "This version of the bot does not know this step. An admin has to apply the app's manifest again."

_MAY_NOT = {
    Reason.GUEST: "The person under On behalf of is a guest, and guests may not text from here.",
    Reason.PARTNER: "The person under On behalf of is of another company and may not text from here.",
    Reason.DEACTIVATED: "The account of the person under On behalf of is deactivated in Slack.",
    Reason.APP: "The one under On behalf of is an app. Choose a person.",
    Reason.UNKNOWN: "Slack does not know the person under On behalf of.",
    Reason.NO_ROLE: (
        "The person under On behalf of may not do this here. A manager can allow it in the Home of this app."
    ),
}

IS_ON = (
    "Workflows may text in your name now. Everybody who may change workflows in this workspace can put you into a "
    "step, and its texts bear your name. `/volt workflows off` ends that at once."
)
IS_OFF = "Workflows may not text in your name any more. Steps that name you fail from now on."
STANDS_ON = "Workflows may text in your name. `/volt workflows off` ends that."
STANDS_OFF = "Workflows may not text in your name. `/volt workflows on` allows it."


def may_not(reason: Reason) -> str:
    """Write why the person that a step names may not do what it asks for."""
    return _MAY_NOT[reason]
