"""A stand-in Slack, an app that records, and Slack's own client between them; and the parts that views are made of."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SlackStandIn
from tests.harness.world import AVA
from tests.sandbox.recording_app import RecordingApp, recording_app


@dataclass
class Stage:
    slack: SlackStandIn
    app: RecordingApp
    client: AsyncWebClient
    session: aiohttp.ClientSession

    def last_payload(self) -> dict[str, Any]:
        """Return the interaction that arrived last."""
        bodies = [body for body in self.app.bodies() if body.startswith(b"payload=")]
        payload: dict[str, Any] = json.loads(parse_qs(bodies[-1].decode())["payload"][0])
        return payload

    def envelopes(self) -> list[dict[str, Any]]:
        """Return the events that arrived, in their envelopes."""
        return [json.loads(body) for body in self.app.bodies() if body.startswith(b"{")]

    def events(self) -> list[dict[str, Any]]:
        """Return the inner events that arrived."""
        return [envelope["event"] for envelope in self.envelopes()]

    def last_event(self) -> dict[str, Any]:
        """Return the inner event that arrived last."""
        return self.events()[-1]

    def answers(self, body: Any) -> None:
        """Have the app answer everything with this JSON from now on; None is an empty answer."""
        self.app.answer = lambda _: web.Response() if body is None else web.json_response(body)

    async def trigger(self, user: str = AVA) -> str:
        """Have a person use a shortcut and return its trigger."""
        await self.slack.shortcut(user, "new_sms")
        return str(self.last_payload()["trigger_id"])

    async def open(self, view: dict[str, Any], user: str = AVA) -> str:
        """Open a modal for a person and return its id."""
        opened = await self.client.views_open(trigger_id=await self.trigger(user), view=view)
        return str(opened["view"]["id"])


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    """Run all of it."""
    async with recording_app() as app, SlackStandIn() as slack, aiohttp.ClientSession() as session:
        slack.events_url = app.url
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        yield Stage(slack, app, client, session)


async def error_of(call: Any) -> str:
    """Return the code a call is refused with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def messages_of(call: Any) -> str:
    """Return the words a call is refused with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return " ".join(caught.value.response["response_metadata"]["messages"])


def words(text: str) -> dict[str, Any]:
    """Return a plain_text object."""
    return {"type": "plain_text", "text": text}


def modal(*blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a modal with these blocks."""
    return {"type": "modal", "title": words("New text"), "submit": words("Send"), "blocks": list(blocks)} | fields


def asked(block_id: str, element: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return an input block."""
    return {"type": "input", "block_id": block_id, "label": words("Label"), "element": element} | fields


def text_input(action_id: str = "typed", **fields: Any) -> dict[str, Any]:
    """Return a plain_text_input."""
    return {"type": "plain_text_input", "action_id": action_id} | fields


def row(block_id: str, *elements: dict[str, Any]) -> dict[str, Any]:
    """Return an actions block."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(action_id: str, **fields: Any) -> dict[str, Any]:
    """Return a button."""
    return {"type": "button", "action_id": action_id, "text": words("Go")} | fields


def option(value: str, **fields: Any) -> dict[str, Any]:
    """Return an option."""
    return {"text": words(value.title() or "-"), "value": value} | fields


def menu(action_id: str, *values: str, kind: str = "static_select", **fields: Any) -> dict[str, Any]:
    """Return a menu with options of these values."""
    return {"type": kind, "action_id": action_id, "options": [option(one) for one in values]} | fields
