"""Operations of the stand-in about texts, accounts and numbers.

Which number belongs to whom is checked, and told with words and codes that are chosen here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.courier.clock import text_of
from bot.sandbox.courier.model import NumberInfo, Text
from bot.sandbox.courier.organization import Organization
from bot.sandbox.courier.session import error, refused


@dataclass(frozen=True)
class Asked:
    """What is asked of an operation: the id in its path, its query, and the members of its body.

    `compared` are the filters of a time, of which there may be two.
    """

    own_id: str
    query: Mapping[str, str]
    compared: Sequence[str]
    wanted: Mapping[str, Any]


Answer = dict[str, Any] | list[dict[str, Any]] | web.Response
"""What an operation answers: one resource, the rows of a list before they are paged, or a refusal."""


class TextOperations:
    """Operations about the texts of an organization."""

    def __init__(self, organization: Organization) -> None:
        self._of = organization

    def list_accounts(self, asked: Asked) -> Answer:
        """List the accounts of an organization."""
        here = self._of
        if asked.query.get("organization-id", here.organization_id) != here.organization_id:
            return _foreign("organization-id")
        attributes = {
            "allow-custom-number": False,
            "created-at": text_of(here.clock.now()),
            "organization-id": here.organization_id,
            "phone-number": here.number,
            "twilio-id": "AC0",
        }
        return [{"id": here.account_id, "type": "text-accounts", "attributes": attributes}]

    def list_numbers(self, asked: Asked) -> Answer:
        """List the numbers of an account."""
        here = self._of
        if asked.query.get("account-id", here.account_id) != here.account_id:
            return _foreign("account-id")
        attributes = {
            "account-id": here.account_id,
            "capability-mms": True,
            "capability-sms": True,
            "capability-voice": False,
            "created-at": text_of(here.clock.now()),
            "events": {},
            "logging": False,
            "phone-number": here.number,
            "twilio-id": "PN0",
        }
        return [{"id": here.number_id, "type": "text-account-numbers", "attributes": attributes}]

    def send(self, asked: Asked) -> Answer:
        """Take a text."""
        here = self._of
        own = {
            "account-id": here.account_id,
            "number-id": here.number_id,
            "organization-id": here.organization_id,
        }
        for name, value in own.items():
            if asked.wanted.get(name, value) != value:
                return _foreign(name)
        if not asked.wanted["message"].strip():
            detail = "message must not be blank"
            return refused(400, error(400, "InvalidRequest", detail, pointer="/data/attributes/message"))
        text = Text(
            here.account_id,
            here.number_id,
            here.number,
            asked.wanted["target"],
            asked.wanted["message"],
            here.clock.now(),
            asked.wanted.get("callback-url", ""),
            asked.wanted.get("callback-status-url", ""),
            asked.wanted.get("callback-json"),
        )
        here.keep_text(text)
        return self._written(text)

    def list_texts(self, asked: Asked) -> Answer:
        """List the texts that went out, in the order of their sending; whether it is so is not documented."""
        here = self._of
        if asked.query["account-id"] != here.account_id:
            return _foreign("account-id")
        found = [one for one in here.texts if asked.query.get("filter[target]", one.target) == one.target]
        found = [one for one in found if asked.query.get("filter[number-id]", one.number_id) == one.number_id]
        return [self._written(one) for one in (reversed(found) if here.rules.newest_first else found)]

    def get_text(self, asked: Asked) -> Answer:
        """Return one text."""
        found = next((one for one in self._of.texts if one.id == asked.own_id), None)
        if found is None or self._of.rules.no_single_text:
            return missing()
        return self._written(found)

    def get_receive_log(self, asked: Asked) -> Answer:
        """Return one text that came in."""
        found = next((one for one in self._of.received if one.sid == asked.own_id), None)
        return missing() if found is None else found.resource()

    def list_number_info(self, asked: Asked) -> Answer:
        """Return what is known of a number, as a list of one or none."""
        return [one.resource() for one in self._of.infos if one.number == asked.query["number"]]

    def resolve_number_info(self, asked: Asked) -> Answer:
        """Ask a carrier about a number: it answers when the stand-in is told to."""
        found = next((one for one in self._of.infos if one.number == asked.wanted["number"]), None)
        if found is None:
            found = NumberInfo(asked.wanted["number"], self._of.clock.now())
            self._of.infos.append(found)
        elif asked.wanted.get("reresolve"):
            found.status = "pending"
        return found.resource()

    def _written(self, text: Text) -> dict[str, Any]:
        return text.resource(hides_callbacks=self._of.rules.hides_callbacks)


def missing() -> web.Response:
    """Answer that there is no such resource."""
    return refused(404, error(404, "NotFound", "The resource does not exist."))


def _foreign(name: str) -> web.Response:
    detail = f"{name} does not belong to your organization."
    return refused(403, error(403, "Forbidden", detail, pointer=f"/data/attributes/{name}"))
