"""App Home view: the worklist, a search, the team's templates, and for managers routes, modes and health. Pure.

Stays under Slack's 100 blocks: each section is cut, with a line that counts the rest.
Limits: https://docs.slack.dev/surfaces/app-home
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.phone import E164
from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.domain.searches import SavedSearch
from bot.domain.team import Presence
from bot.domain.text import counted
from bot.domain.timestamps import Micros, from_micros, to_micros
from bot.domain.webhook_trust import WebhookTrust
from bot.domain.worklist import UNREAD_COUNTED, Decision, Health, SearchHit, TeamSettings, Worklist, WorklistRow
from bot.slack.blocks import cards, modals
from bot.slack.blocks.kit import (
    AGO,
    Block,
    bold,
    button,
    button_row,
    context_block,
    context_plain,
    date,
    date_element,
    paragraph,
    section,
    section_plain,
    text_element,
)
from bot.slack.blocks.modals import Modal, Option
from bot.slack.features.home import search_blocks
from bot.slack.features.home.admin_blocks import team_blocks
from bot.slack.features.home.connection_blocks import ConnectionsShown, connection_blocks, first_blocks
from bot.slack.features.home.duty_blocks import duty_blocks
from bot.slack.features.home.rows import MAX_WORDS_CHARS, found_line, row_of
from bot.slack.features.home.unread_blocks import unread_notice
from bot.slack.features.kit.action_ids import (
    FIGURES,
    NEW_TEXT,
    NEW_TEXT_TO,
    ROLES_CHANGE,
    TEMPLATE_ADD,
    TEMPLATE_EDIT,
    TEMPLATE_PICK,
)
from bot.slack.features.kit.contact_ref import ContactLabels
from bot.slack.features.kit.texts import NO_CONVERSATION, NO_WORDS
from bot.slack.render.approval_texts import reasons_text

REFRESH, SEARCH, ASSIGN = "home_refresh", "home_search", "home_assign"

NEEDS_A_DECISION = "Needs a decision"

MAX_ROWS = 6
"""Limit of conversations in each section."""
DECISIONS = 4
MAX_FOUND = 5
"""Limit of contacts, and of texts, in a search's results."""
TEMPLATES = 5
NONE_FREE = "Every conversation that needs a reply has somebody."
MAX_SEARCH_CHARS = 200


@dataclass(frozen=True)
class Found:
    """Results of a search as it was typed. `number` is a typed one without a conversation.

    `sought` are its words alone. `fault` says, in plain text, why it cannot be read. `kept` is the same one among those
    that are kept; `may_drop` tells whether this person may delete it.
    """

    words: str
    contacts: Sequence[Conversation] = ()
    hits: Sequence[SearchHit] = ()
    number: E164 | None = None
    sought: str = ""
    fault: str = ""
    kept: SavedSearch | None = None
    may_drop: bool = False


@dataclass(frozen=True)
class HomeData:
    """Content of a Home. `health` is None for a person who is no manager; `may_appoint`: they say who may do what.

    `warning` is what managers should know about the channel and the provider. `provider` is its name. `unread` counts
    the answers that could not be read, for managers. `presence` is the person's own.
    """

    worklist: Worklist
    team: TeamSettings
    found: Found | None
    health: Health | None
    now: datetime
    connections: ConnectionsShown = field(default_factory=ConnectionsShown)
    may_appoint: bool = False
    warning: str = ""
    provider: str = UNKNOWN_PROVIDER.name
    unread: int = 0
    searches: Sequence[SavedSearch] = ()
    presence: Presence | None = None


def closed_home(why: str, *, may_appoint: bool) -> Modal:
    """Build the Home of a person who may not see more: one sentence, and the way out for who decides about it."""
    return {"type": "home", "blocks": [section(why), *(_appointing() if may_appoint else ())]}


def _appointing() -> list[Block]:
    return button_row(button("Who may do what", ROLES_CHANGE, "home"))


def home(facts: HomeData, labels: ContactLabels) -> Modal:
    """Build the App Home."""
    blocks = [
        *first_blocks(facts.connections),
        *button_row(
            button("New text", NEW_TEXT, "home"),
            button("Refresh", REFRESH, "home"),
            *([button("Figures", FIGURES, "home")] if facts.health is not None else ()),
        ),
        *duty_blocks(facts.presence, to_micros(facts.now)),
        *_search(facts.found, labels),
        *search_blocks.kept_searches(facts.searches),
        *_decisions(facts.worklist, labels),
        *_mine(facts.worklist, labels),
        *_free(facts.worklist, labels),
        *_templates(facts.team, may_change=facts.health is not None),
        *(_admin(facts, facts.health, labels) if facts.health else ()),
        *(_appointing() if facts.may_appoint else ()),
    ]
    return {"type": "home", "blocks": blocks}


def trust_warnings(trust: WebhookTrust, by: ProviderProfile) -> list[str]:
    """Write what weakens the proof that texts come from the provider, in mrkdwn, a line each."""
    lines = []
    if trust.two_keys_until is not None:
        lines.append(
            f"*{by.capital_name} signs its texts with a new key.* If {by.name} did not announce that, ask whoever runs "
            "this bot to look at it: `volt-bot doctor` says how. "
            f"The old key counts until {date(trust.two_keys_until)}."
        )
    if trust.unverified_until is not None:
        lines.append(
            f"*Texts are shown here without proof that {by.name} sent them*, until {date(trust.unverified_until)}. "
            f"Whoever runs this bot can end that at once: {by.verify_setting}=enforce."
        )
    return lines


def _admin(facts: HomeData, health: Health, labels: ContactLabels) -> list[Block]:
    return [
        *([section(facts.warning)] if facts.warning else ()),
        *unread_notice(facts.unread),
        *connection_blocks(facts.connections, labels.number),
        *team_blocks(facts.team, health, facts.now, labels.number, facts.provider),
    ]


def _search(found: Found | None, labels: ContactLabels) -> list[Block]:
    element = modals.text_input(
        max_chars=MAX_SEARCH_CHARS, placeholder="A name, a number, or words of a text, then Enter"
    )
    element |= {"dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}}
    field = modals.input_block(SEARCH, "Search names, numbers and texts", element, is_required=False)
    field |= {"dispatch_action": True}
    return [field, *(found_blocks(found, labels) if found else ())]


def found_blocks(found: Found, labels: ContactLabels) -> list[Block]:
    """Build the results of a search."""
    if found.fault:
        return [section_plain(found.fault)]
    words = cards.single_line(found.words, 60)
    keeping = search_blocks.keeping(found.words, found.kept, may_drop=found.may_drop)
    if not found.contacts and not found.hits and not found.number:
        nothing = f'Nothing found for "{words}". Try fewer words, or the last digits of a number.'
        return [section_plain(nothing), *keeping]
    contacts = [block for one in found.contacts[:MAX_FOUND] for block in row_of(one, labels)]
    hits = [
        block
        for hit in found.hits[:MAX_FOUND]
        for block in row_of(hit.conversation, labels, found_line(hit.preview, found.sought))
    ]
    more = len(found.contacts) > MAX_FOUND or len(found.hits) > MAX_FOUND
    return [
        context_plain(f'Found for "{words}"'),
        *(_new_number(found.number, labels) if found.number else ()),
        *contacts,
        *hits,
        *([context_plain("There is more. Search for more words to see it.")] if more else []),
        *keeping,
    ]


def _new_number(number: E164, labels: ContactLabels) -> list[Block]:
    elements = [bold(labels.number(number)), text_element(f"\n{NO_CONVERSATION}")]
    return [paragraph(elements), *button_row(button("New text", NEW_TEXT_TO, f"number {number}"))]


# --- decisions


def _decisions(context: Worklist, labels: ContactLabels) -> list[Block]:
    if not context.decision_count:
        return []
    rows = [block for one in context.decisions[:DECISIONS] for block in _decision(one, labels)]
    heading = cards.header_block(f"{NEEDS_A_DECISION} ({context.decision_count:,})")
    return [heading, *rows, *and_more(context.decision_count - DECISIONS)]


def _decision(decision: Decision, labels: ContactLabels) -> list[Block]:
    row, *actions = row_of(
        decision.conversation, labels, cards.single_line(decision.text.text, MAX_WORDS_CHARS) or NO_WORDS
    )
    whose = f"A workflow, for <@{decision.author}>" if decision.is_by_workflow else f"<@{decision.author}>"
    facts = [whose] if decision.author else []
    return [row, context_block(" · ".join([*facts, _why(decision, labels), ago(decision.text.at)])), *actions]


def _why(decision: Decision, labels: ContactLabels) -> str:
    if not decision.is_draft:
        return "We could not find out whether this text went out."
    by = labels.by(decision.conversation.account)
    return f"Not sent yet. {reasons_text(decision.approval_reasons, by=by)}".strip()


def decisions_counted(count: int) -> str:
    """Count the texts that wait for a decision, in words."""
    return f"{counted(count, 'text needs', 'texts need')} a decision."


# --- the worklist


def _mine(context: Worklist, labels: ContactLabels) -> list[Block]:
    if not context.mine_count:
        text = "Nobody waits for you. Conversations that are assigned to you show here once the contact writes."
        return [cards.header_block("Yours"), section_plain(text)]
    rows = [block for row in context.mine[:MAX_ROWS] for block in _waiting(row, labels)]
    return [cards.header_block(f"Yours ({context.mine_count:,})"), *rows, *and_more(context.mine_count - MAX_ROWS)]


def _free(context: Worklist, labels: ContactLabels) -> list[Block]:
    if not context.free_count:
        return [cards.header_block("Unassigned"), section_plain(NONE_FREE)]
    rows = [block for row in context.free[:MAX_ROWS] for block in _waiting(row, labels, is_free=True)]
    return [cards.header_block(f"Unassigned ({context.free_count:,})"), *rows, *and_more(context.free_count - MAX_ROWS)]


def _waiting(row: WorklistRow, labels: ContactLabels, *, is_free: bool = False) -> list[Block]:
    takes = button("Assign to me", ASSIGN, str(row.conversation.id)) if is_free else None
    return row_of(
        row.conversation, labels, found_line(row.last) if row.last else "No text yet", *_unanswered(row), takes=takes
    )


def _unanswered(row: WorklistRow) -> list[Block]:
    """Write how many conversations wait for a reply, and since when."""
    if not row.unread or row.since is None:
        return []
    if row.unread == 1:
        return [text_element("\n1 unanswered text, "), date_element(from_micros(row.since), AGO)]
    count = f"{UNREAD_COUNTED} or more" if row.unread >= UNREAD_COUNTED else str(row.unread)
    return [text_element(f"\n{count} unanswered texts, the first "), date_element(from_micros(row.since), AGO)]


def ago(moment: Micros) -> str:
    """Write in mrkdwn how long ago something was, as the reader's own Slack words it."""
    return date(from_micros(moment), AGO)


def and_more(count: int) -> list[Block]:
    """Line that counts the rows left out; none if all are shown."""
    return [context_plain(f"and {count:,} more")] if count > 0 else []


# --- templates


def _templates(team: TeamSettings, *, may_change: bool) -> list[Block]:
    add = button_row(button("Add a template", TEMPLATE_ADD, "home")) if may_change else []
    if not team.templates:
        text = "No templates yet. A template is a reply that everybody can use, such as your opening hours."
        return [cards.header_block("Templates"), section_plain(text), *add]
    rows = [
        section_plain(
            f"{cards.single_line(one.name, 60)}\n{cards.single_line(one.body, MAX_WORDS_CHARS)}",
            button("Edit", TEMPLATE_EDIT, str(one.id)) if may_change else None,
        )
        for one in team.templates[:TEMPLATES]
    ]
    heading = cards.header_block(f"Templates ({len(team.templates):,})")
    return [heading, *rows, *_other_templates(team, may_change=may_change), *add]


def _other_templates(team: TeamSettings, *, may_change: bool) -> list[Block]:
    others = team.templates[TEMPLATES:]
    if not others:
        return []
    if not may_change:
        return [context_plain(f"and {len(others):,} more")]
    options = [Option(cards.single_line(one.name, 75), str(one.id)) for one in others[:100]]
    menu = modals.select_menu(options, placeholder="Edit another") | {"action_id": TEMPLATE_PICK}
    return [section_plain(f"and {len(others):,} more", menu)]
