"""Blocks about searches that are kept: each with its button in Home, and what keeps or deletes one. Pure."""

from collections.abc import Sequence

from bot.domain.searches import MAX_SEARCH_NAME_CHARS, SavedSearch
from bot.slack.blocks import cards, modals
from bot.slack.blocks.kit import Block, button, button_row, confirm_dialog, section_plain
from bot.slack.blocks.modals import MAX_OPTION_CHARS, Modal, Option

RUN, RUN_OTHER, SAVE, DROP = "search_run", "search_run_other", "search_save", "search_drop"
SAVE_FORM, NAME, FOR_TEAM = "search_save_form", "search_name", "search_for_team"

KEPT = 3
"""Searches with a button of their own; the others stand in a menu."""

MAX_WORDS_CHARS = 100


def kept_searches(searches: Sequence[SavedSearch]) -> list[Block]:
    """Offer the searches that are kept: the first with a button each, the others in a menu."""
    rows = [section_plain(_label(one), button("Search", RUN, str(one.id))) for one in searches[:KEPT]]
    others = searches[KEPT:]
    if not others:
        return rows
    options = [Option(cards.single_line(one.name, MAX_OPTION_CHARS), str(one.id)) for one in others]
    menu = modals.select_menu(options, placeholder="Choose a search") | {"action_id": RUN_OTHER}
    return [*rows, section_plain(f"and {len(others):,} more searches", menu)]


def _label(search: SavedSearch) -> str:
    whose = "" if search.owner else " (for the team)"
    return f"{cards.single_line(search.name, 60)}{whose}\n{cards.single_line(search.query, MAX_WORDS_CHARS)}"


def keeping(query: str, kept: SavedSearch | None, *, may_drop: bool) -> list[Block]:
    """Offer to keep a search, or to delete the one that is kept."""
    if kept is None:
        return button_row(button("Save this search", SAVE, query))
    if not may_drop:
        return []
    confirm = confirm_dialog("Delete this search?", "Conversations stay as they are.", "Delete", is_grave=True)
    return button_row(button("Delete this search", DROP, str(kept.id), confirm=confirm))


def save_form(query: str, *, may_share: bool) -> Modal:
    """Form that keeps a search under a name; managers may keep it for the team."""
    name = modals.text_input(max_chars=MAX_SEARCH_NAME_CHARS, placeholder="Waiting VIPs")
    blocks = [section_plain(cards.single_line(query, 200)), modals.input_block(NAME, "Name", name)]
    if may_share:
        team = modals.checkboxes(Option("Everybody here sees it", FOR_TEAM))
        blocks.append(modals.input_block(FOR_TEAM, "For the team", team, is_required=False))
    return modals.form_modal(SAVE_FORM, "Save a search", "Save", blocks, metadata=query)
