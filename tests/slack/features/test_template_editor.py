"""Templates in App Home: added, changed and deleted by managers."""

from __future__ import annotations

from tests.harness.handlers import Handlers
from tests.harness.windows import fill, is_open, window, words
from tests.harness.world import AVA, BEN
from tests.slack.features.test_home import home, press


async def test_templates_are_kept(handlers: Handlers) -> None:
    """A template is added, refused where it cannot be, changed and deleted, by managers; the Home shows each change."""
    handlers.slack.users[BEN].is_admin = True
    await home(handlers)
    await press(handlers, "template_add")
    assert window(handlers)["title"]["text"] == "Add a template"
    refused = await fill(handlers, template_name="Hours", template_body="Hi {nmae}, we are open")
    words_of = refused.body["errors"]
    assert words_of == {
        "template_body": "{nmae} is no place that can be filled in. "
        "A template can hold {name}, {first_name} and {agent}."
    }
    assert (await fill(handlers, template_body=" ")).body["errors"] == {"template_body": "A template needs words."}
    assert (await fill(handlers, template_name=" ")).body["errors"] == {"template_name": "A template needs a name."}
    await fill(handlers, template_name="Hours", template_body="Hi {name}, we are open till five.")
    assert not is_open(handlers)
    assert "Hours\nHi {name}, we are open till five." in words(handlers.slack.homes[AVA])
    await press(handlers, "template_add")
    taken = await fill(handlers, template_name="HOURS", template_body="Hello")
    assert taken.body["errors"] == {"template_name": "There is a template with this name already. Choose another name."}
    await handlers.slack.close_view(AVA, window(handlers)["id"])
    await press(handlers, "template_edit")
    await fill(handlers, template_name="Opening hours", template_body="Till six.")
    assert "Opening hours\nTill six." in words(handlers.slack.homes[AVA])
    await home(handlers, BEN)
    await press(handlers, "template_edit", BEN)
    await handlers.slack.press_in_view(BEN, window(handlers, BEN)["id"], "template_delete")
    assert words(window(handlers, BEN)) == "The template is deleted."
    assert "No templates yet." in words(handlers.slack.homes[BEN])
    await press(handlers, "template_edit")
    await handlers.slack.until(lambda: is_open(handlers))
    assert words(window(handlers)) == "This template is gone: somebody deleted it."


async def test_many_templates_are_all_in_reach(handlers: Handlers) -> None:
    """Templates that the Home has no room for are chosen from a menu, and changed like the others."""
    await home(handlers)
    for number in range(10):
        await press(handlers, "template_add")
        await fill(handlers, template_name=f"Reply {number}", template_body="Hello")
    assert "and 5 more" in words(handlers.slack.homes[AVA])
    await press(handlers, "template_edit_other", value="10")
    await fill(handlers, template_body="Changed")
    assert not is_open(handlers)
