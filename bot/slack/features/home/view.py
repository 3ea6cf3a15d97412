"""App Home view: the worklist, a search, the team's templates, and for admins routes, modes and health. Pure.

Stays under Slack's 100 blocks: each section is cut, with a line that counts the rest.
Limits: https://docs.slack.dev/surfaces/app-home
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.phone import E164
from bot.domain.text import counted
from bot.domain.timestamps import Micros, from_micros
from bot.domain.worklist import UNREAD_COUNTED, Decision, Health, SearchHit, TeamSettings, Worklist, WorklistRow
from bot.slack.blocks import cards, modals
from bot.slack.blocks.kit import (
    AGO,
    Block,
    bold,
    button,
    buttons,
    context_block,
    context_plain,
    date,
    date_element,
    paragraph,
    section_plain,
    text_element,
)
from bot.slack.blocks.modals import Modal, Option
from bot.slack.features.home.admin_blocks import team_blocks
from bot.slack.features.home.rows import LONGEST_WORDS, row_of, said_in
from bot.slack.features.kit.action_ids import NEW_TEXT, NEW_TEXT_TO, TEMPLATE_ADD, TEMPLATE_EDIT, TEMPLATE_PICK
from bot.slack.features.kit.contact_ref import ContactLabels
from bot.slack.features.kit.texts import NO_CONVERSATION, NO_WORDS
from bot.slack.render.approval_texts import why

REFRESH, SEARCH, ASSIGN = "home_refresh", "home_search", "home_assign"

NEEDS_A_DECISION = "Needs a decision"

ROWS = 6
"""Limit of conversations in each section."""
DECISIONS = 4
FOUND = 5
"""Limit of contacts, and of texts, in a search's results."""
TEMPLATES = 8
NONE_FREE = "Every conversation that needs a reply has somebody."
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Found:
    """Results of a search, and its words. `number` is a typed one without a conversation."""

    words: str
    contacts: Sequence[Conversation]
    hits: Sequence[SearchHit]
    number: E164 | None = None


@dataclass(frozen=True)
class HomeData:
    """Content of a Home. `health` is None for a person who is no admin."""

    worklist: Worklist
    team: TeamSettings
    found: Found | None
    health: Health | None
    now: datetime


def home(facts: HomeData, ways: ContactLabels) -> Modal:
    """Build the App Home."""
    blocks = [
        *buttons(
            button("New text", NEW_TEXT, "home"),
            button("Refresh", REFRESH, "home"),
        ),
        *_search(facts.found, ways),
        *_decisions(facts.worklist, ways),
        *_mine(facts.worklist, ways),
        *_free(facts.worklist, ways),
        *_templates(facts.team),
        *(team_blocks(facts.team, facts.health, facts.now, ways.number) if facts.health else ()),
    ]
    return {"type": "home", "blocks": blocks}


def _search(found: Found | None, ways: ContactLabels) -> list[Block]:
    element = modals.typed(longest=LONGEST_SEARCH, sample="A name, a number, or words of a text, then Enter")
    element |= {"dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}}
    field = modals.question(SEARCH, "Search names, numbers and texts", element, is_needed=False)
    field |= {"dispatch_action": True}
    return [field, *(_found(found, ways) if found else ())]


def _found(found: Found, ways: ContactLabels) -> list[Block]:
    words = cards.line_of(found.words, 60)
    if not found.contacts and not found.hits and not found.number:
        return [section_plain(f'Nothing found for "{words}". Try fewer words, or the last digits of a number.')]
    contacts = [block for one in found.contacts[:FOUND] for block in row_of(one, ways)]
    hits = [
        block
        for hit in found.hits[:FOUND]
        for block in row_of(hit.conversation, ways, said_in(hit.preview, found.words))
    ]
    more = len(found.contacts) > FOUND or len(found.hits) > FOUND
    return [
        context_plain(f'Found for "{words}"'),
        *(_new_number(found.number, ways) if found.number else ()),
        *contacts,
        *hits,
        *([context_plain("There is more. Search for more words to see it.")] if more else []),
    ]


def _new_number(number: E164, ways: ContactLabels) -> list[Block]:
    who = [bold(ways.number(number)), text_element(f"\n{NO_CONVERSATION}")]
    return [paragraph(who), *buttons(button("New text", NEW_TEXT_TO, f"number {number}"))]


# --- what only a person can decide


def _decisions(context: Worklist, ways: ContactLabels) -> list[Block]:
    if not context.decision_count:
        return []
    rows = [block for one in context.decisions[:DECISIONS] for block in _decision(one, ways)]
    heading = cards.header_block(f"{NEEDS_A_DECISION} ({context.decision_count:,})")
    return [heading, *rows, *and_more(context.decision_count - DECISIONS)]


def _decision(one: Decision, ways: ContactLabels) -> list[Block]:
    row, *actions = row_of(one.conversation, ways, cards.line_of(one.text.text, LONGEST_WORDS) or NO_WORDS)
    facts = [f"<@{one.author}>"] if one.author else []
    return [row, context_block(" · ".join([*facts, _why(one), ago(one.text.at)])), *actions]


def _why(one: Decision) -> str:
    if not one.is_draft:
        return "We could not find out whether this text went out."
    return f"Not sent yet. {why(one.approval_reasons)}".strip()


def decisions_counted(count: int) -> str:
    """Count the texts that wait for a decision, in words."""
    return f"{counted(count, 'text needs', 'texts need')} a decision."


# --- who waits


def _mine(context: Worklist, ways: ContactLabels) -> list[Block]:
    if not context.mine_count:
        said = "Nobody waits for you. Conversations that are assigned to you show here once the contact writes."
        return [cards.header_block("Yours"), section_plain(said)]
    rows = [block for row in context.mine[:ROWS] for block in _waiting(row, ways)]
    return [cards.header_block(f"Yours ({context.mine_count:,})"), *rows, *and_more(context.mine_count - ROWS)]


def _free(context: Worklist, ways: ContactLabels) -> list[Block]:
    if not context.free_count:
        return [cards.header_block("Unassigned"), section_plain(NONE_FREE)]
    rows = [block for row in context.free[:ROWS] for block in _waiting(row, ways, is_free=True)]
    return [cards.header_block(f"Unassigned ({context.free_count:,})"), *rows, *and_more(context.free_count - ROWS)]


def _waiting(row: WorklistRow, ways: ContactLabels, *, is_free: bool = False) -> list[Block]:
    takes = button("Assign to me", ASSIGN, str(row.conversation.id)) if is_free else None
    return row_of(
        row.conversation, ways, said_in(row.last) if row.last else "No text yet", *_unanswered(row), takes=takes
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


def _templates(team: TeamSettings) -> list[Block]:
    add = buttons(button("Add a template", TEMPLATE_ADD, "home"))
    if not team.templates:
        said = "No templates yet. A template is a reply that everybody can use, such as your opening hours."
        return [cards.header_block("Templates"), section_plain(said), *add]
    rows = [
        section_plain(
            f"{cards.line_of(one.name, 60)}\n{cards.line_of(one.body, LONGEST_WORDS)}",
            button("Edit", TEMPLATE_EDIT, str(one.id)),
        )
        for one in team.templates[:TEMPLATES]
    ]
    return [cards.header_block(f"Templates ({len(team.templates):,})"), *rows, *_other_templates(team), *add]


def _other_templates(team: TeamSettings) -> list[Block]:
    others = team.templates[TEMPLATES:]
    if not others:
        return []
    options = [Option(cards.line_of(one.name, 75), str(one.id)) for one in others[:100]]
    menu = modals.menu(options, sample="Edit another") | {"action_id": TEMPLATE_PICK}
    return [section_plain(f"and {len(others):,} more", menu)]
