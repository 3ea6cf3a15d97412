"""API of the stand-in: each request is known by its path, needs a token that lives, and is validated; then it acts.

Whatever the definition does not allow is refused with 400 and kept in `refused`. Its own answers are held against the
definition as well: one that is not in it is a bug of the stand-in.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.sandbox.clock import clock
from bot.sandbox.courier.channels import ChannelOperations
from bot.sandbox.courier.definition import OPERATIONS, PREFIX, Operation
from bot.sandbox.courier.organization import Organization
from bot.sandbox.courier.session import Sessions, error, refused
from bot.sandbox.courier.texts import Answer, Asked, TextOperations, missing
from bot.sandbox.courier.validation import Fault, answer_faults, body_faults, query_faults
from bot.sandbox.http import Faults, Server, cut_connection

PAGE = 100
"""Rows of a page where nothing is asked for; of channels it is half of that."""

JSON_TYPES = ("application/json", "application/vnd.api+json")
_KINDS = re.compile(r"application/(?:vnd\.api\+)?json|\*/\*")


class CourierApi:
    """API of one organization. `refused` are the requests that did not fit the definition, by their operations."""

    def __init__(self, organization: Organization, sessions: Sessions, server: Server) -> None:
        self._of = organization
        self._sessions = sessions
        self._server = server
        texts, channels = TextOperations(organization), ChannelOperations(organization, lambda: server.url)
        self.channels = channels
        self._acts: Mapping[str, Callable[[Asked], Answer]] = {
            "listTextAccounts": texts.list_accounts,
            "listTextAccountNumbers": texts.list_numbers,
            "sendText": texts.send,
            "listTexts": texts.list_texts,
            "getText": texts.get_text,
            "getTextReceiveLog": texts.get_receive_log,
            "listNumberInfo": texts.list_number_info,
            "resolveNumberInfo": texts.resolve_number_info,
            "listCommunicationMessages": channels.list_channels,
            "listChannels": channels.list_channels,
            "getChannel": channels.get_channel,
            "listMessages": channels.list_messages,
            "postMessage": channels.post_message,
            "getMessage": channels.get_message,
            "updateMessage": channels.update_message,
            "listAttachments": channels.list_attachments,
            "createAttachment": channels.create_attachment,
            "processAttachmentUpload": channels.process_upload,
        }
        self.refused: list[tuple[str, Fault]] = []

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request to the API."""
        started_at = clock.unix_time()
        operation, own_id = _operation(request)
        label = operation.name if operation is not None else f"{request.method} {request.path}"
        body = await _body(request)
        response = await self._response(request, operation, own_id, body)
        status = 0 if response.status == 444 else response.status
        pair = (dict(request.query) | ({"body": body} if body is not None else {}), None)
        self._of.note_hop("bot→courier", label, started_at=started_at, status=status, pair=pair)
        return response

    async def _response(
        self, request: web.Request, operation: Operation | None, own_id: str, body: object
    ) -> web.Response:
        rules = self._of.rules
        is_meant = operation is not None and (not rules.only or operation.name in rules.only)
        if is_meant and (fault := await self._server.fault_before(rules, request)) is not None:
            return fault
        if (refusal := self._refusal(request, operation, own_id, body, is_meant=is_meant)) is not None:
            return refusal
        assert operation is not None
        response = self._acted(request, operation, own_id, body)
        return await self._late(request, response) if is_meant else response

    def _refusal(
        self, request: web.Request, operation: Operation | None, own_id: str, body: object, *, is_meant: bool
    ) -> web.Response | None:
        """Say why a request is not acted on; None where it is."""
        rules = self._of.rules
        if not self._sessions.is_alive(request.headers.get("Authorization", "")):
            return refused(401, error(401, "Unauthorized", "The access token is missing, invalid or expired."))
        if operation is None:
            return missing()
        if is_meant and rules.takes("throttle"):
            wait = {"Retry-After": str(rules.retry_after_s)}
            return refused(429, error(429, "TooManyRequests", "Too many requests."), headers=wait)
        if faults := self._faults(request, operation, own_id, body):
            return refused(400, *(one.as_error() for one in faults))
        return _raw(*rules.statuses.pop(0)) if is_meant and rules.statuses and not rules.acts_first else None

    async def _late(self, request: web.Request, response: web.Response) -> web.Response:
        """Apply the faults that come after acting."""
        rules: Faults = self._of.rules
        if self._of.rules.statuses:
            return _raw(*self._of.rules.statuses.pop(0))
        if self._of.rules.late_s:
            await asyncio.shield(self._server.pause(self._of.rules.late_s))
        return cut_connection(request) if rules.takes("drop_answers") else response

    def _faults(self, request: web.Request, operation: Operation, own_id: str, body: object) -> list[Fault]:
        found = query_faults(operation, list(request.query.items())) + body_faults(operation.body, body, own_id)
        if operation.body is not None and request.content_type not in JSON_TYPES:
            found.append(Fault("/", "the body is not sent as JSON"))
        if not _KINDS.search(request.headers.get("Accept", "*/*")):
            found.append(Fault("/", "JSON is not accepted"))
        self.refused += [(operation.name, fault) for fault in found]
        return found

    def _acted(self, request: web.Request, operation: Operation, own_id: str, body: Any) -> web.Response:
        is_resource = operation.body is not None and bool(operation.body.type)
        wanted = body["data"]["attributes"] if is_resource else {}
        compared = request.query.getall("filter[cmp-posted-time]", [])
        answer = self._acts[operation.name](Asked(own_id, dict(request.query), compared, wanted))
        if isinstance(answer, web.Response):
            return answer
        document = self._paged(request, operation, answer)
        if operation.answers:
            faults = answer_faults(operation.answers, document)
            assert not faults, faults
        status = 201 if operation.method == "POST" else 200
        return web.Response(status=status, text=json.dumps(document), content_type="application/vnd.api+json")

    def _paged(self, request: web.Request, operation: Operation, answer: Any) -> dict[str, Any]:
        if not isinstance(answer, list):
            return {"data": answer, "meta": {}}
        limit = min(int(request.query.get("page[limit]", PAGE)), self._of.rules.page_most)
        offset = int(request.query.get("page[offset]", 0))
        is_counted = operation.name == "listCommunicationMessages"
        meta = {"page[limit]": limit, "page[offset]": offset, "page[total]": len(answer)} if is_counted else {}
        return {"data": answer[offset : offset + limit], "meta": meta}


def _operation(request: web.Request) -> tuple[Operation | None, str]:
    path = request.path.removeprefix(PREFIX)
    for operation in OPERATIONS.values():
        found = operation.route.fullmatch(path) if request.method == operation.method else None
        if found is not None:
            return operation, found.groupdict().get("id", "")
    return None, ""


async def _body(request: web.Request) -> object:
    """Read the body; None where there is none, and a text where it is no JSON."""
    text = await request.text()
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def _raw(status: int, body: str) -> web.Response:
    kind = "application/vnd.api+json" if body.startswith("{") else "text/html"
    return web.Response(status=status, text=body, content_type=kind)


def labels(hops: Sequence[Any]) -> list[str]:
    """Return what was asked, in order."""
    return [hop.label for hop in hops if hop.direction == "bot→courier"]
