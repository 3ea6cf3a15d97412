"""The forms, and App Home."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Mode
from bot.domain.provider_records import CustomField, ListRecord, TemplateRecord
from bot.domain.routing import Route
from bot.domain.tags import RuleKind, TagRule
from bot.domain.team import Colleague, Distribution, OpenForm, Presence, TeamRules
from bot.domain.template import Template
from bot.domain.timestamps import Micros, to_micros
from bot.domain.waves import WavePlan
from bot.domain.worklist import Decision, Health, SearchHit, TeamSettings, TextPreview, Worklist, WorklistRow
from bot.parsing.week_hours import read_hours
from bot.providers.glific.profile import FILES
from bot.providers.glific.profile import PROFILE as WHATSAPP
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.blocks.modals import Option
from bot.slack.features.approved_templates import view as approved_view
from bot.slack.features.approved_templates.view import Chosen
from bot.slack.features.compose import view as composing_view
from bot.slack.features.compose.view import Draft, Preview
from bot.slack.features.contacts.form import contact_form, waiting_form
from bot.slack.features.home import view as home_view
from bot.slack.features.home.search_blocks import save_form
from bot.slack.features.home.view import Found, HomeData
from bot.slack.features.kit.contact_ref import ContactLabels
from bot.slack.features.kit.writing import form_to_write
from bot.slack.features.lists import view as list_views
from bot.slack.features.lists.view import ListRef
from bot.slack.features.on_duty.form import FormState, team_form
from bot.slack.features.schedule import view as schedule_views
from bot.slack.features.settings.mode_form import channel_mode_form
from bot.slack.features.tags.rules_view import rule_form, rules_modal
from bot.slack.features.templates import view as template_view
from bot.slack.features.threads import assign
from bot.slack.features.threads.later import later_form
from bot.slack.features.threads.mode_form import thread_mode_form
from bot.slack.features.threads.tags import tags_form
from bot.slack.features.waves import view as wave_views
from tests.harness.connected import OFFERED, VOLT, VOLT_LISTS
from tests.harness.world import ACCOUNT, AVA, BEN, DANA
from tests.harness.world import CHANNEL as SUPPORT
from tests.words.cards import CARD
from tests.words.people import AT, LATER, LINK, MOMENT, SALES, TALK, VIEWS, WHO, Example
from tests.words.reading import lines_of_window

TEMPLATE = Template(1, "Opening hours", "Hello {name}, we are open from 9 to 5.")
TAG_RULES = (
    TagRule(1, "refund", RuleKind.KEYWORD, "money back"),
    TagRule(2, "support", RuleKind.NUMBER, ACCOUNT),
    TagRule(3, "night", RuleKind.HOURS, read_hours("mon-fri 18:00-8:00 Europe/Berlin")),
)
HELD = replace(TALK, is_opted_out=True, is_blocked=True)
OUR_LINES = (
    Option("(555) 555-0123", "+15555550123", "SMS by Volt"),
    Option("WhatsApp ((555) 555-0188)", "glific:+15555550188", "WhatsApp by Glific"),
)


def forms() -> list[Example]:
    """Show every form."""
    plan = WavePlan("Winter sale", "20% off", to_micros(LATER), ("VIP", "Friends"), 240, 2, is_most=True)
    draft = replace(plan, is_draft=True, is_most=False, people=1, segments=1, picture="https://media.example/a.png")
    to = composing_view.to_contact(TALK, "Dana Whitfield · (555) 555-0145")
    said = composing_view.read_source('["C0SUPPORT", "1.000001", "2.000001", "U0AVA"]')
    lines = (
        TextPreview("Where is my order?", is_inbound=True, at=MOMENT),
        TextPreview("", is_inbound=False, at=MOMENT),
    )
    notes = (composing_view.left_behind(1), composing_view.left_behind(2), composing_view.NOT_WHOLE)
    asked = schedule_views.asking(
        "Dana Whitfield (555) 555-0145", "Tuesday, 1 December at 9:00", "Ready", at=LATER, ahead="in 10 days"
    )
    twice = replace(CARD, name="D" * 300, fields=(CustomField("a:b", "1"), CustomField("c:d", "1")))
    renderer = {
        "New text": composing_view.compose_form(Draft(), OFFERED),
        "New text, with a preview": composing_view.compose_form(
            Draft(to, "Hello"), OFFERED, Preview("Hello", 2, lines, composing_view.warnings_of(HELD), linked=1)
        ),
        "New text, where there are several numbers": composing_view.compose_form(
            Draft(), replace(OFFERED, lines=OUR_LINES), Preview("Hello", 0, (), (), OUR_LINES[1].text)
        ),
        "New text, with a preview of nothing": composing_view.compose_form(Draft(), OFFERED, Preview("", 0, (), ())),
        "Send as text": composing_view.compose_form(Draft(to, "Hello", said, notes), OFFERED),
        "Contact": contact_form(WHO, CARD, VIEWS.number, VOLT),
        "Contact, too long for the form": contact_form(WHO, twice, VIEWS.number, VOLT),
        "Contact, being read": waiting_form(WHO, "Dana Whitfield", VIEWS.number, VOLT),
        "Reply with a template": template_view.reply_form(
            "Dana Whitfield", [TEMPLATE], TALK, picked=TEMPLATE, words="Hello Dana"
        ),
        "Reply with a template, while a colleague writes": form_to_write(
            template_view.reply_form("Dana Whitfield", [TEMPLATE], TALK), [OpenForm(BEN, to_micros(AT), to_micros(AT))]
        ),
        "Reply with a template, none yet": template_view.none_yet(),
        **approved_templates(),
        "Add a template": template_view.edit_form(None),
        "Change a template": template_view.edit_form(TEMPLATE),
        "Schedule a text": schedule_views.schedule_modal("Dana Whitfield (555) 555-0145", "", 1_600),
        "Schedule a text, the question": schedule_views.question_modal("0", asked),
        "New list": list_views.query_modal(None, ListRef(ACCOUNT, "VIP"), VOLT_LISTS),
        "Edit list": list_views.query_modal(ListRecord("1", "VIP", 1, "", "", ()), ListRef(ACCOUNT, "VIP"), VOLT_LISTS),
        "Add contacts": list_views.numbers_modal(ListRef(ACCOUNT, "VIP")),
        "New wave": wave_views.wave_modal("{}", VOLT),
        "New wave, the question": wave_views.review_modal("0", plan, by=VOLT),
        "New wave, the question about a draft": wave_views.review_modal("0", draft, by=VOLT),
        "Assign": assign.assign_form(TALK.id, AVA),
        "Who gets conversations": team_form(FormState(TeamRules()), {}),
        "Who gets conversations, without groups": team_form(
            FormState(TeamRules(distribution=Distribution.LEAST_BUSY)), None
        ),
        "Who gets conversations, changed meanwhile": team_form(FormState(TeamRules(), 1), {}),
        "Snooze": later_form(TALK.id, AT, ZoneInfo("UTC"), Micros(0), waits=True),
        "Remind me": later_form(TALK.id, AT, ZoneInfo("UTC"), Micros(0), waits=False),
        "Tags": tags_form(TALK.id, ["vip"], ["refund", "vip"]),
        "Tag rules": rules_modal(TAG_RULES, VIEWS.number),
        "Add a rule": rule_form(None, VIEWS.number),
        "Change a rule": rule_form(TAG_RULES[0], VIEWS.number),
        "Save a search": save_form("refund tag:vip", may_share=True),
        "What is texted, of a thread": thread_mode_form(TALK.id, None),
        "What is texted, of a channel": channel_mode_form(SUPPORT),
        "an answer in a window": modals.notice_modal(MessageBody(template_view.GONE, [])),
    }
    return [(name, list(dict.fromkeys(lines_of_window(view)))) for name, view in renderer.items()]


def approved_templates() -> dict[str, modals.Modal]:
    """Show the forms for approved templates."""
    order = TemplateRecord("32", "Order update", "Dear {{1}}, your order {{2}} is ready.", "en", 2, kind="image")
    chosen, to = Chosen(TALK.id, order), "Dana Whitfield · (555) 555-0145"
    listed = {"language": "en", "name": WHATSAPP.name}
    return {
        "Approved template, being read": approved_view.waiting(WHATSAPP.name),
        "Approved template": approved_view.list_form(to, [order], TALK.id, **listed),
        "Approved template, in another language": approved_view.list_form(
            to, [order], TALK.id, language="hi", name=WHATSAPP.name
        ),
        "Approved template, none yet": approved_view.list_form(to, [], TALK.id, **listed),
        "Approved template, its blanks": approved_view.fill_form(to, chosen, ("Dana",), FILES),
        "Approved template, changed meanwhile": approved_view.fill_form(to, chosen, ("Dana",), FILES, has_changed=True),
    }


def homes() -> list[Example]:
    """Show App Home: of somebody new, then what others see that was not shown before."""
    nothing = HomeData(Worklist((), 0, (), 0, (), 0), TeamSettings((), (), (), ""), None, None, AT, provider=VOLT.name)
    heard, ours = (
        TextPreview("Where is my order?", is_inbound=True, at=MOMENT),
        TextPreview("", is_inbound=False, at=MOMENT),
    )
    rows = [
        WorklistRow(TALK, heard, 1, MOMENT),
        WorklistRow(HELD, ours, 0, None),
        WorklistRow(TALK, None, 3, MOMENT),
        WorklistRow(TALK, heard, 100, MOMENT),
    ]
    asked = [
        Decision(TALK, ours, AVA, (ApprovalReason.NIGHT,), is_draft=True),
        Decision(TALK, ours, AVA, (ApprovalReason.NIGHT,), is_draft=True, is_by_workflow=True),
        Decision(TALK, ours, None, (), is_draft=True),
        Decision(TALK, heard, AVA, (), is_draft=False),
    ]
    desk = Worklist(tuple(rows), 9, tuple(rows[:1]), 9, tuple(asked), 9)
    routes = (Route("keyword", "order", SALES), *(Route("number", str(ACCOUNT), SALES) for _ in range(7)))
    modes = ((SUPPORT, Mode.CONFIRM), *((SALES, Mode.ALERTS) for _ in range(7)))
    templates = tuple(replace(TEMPLATE, id=number) for number in range(1, 11))
    late, young = Health(MOMENT, None, 2, Micros(MOMENT - 90_000_000)), Health(MOMENT, MOMENT, 1, MOMENT)
    found = Found("order", [TALK] * 6, [SearchHit(TALK, heard)], DANA)
    facts = {
        "nothing to do": nothing,
        "nothing found": replace(nothing, found=Found("xyzzy", [], [])),
        "work to do, a search": replace(nothing, worklist=desk, team=TeamSettings(templates, (), (), ""), found=found),
        "on duty": replace(nothing, presence=Presence(Colleague(AVA, marked=True), 1, is_shared_out=True)),
        "off duty": replace(nothing, presence=Presence(Colleague(AVA), 1, is_shared_out=True)),
        "away": replace(
            nothing, presence=Presence(Colleague(AVA, away_until=to_micros(LATER)), 1, is_shared_out=False)
        ),
        "an admin's, at the beginning": replace(nothing, health=Health(None, None, 0, None)),
        "an admin's": replace(nothing, team=TeamSettings((), routes, modes, "– {agent}"), health=late),
        "an admin's, with a call under way": replace(nothing, health=young),
    }
    renderer = {name: home_view.home(one, ContactLabels(VIEWS.number, lambda _: LINK)) for name, one in facts.items()}
    known = set[str]()
    shown = list[Example]()
    for name, view in renderer.items():
        lines = [line for line in dict.fromkeys(lines_of_window(view)) if line not in known]
        shown.append((name, lines))
        known.update(lines)
    return shown
