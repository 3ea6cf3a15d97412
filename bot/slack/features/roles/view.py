"""Roles form: for each role people and user groups, then guests and other companies. Pure."""

from collections.abc import Mapping

from bot.domain.roles import GIVEN, Policy, Role
from bot.slack.blocks.kit import Block, context_plain, plain
from bot.slack.blocks.modals import Modal, Option, checkboxes, form_modal, input_block, option_object, text_input

FORM = "roles_form"
GUESTS, GUESTS_MAY = "roles_guests", "guests_may"
PARTNERS = "roles_partners"

MAX_PEOPLE = 50
MAX_GROUPS = 10
MAX_PARTNERS_CHARS = 1_000

TITLE = "Who may do what"
ALWAYS = "Managers may do everything. Admins and owners of the workspace can always open this form."
NO_GROUPS = (
    "User groups cannot be chosen: the app lacks the permission usergroups:read. An admin has to install the app again."
)

_ABOUT = {
    Role.AGENT: (
        "Agents",
        "They text, see conversations and assign them. If you choose nobody: all members of this workspace.",
    ),
    Role.SENDER_TO_MANY: (
        "People who text many at once",
        "They use lists and waves. If you choose nobody: managers.",
    ),
    Role.MANAGER: (
        "Managers",
        (
            "They change routes, modes and templates, connect numbers and block contacts. "
            "If you choose nobody: admins and owners."
        ),
    ),
}


def people_block(role: Role) -> str:
    """Name the input for the people of a role."""
    return f"roles_{role.name.lower()}"


def groups_block(role: Role) -> str:
    """Name the input for the user groups of a role."""
    return f"roles_{role.name.lower()}_groups"


def roles_form(policy: Policy, groups: Mapping[str, str] | None) -> Modal:
    """Form for who may do what, as it is now. `groups` are user groups by id and name, None if not to be had."""
    blocks = [context_plain(ALWAYS)]
    for role in GIVEN:
        blocks += [_people(policy, role), *([] if groups is None else [_groups(policy, role, groups)])]
    blocks += [context_plain(NO_GROUPS)] if groups is None else []
    return form_modal(FORM, TITLE, "Save", [*blocks, _guests(policy), _partners(policy)], metadata=policy.version)


def _people(policy: Policy, role: Role) -> Block:
    label, hint = _ABOUT[role]
    chosen = sorted(policy.of(role).people)[:MAX_PEOPLE]
    element = {"type": "multi_users_select", "max_selected_items": MAX_PEOPLE, "placeholder": plain("Choose people")}
    element |= {"initial_users": chosen} if chosen else {}
    return input_block(people_block(role), label, element, hint=hint, is_required=False)


def _groups(policy: Policy, role: Role, groups: Mapping[str, str]) -> Block:
    label, _ = _ABOUT[role]
    chosen = [option_object(Option(groups.get(group, group), group)) for group in sorted(policy.of(role).groups)]
    element: Block = {
        "type": "multi_external_select",
        "min_query_length": 0,
        "max_selected_items": MAX_GROUPS,
        "placeholder": plain("Choose user groups"),
    }
    element |= {"initial_options": chosen[:MAX_GROUPS]} if chosen else {}
    return input_block(groups_block(role), f"{label}: user groups", element, is_required=False)


def _guests(policy: Policy) -> Block:
    option = Option("Guests may, too", GUESTS_MAY, "They then count as members of this workspace do.")
    element = checkboxes(option, are_ticked=policy.allows_guests)
    return input_block(GUESTS, "Guests", element, is_required=False)


def _partners(policy: Policy) -> Block:
    element = text_input(
        initial=" ".join(sorted(policy.partners)), max_chars=MAX_PARTNERS_CHARS, placeholder="T0123456789"
    )
    hint = (
        "Ids of workspaces whose people may use this in channels that you share with them. "
        "The id stands in the address of a workspace: app.slack.com/client/T…"
    )
    return input_block(PARTNERS, "Other companies", element, hint=hint, is_required=False)
