"""Form for who gets conversations: by answering, or by turn among those on duty. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.errors import RowNotFound
from bot.domain.team import Distribution, TeamRules
from bot.slack.blocks.kit import Block, context_plain, plain, section_plain
from bot.slack.blocks.modals import Modal, Option, checkboxes, form_modal, input_block, option_object, radio_buttons

FORM = "team_form"
ON_REPLY, ON_REPLY_YES = "team_on_reply", "on_reply"
HOW = "team_distribution"
GROUP = "team_group"

TITLE = "Who gets conversations"
CHANGED = (
    "Somebody else has saved this while your form was open, so nothing of yours was saved. This is how it stands now."
)
NO_GROUPS = (
    "User groups cannot be chosen: the app lacks the permission usergroups:read. An admin has to install the app again."
)

_WAYS = {
    Distribution.OFF: ("Nobody by itself", "People take what they want."),
    Distribution.ROUND_ROBIN: ("Those on duty, in turn", "Everybody gets as many as the others."),
    Distribution.LEAST_BUSY: ("Who is least busy of those on duty", "Whoever has the fewest open conversations."),
}


@dataclass(frozen=True)
class FormState:
    """What the form showed at first, and how often it was shown anew because others had changed that."""

    rules: TeamRules
    turn: int = 0

    def to_metadata(self) -> str:
        """Write it as metadata of the form."""
        rules = self.rules
        return json.dumps([rules.assigns_on_reply, rules.distribution.value, rules.group, self.turn])

    def block(self, name: str) -> str:
        """Name a block: Slack keeps what was chosen in an input whose id stays, and the form shows what counts now."""
        return f"{name} {self.turn}" if self.turn else name


def read_state(metadata: str) -> FormState:
    """Read what FormState wrote. Raises RowNotFound for anything else."""
    try:
        assigns_on_reply, distribution, group, turn = json.loads(metadata)
        return FormState(TeamRules(bool(assigns_on_reply), Distribution(distribution), str(group)), int(turn))
    except (ValueError, TypeError, RecursionError):
        raise RowNotFound("not the metadata of this form") from None


def team_form(state: FormState, groups: Mapping[str, str] | None) -> Modal:
    """Form for who gets conversations, as it is now. `groups` are user groups by id and name, None if not to be had."""
    rules = state.rules
    on_reply = Option("Whoever answers a conversation that nobody has gets it", ON_REPLY_YES)
    options = [Option(words, way.value, about) for way, (words, about) in _WAYS.items()]
    ways = radio_buttons(options, initial=rules.distribution.value)
    ticked = checkboxes(on_reply, are_ticked=rules.assigns_on_reply)
    blocks = [
        *([section_plain(CHANGED)] if state.turn else ()),
        input_block(state.block(ON_REPLY), "By answering", ticked, is_required=False),
        input_block(state.block(HOW), "When a contact writes and nobody has the conversation, it goes to", ways),
        context_plain(NO_GROUPS) if groups is None else _group(state, groups),
    ]
    return form_modal(FORM, TITLE, "Save", blocks, metadata=state.to_metadata())


def _group(state: FormState, groups: Mapping[str, str]) -> Block:
    rules = state.rules
    element: Block = {
        "type": "external_select",
        "action_id": GROUP,
        "min_query_length": 0,
        "placeholder": plain("Choose a user group"),
    }
    if rules.group:
        element["initial_option"] = option_object(Option(groups.get(rules.group, rules.group), rules.group))
    hint = "Besides, whoever writes /volt on is on duty, and whoever writes /volt off is not."
    return input_block(state.block(GROUP), "User group on duty", element, hint=hint, is_required=False)
