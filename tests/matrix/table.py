"""Who may do what, as a table: people against everything that can be done. Each cell is a promise.

`DOORS` names every handler of the bot with the role it asks for; the test fails for a handler that is not here. Beside
them stand a reply, a mention of the bot, and App Home.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.ids import UserId
from bot.domain.roles import Members, Policy, Role

INSIDER, AGENT, MANY, MANAGER, APPOINTER = Role

IMPORT_FORMS = ("import_file", "import_columns", "import_words")

DOORS: Mapping[tuple[str, str], Role] = {
    ("command", "help"): INSIDER,
    **{
        ("command", word): AGENT
        for word in (
            *("send", "open", "contact", "history", "inbox", "schedule", "status", "me", "webhooks", "template"),
            *("tag", "search", "on", "off", "away", "workflows"),
        )
    },
    **{("command", word): MANY for word in ("list", "wave")},
    **{
        ("command", word): MANAGER
        for word in ("route", "mode", "connect", "hours", "goal", "assign", "figures", "reactions")
    },
    **{
        ("action", name): AGENT
        for name in (
            *("new_text", "new_text_to", "compose_to", "compose_line", "compose_preview"),
            *("contact_edit", "contact_consent", "contact_open", "visit_thread"),
            *("contact_history", "history_leaf_newer", "history_leaf_older", "inbox_leaf_newer", "inbox_leaf_older"),
            *("schedule_go", "schedule_cancel", "wave_refresh"),
            *("assign", "close", "reopen", "contact", "template", "schedule", "more", "mute", "unmute"),
            *("home_refresh", "home_search", "home_open", "home_assign", "template_pick"),
            *("send_again", "arrived", "stop_texts", "send_correction", "stop_sharing", "send_reaction"),
            *("send_text", "send_text_anyway", "send_text_now", "discard_text", "undo"),
            *("later", "take_up", "own_channel", "tags", "away_let_others", "figures_back"),
            *("duty_on", "duty_off"),
            *("search_run", "search_run_other", "search_save", "search_drop"),
            *("choose_template", "approved_template", "approved_pick", "approved_blank", "approved_other"),
        )
    },
    **{
        ("action", name): MANY
        for name in (
            *("list_edit", "list_add", "list_create", "wave_go", "wave_send", "wave_refuse"),
            *(
                "import_offered",
                "import_go",
                "import_stop",
                "import_text",
                "import_send",
                "import_second_send",
                "import_second_refuse",
            ),
        )
    },
    **{
        ("action", name): MANAGER
        for name in (
            *("contact_block", "contact_unblock", "webhook_register", "webhook_delete"),
            *("template_add", "template_edit", "template_edit_other", "template_delete"),
            *("route_add", "route_delete", "mode_change", "signature_change"),
            *("connect", "connect_token", "connect_number", "connect_change", "connect_retry", "connect_end"),
            *("connect_login", "connect_login_again", "connect_login_end"),
            *("home_unread", "home_unread_seen", "team_change", "figures", "figures_span", "figures_theme"),
            "figures_weekly",
            *("tag_rules", "tag_rule_add", "tag_rule_change", "tag_rule_remove"),
        )
    },
    ("action", "roles_change"): APPOINTER,
    **{
        ("submission", name): AGENT
        for name in (
            *("compose", "contact_form", "consent_form", "schedule_form", "schedule_confirm"),
            *("assign_form", "mode_form", "move_form", "template_reply", "approved_list", "approved_form"),
            *("tags_form", "later_form", "search_save_form"),
        )
    },
    **{("submission", name): MANY for name in ("list_query", "list_numbers", "wave_form", *IMPORT_FORMS)},
    **{
        ("submission", name): MANAGER
        for name in (
            *("template_form", "route_form", "channel_mode_form", "signature_form"),
            *("connect_form", "connect_token_form", "connect_number_form", "connect_account_form"),
            *("connect_login_form", "connect_login_again_form", "team_form", "tag_rule_form"),
            "weekly_form",
        )
    },
    ("submission", "roles_form"): APPOINTER,
    **{
        ("shortcut", name): AGENT
        for name in ("new_text", "send_as_text", "conversation", "reply_with_template", "stop_sharing")
    },
    ("shortcut", "new_wave"): MANY,
    ("menu", "compose_to"): AGENT,
    ("menu", "wave_lists"): MANY,
    ("menu", "team_group"): MANAGER,
    **{("menu", f"roles_{role}_groups"): APPOINTER for role in ("agent", "sender_to_many", "manager")},
}

BESIDE: Mapping[tuple[str, str], Role] = {
    ("reply", "in a thread"): AGENT,
    ("mention", "@volt"): AGENT,
    ("home", "App Home"): AGENT,
}

ALL = {**DOORS, **BESIDE}

MEMBER_ROLES = frozenset({INSIDER, AGENT})
EVERY_ROLE = frozenset(Role)

BEFORE = "U0CASE"
"""Whoever a row is about."""

_NAMED = Members(frozenset({UserId(BEFORE)}))
_OTHERS = Members(frozenset({UserId("U0AVA")}))


@dataclass(frozen=True)
class Case:
    """A row: what kind of person it is about, what the workspace has decided, and the roles that they have then.

    `refusal` begins the words for whatever they may not; a reply of theirs is `silent` where it is no person's.
    """

    title: str
    kind: str
    refusal: str
    roles: frozenset[Role] = frozenset()
    policy: Policy = field(default_factory=Policy)
    silent: bool = False


GUESTS, PARTNERS = Policy(allows_guests=True), Policy(partners=frozenset({"T0PARTNER"}))
_GUEST, _PARTNER, _APP, _ONLY = "Guests cannot", "People of another company", "Apps and workflows", "Only "

CASES = (
    Case("admin", "admin", "", EVERY_ROLE),
    Case("member", "member", _ONLY, MEMBER_ROLES),
    Case("guest", "guest", _GUEST),
    Case("single-channel guest", "single_channel_guest", _GUEST),
    Case("partner's member", "partner", _PARTNER),
    Case("deactivated", "deactivated", "This account is deactivated"),
    Case("bot", "bot", _APP, silent=True),
    Case("workflow", "workflow", _APP, silent=True),
    Case("guest, where guests may", "guest", _ONLY, MEMBER_ROLES, GUESTS),
    Case("partner's member, where guests may", "partner", _PARTNER, policy=GUESTS),
    Case("partner's member, where that partner may", "partner", _ONLY, MEMBER_ROLES, PARTNERS),
    Case("deactivated, where guests may", "deactivated", "This account is deactivated", policy=GUESTS),
    Case("member, where others are agents", "member", _ONLY, frozenset({INSIDER}), Policy({AGENT: _OTHERS})),
    Case("sender to many by name", "member", _ONLY, MEMBER_ROLES | {MANY}, Policy({MANY: _NAMED})),
    Case("manager by name", "member", "", EVERY_ROLE, Policy({MANAGER: _NAMED})),
    Case("manager by user group", "member", "", EVERY_ROLE, Policy({MANAGER: Members(groups=frozenset({"S0DESK"}))})),
    Case(
        "admin, where others are managers",
        "admin",
        _ONLY,
        MEMBER_ROLES | {APPOINTER},
        Policy({MANAGER: _OTHERS}),
    ),
)


def markdown() -> str:
    """Write the table: a row for each kind of person, a column for each role with what asks for it."""
    columns = [role for role in Role if role in ALL.values()]
    head = ["", *(_column(role) for role in columns)]
    rows = [[case.title, *("yes" if role in case.roles else "no" for role in columns)] for case in CASES]
    lines = [head, ["---"] * len(head), *rows]
    counted = f"{len(CASES)} kinds of people × {len(ALL)} things to do = {len(CASES) * len(ALL)} cells"
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return "\n\n".join([table, counted, *(_named(role) for role in columns)])


def _column(role: Role) -> str:
    return f"{role.value} ({sum(asked is role for asked in ALL.values())})"


def _named(role: Role) -> str:
    names = [f"{kind} `{name}`" for (kind, name), asked in ALL.items() if asked is role]
    return f"**{role.value}**: {', '.join(names)}"
