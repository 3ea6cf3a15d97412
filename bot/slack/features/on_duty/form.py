"""Form for who gets conversations: by answering, or by turn among those on duty. Pure."""

from collections.abc import Mapping

from bot.domain.team import Distribution, TeamRules
from bot.slack.blocks.kit import Block, context_plain, plain
from bot.slack.blocks.modals import Modal, Option, checkboxes, form_modal, input_block, option_object, radio_buttons

FORM = "team_form"
ON_REPLY, ON_REPLY_YES = "team_on_reply", "on_reply"
HOW = "team_distribution"
GROUP = "team_group"

TITLE = "Who gets conversations"
NO_GROUPS = (
    "User groups cannot be chosen: the app lacks the permission usergroups:read. An admin has to install the app again."
)

_WAYS = {
    Distribution.OFF: ("Nobody by itself", "People take what they want."),
    Distribution.ROUND_ROBIN: ("Those on duty, in turn", "Everybody gets as many as the others."),
    Distribution.LEAST_BUSY: ("Who is least busy of those on duty", "Whoever has the fewest open conversations."),
}


def team_form(rules: TeamRules, groups: Mapping[str, str] | None) -> Modal:
    """Form for who gets conversations, as it is now. `groups` are user groups by id and name, None if not to be had."""
    on_reply = Option("Whoever answers a conversation that nobody has gets it", ON_REPLY_YES)
    options = [Option(words, way.value, about) for way, (words, about) in _WAYS.items()]
    ways = radio_buttons(options, initial=rules.distribution.value)
    blocks = [
        input_block(
            ON_REPLY, "By answering", checkboxes(on_reply, are_ticked=rules.assigns_on_reply), is_required=False
        ),
        input_block(HOW, "When a contact writes and nobody has the conversation, it goes to", ways),
        context_plain(NO_GROUPS) if groups is None else _group(rules, groups),
    ]
    return form_modal(FORM, TITLE, "Save", blocks, metadata=rules.group)


def _group(rules: TeamRules, groups: Mapping[str, str]) -> Block:
    element: Block = {
        "type": "external_select",
        "min_query_length": 0,
        "placeholder": plain("Choose a user group"),
    }
    if rules.group:
        element["initial_option"] = option_object(Option(groups.get(rules.group, rules.group), rules.group))
    hint = "Besides, whoever writes /volt on is on duty, and whoever writes /volt off is not."
    return input_block(GROUP, "User group on duty", element, hint=hint, is_required=False)
