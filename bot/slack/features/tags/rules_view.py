"""Window of the tag rules: the list, and the form for one. Pure.

Stays under Slack's 100 blocks for as many rules as there may be.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.hours import WeeklyHours
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.tags import MAX_TAG_CHARS, MOST_RULES, RuleKind, TagRule
from bot.parsing.week_hours import MAX_CHARS
from bot.slack.blocks import modals
from bot.slack.blocks.cards import WriteNumber
from bot.slack.blocks.kit import Block, MessageBody, button, button_row, confirm_dialog, context_plain, section
from bot.slack.blocks.modals import Modal, Option
from bot.slack.features.tags import view
from bot.slack.render.hours_words import hours_text

ADD, CHANGE, REMOVE, FORM = "tag_rule_add", "tag_rule_change", "tag_rule_remove", "tag_rule_form"
ALL = (ADD, CHANGE, REMOVE, FORM)
TAG, KIND, SUBJECT = "tag_rule_tag", "tag_rule_kind", "tag_rule_subject"

TITLE = "Tag rules"
ABOUT = "When a text of a contact fits a rule, its tag is put on the conversation."
HINT = (
    "Words such as money back; or one of our numbers; or days and hours such as Mon-Fri 18:00-8:00, "
    "in your time zone unless you write another one."
)

_KINDS = {
    RuleKind.KEYWORD: "with these words",
    RuleKind.NUMBER: "to this number of ours",
    RuleKind.HOURS: "in these hours",
}


@dataclass(frozen=True)
class SeenRule:
    """A rule as a form showed it: which one, and the digest of what it was then."""

    id: int
    version: str

    def written(self) -> str:
        """Write it as a form carries it."""
        return f"{self.id} {self.version}"


def seen_in(carried: str) -> SeenRule | None:
    """Read which rule a form was opened for; None for a new one."""
    found = re.fullmatch(r"([0-9]{1,18}) ([0-9a-f]+)", carried)
    return SeenRule(int(found[1]), found[2]) if found else None


def rules_modal(rules: Sequence[TagRule], number: WriteNumber) -> Modal:
    """Window that lists the rules, each with its button."""
    rows = [
        section(f"*{rule.tag}* when a text comes {view.rule_words(rule.kind, rule.subject, number)}", _change(rule))
        for rule in rules
    ]
    is_full = len(rules) >= MOST_RULES
    last = (
        [context_plain(f"There can be {MOST_RULES} rules.")]
        if is_full
        else button_row(button("Add a rule", ADD, "new"))
    )
    listed = [section(ABOUT), *(rows or [section(view.NO_RULES)]), *last]
    return modals.notice_modal(MessageBody(ABOUT, listed), title=TITLE)


def _change(rule: TagRule) -> Block:
    return button("Change", CHANGE, str(rule.id))


def rule_form(rule: TagRule | None, number: WriteNumber) -> Modal:
    """Form for a rule, as it is now or new."""
    tag = modals.text_input(initial=rule.tag if rule else "", max_chars=MAX_TAG_CHARS, placeholder="refund")
    kinds = [Option(words, kind.value) for kind, words in _KINDS.items()]
    kind = modals.radio_buttons(kinds, initial=(rule.kind if rule else RuleKind.KEYWORD).value)
    shown = typed_subject(rule, number) if rule else ""
    subject = modals.text_input(initial=shown, max_chars=max(MAX_CHARS, len(shown)), placeholder="money back")
    blocks = [
        modals.input_block(TAG, "Tag", tag),
        modals.input_block(KIND, "It is put on when a text comes", kind),
        modals.input_block(SUBJECT, "Words, number or hours", subject, hint=HINT),
    ]
    if rule is None:
        return modals.form_modal(FORM, "Add a rule", "Add", blocks)
    seen = SeenRule(rule.id, rule.version).written()
    confirm = confirm_dialog("Remove this rule?", "Tags that it has put stay.", "Remove", is_grave=True)
    blocks += button_row(button("Remove this rule", REMOVE, seen, confirm=confirm))
    return modals.form_modal(FORM, "Change a rule", "Save", blocks, metadata=seen)


def typed_subject(rule: TagRule, number: WriteNumber) -> str:
    """Write what a rule looks at as it could be typed."""
    if isinstance(rule.subject, WeeklyHours):
        return hours_text(rule.subject)
    return number(number_of(E164(rule.subject))) if rule.kind is RuleKind.NUMBER else rule.subject
