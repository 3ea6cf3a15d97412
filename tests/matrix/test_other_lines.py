"""All that can be done is tried where no number is by Volt: it is done, or refused in words, and nothing fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.harness.carium import Carium
from tests.harness.in_process import Relay
from tests.harness.whatsapp import WhatsApp
from tests.harness.world import ACCOUNT, CHANNEL, DANA
from tests.matrix.table import BEFORE as USER
from tests.matrix.table import CASES, DOORS
from tests.matrix.test_matrix import Attempt

ADMIN = CASES[0]
COURIER_CANNOT = {
    *(("command", word) for word in ("history", "inbox", "list", "schedule", "template", "wave", "webhooks")),
    *(("action", f"approved_{name}") for name in ("blank", "other", "pick", "template")),
    *(("action", f"contact_{name}") for name in ("block", "consent", "edit", "history", "unblock")),
    *(("action", f"{name}_leaf_{way}") for name in ("history", "inbox") for way in ("newer", "older")),
    *(("action", name) for name in ("choose_template", "list_add", "list_create", "list_edit")),
    *(("action", name) for name in ("schedule_cancel", "schedule_go", "webhook_delete", "webhook_register")),
    *(("action", f"wave_{name}") for name in ("go", "refresh", "refuse", "send")),
    *(
        ("action", f"import_{name}")
        for name in ("go", "offered", "second_refuse", "second_send", "send", "stop", "text")
    ),
    *(("submission", name) for name in ("import_columns", "import_file", "import_words")),
    ("shortcut", "new_wave"),
    *(("submission", name) for name in ("approved_form", "approved_list", "list_numbers", "list_query")),
    *(("submission", name) for name in ("schedule_confirm", "schedule_form", "wave_form")),
}
"""Doors that say so where the one line is by Carium; all others do what they do everywhere."""


@pytest.fixture
async def glific(whatsapp: WhatsApp) -> Attempt:
    """Give an admin of a workspace whose one line is by Glific."""
    await whatsapp.stream_is_open()
    return await admin_of(whatsapp, "glific")


@pytest.fixture
async def courier(carium: Carium) -> Attempt:
    """Give an admin of a workspace whose one line is by Carium."""
    return await admin_of(carium, "courier")


async def admin_of(relay: Relay, provider: str) -> Attempt:
    """Let an admin try things, whose buttons of before are about a contact of the line."""
    relay.slack.add_person(USER, "Casey Case", ADMIN.kind, channels=[CHANNEL])
    made = Attempt(relay, ADMIN, await relay.open_thread())
    made.value = f"{provider}:{ACCOUNT} {DANA}"
    return made


async def test_every_door_of_glific(glific: Attempt) -> None:
    """Each command, button, shortcut, menu and form of a WhatsApp line answers in words."""
    await try_all(glific, "This number cannot do that: WhatsApp by Glific")


async def test_every_door_of_courier(courier: Attempt) -> None:
    """Each command, button, shortcut, menu and form of a line at Carium answers, and says what it cannot do."""
    refused = await try_all(courier, "This number cannot do that: SMS by Carium (experimental)")
    assert refused == COURIER_CANNOT


async def try_all(attempt: Attempt, cannot: str) -> set[tuple[str, str]]:
    """Try every door, and return those that said that the line cannot do it; no handler failed."""
    tries: dict[str, Callable[[str], Awaitable[str]]] = {
        "command": attempt.command,
        "action": attempt.action,
        "shortcut": attempt.shortcut,
        "submission": attempt.submission,
        "menu": attempt.menu,
    }
    refused = {(kind, name) for kind, name in DOORS if cannot in await tries[kind](name)}
    assert "handler_failed" not in attempt.relay.log
    return refused
