"""A small app that opens windows, as a program of its own: what the demo shows of windows does not hang on the bot.

Run with HOST, PORT, SLACK_API_URL and SLACK_BOT_TOKEN in the environment. It refuses nothing and checks no signature.
"""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web

Json = dict[str, Any]


def plain(text: str) -> Json:
    """Return a text object."""
    return {"type": "plain_text", "text": text}


def option(text: str) -> Json:
    """Return an option whose value is its text."""
    return {"text": plain(text), "value": text}


def asks(block_id: str, element: Json) -> Json:
    """Return an input block whose element has the block's id."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id.capitalize()),
        "optional": block_id != "name",
        "element": element | {"action_id": block_id},
    }


def button(value: str) -> Json:
    """Return a row with a button; all of them have the same action_id."""
    accessory = {"type": "button", "action_id": "row", "text": plain("Take"), "value": value}
    return {"type": "section", "text": plain(f"Row {value}"), "accessory": accessory}


def modal(title: str, *more: Json) -> Json:
    """Return a form."""
    blocks = [
        asks("name", {"type": "plain_text_input"}),
        asks("who", {"type": "external_select", "min_query_length": 2}),
        asks("pictures", {"type": "file_input", "filetypes": ["png"]}),
        button("one"),
        button("two"),
        *more,
    ]
    return {"type": "modal", "title": plain(title), "submit": plain("Save"), "close": plain("Cancel"), "blocks": blocks}


async def call(method: str, arguments: Json) -> None:
    """Call the Web API."""
    headers = {"Authorization": f"Bearer {os.environ['SLACK_BOT_TOKEN']}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        await session.post(f"{os.environ['SLACK_API_URL']}{method}", json=arguments)


async def on_interaction(payload: Json) -> Json:
    """Answer an interaction."""
    kind, ticket = payload["type"], payload.get("trigger_id")
    if kind in ("shortcut", "message_action"):
        await call("views.open", {"trigger_id": ticket, "view": modal(payload["callback_id"])})
    if kind == "block_suggestion":
        return {"options": [option(f"{payload['value']} and more")]}
    if kind == "block_actions" and payload["view"]["type"] == "modal":
        pressed = payload["actions"][0]["value"]
        typed = payload["view"]["state"]["values"]["name"]["name"]["value"]
        said = {"type": "section", "text": plain(f"pressed {pressed}, typed {typed}")}
        await call("views.update", {"view_id": payload["view"]["id"], "view": modal("Changed", said)})
    if kind == "view_submission":
        return on_form(payload["view"]["state"]["values"])
    return {}


def on_form(values: Json) -> Json:
    """Answer a form: wrong for the name "wrong", pushed on for "more", else a summary takes its place."""
    name = values["name"]["name"]["value"]
    if name == "wrong":
        return {"response_action": "errors", "errors": {"name": "Any name but this."}}
    if name == "more":
        return {"response_action": "push", "view": modal("On top")}
    if name == "done":
        return {}
    who = (values["who"]["who"]["selected_option"] or {}).get("value")
    files = [file["name"] for file in values["pictures"]["pictures"]["files"]]
    said = {"type": "section", "text": plain(f"{name} to {who} with {', '.join(files)}")}
    return {"response_action": "update", "view": {"type": "modal", "title": plain("Taken"), "blocks": [said]}}


async def handle(request: web.Request) -> web.Response:
    """Answer whatever comes."""
    text = await request.text()
    if request.path == "/healthz" or not text:
        return web.Response()
    form = parse_qs(text)
    if "payload" in form:
        answer = await on_interaction(json.loads(form["payload"][0]))
        return web.json_response(answer) if answer else web.Response()
    body = json.loads(text) if request.content_type == "application/json" else {}
    event = body.get("event", {})
    if event.get("type") == "app_home_opened":
        blocks = [button("one"), button("two")]
        await call("views.publish", {"user_id": event["user"], "view": {"type": "home", "blocks": blocks}})
    return web.Response()


async def main() -> None:
    """Serve until killed."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, os.environ["HOST"], int(os.environ["PORT"])).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
