"""Bodies for the two doors: every kind of request that Slack and Volt make, damaged field by field, and noise.

Every text in them holds MARK and every number is one of CONTACTS, so that a log that shows either is caught.
"""

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

from bot.sandbox.slack.state.wire import envelope
from bot.sandbox.slack.state.workspace import Workspace
from bot.sandbox.slack.ui.payloads import command_form, interaction, press_fields
from bot.sandbox.volt.model import VoltMessage
from bot.sandbox.volt.wire import finalized, received, sent
from bot.slack.ingress.registry import COMMANDS, FEATURES
from bot.slack.render import notices
from tests.harness.world import CHANNEL
from tests.hostile.nonsense import damaged, noise, torn, value, written

MARK = "purple elephants"
CONTACTS = tuple(f"+1555555{number:04}" for number in range(300, 340))
SAMPLES = Path(__file__).resolve().parents[1] / "samples"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
LONG = (300 * 1024, 2 * 1024 * 1024)

Body = tuple[bytes, str]


@dataclass(frozen=True)
class Known:
    """What is real: a thread, and a text that was sent from it."""

    workspace: Workspace
    account: str
    thread_ts: str
    sent: VoltMessage


def slack_body(source: random.Random, known: Known) -> Body:
    """Draw a body for Slack's door, and its content type."""
    kind = source.random()
    if kind < 0.06:
        return noise(source, 400), source.choice((JSON, FORM))
    if kind < 0.07:
        return _long(source), source.choice((JSON, FORM))
    if kind < 0.20:
        return _form(source, _command(source, known)), FORM
    if kind < 0.50:
        payload = written(source, _perhaps_damaged(source, _interaction(source, known)))
        return _form(source, {"payload": payload}), FORM
    raw = written(source, _perhaps_damaged(source, _event(source, known))).encode(errors="surrogatepass")
    return (torn(source, raw) if source.random() < 0.12 else raw), JSON


def volt_body(source: random.Random, known: Known) -> Body:
    """Draw a body for Volt's door, and its content type."""
    kind = source.random()
    if kind < 0.06:
        return noise(source, 400), JSON
    if kind < 0.07:
        return _long(source), JSON
    raw = written(source, _perhaps_damaged(source, _webhook(source, known))).encode(errors="surrogatepass")
    return (torn(source, raw) if source.random() < 0.15 else raw), JSON


def _perhaps_damaged(source: random.Random, shape: Any) -> Any:
    return damaged(source, shape) if source.random() < 0.9 else shape


def _long(source: random.Random) -> bytes:
    filler = "w" * source.choice(LONG)
    return json.dumps({"type": "messaging", "payload": {"text": filler}}).encode()


def sample(name: str) -> dict[str, Any]:
    """Read one recorded body."""
    shape: dict[str, Any] = json.loads((SAMPLES / name).read_text())
    return shape


SLACK_SAMPLES = tuple(sorted(path.name for path in (SAMPLES / "slack").glob("*.json")))


# --- what Slack sends


def _event(source: random.Random, known: Known) -> dict[str, Any]:
    if source.random() < 0.1:
        return dict(
            source.choice(
                (
                    {"type": "url_verification", "challenge": "c" * 40, "token": "t"},
                    {"type": "app_rate_limited", "minute_rate_limited": 1_700_000_000, "team_id": "T1", "token": "t"},
                    envelope({"type": "function_executed", "inputs": {}, "function_execution_id": "Fx1", "ts": "1.1"}),
                )
            )
        )
    whole = sample(f"slack/{source.choice(SLACK_SAMPLES)}")
    event = whole["event"]
    whole["event_id"] = f"Ev{source.getrandbits(48):012X}"
    whole["is_ext_shared_channel"] = source.random() < 0.3
    if source.random() < 0.7:
        for part in (event, event.get("message"), event.get("previous_message")):
            if isinstance(part, dict):
                part.update(_in_thread(source, known, part))
    return whole


def _in_thread(source: random.Random, known: Known, part: dict[str, Any]) -> dict[str, Any]:
    """Move a message into the real thread; some later ones edit or delete earlier ones."""
    ts = f"1700000000.{source.randrange(400):06}"
    fields = {"channel": CHANNEL, "ts": ts, "thread_ts": known.thread_ts, "deleted_ts": ts, "user": "U0AVA"}
    place = {name: text for name, text in fields.items() if name in part or name == "thread_ts"}
    return place | ({"text": f"{MARK} {source.randrange(10_000)}", "blocks": []} if "text" in part else {})


ACTIONS = tuple(name for part in FEATURES for name in part.actions)
FORMS = ("volt", *(name for part in FEATURES for name in part.submissions))
SHORTCUTS = ("volt", *(name for part in FEATURES for name in part.shortcuts))


def _interaction(source: random.Random, known: Known) -> dict[str, Any]:
    workspace = known.workspace
    tickets = {"trigger_id": f"{source.getrandbits(60)}", "response_url": "http://127.0.0.1:9/none"}
    kinds = ("block_actions", "view_submission", "view_closed", "shortcut", "message_action", "block_suggestion")
    kind = source.choice(("block_actions", *kinds))
    fields: dict[str, Any] = {"callback_id": source.choice(SHORTCUTS), "action_ts": "1700000000.000001"}
    if kind.startswith("view"):
        metadata = source.choice(("", "1", "9" * 30, "{", "[]", "+15555550123 +15555550145"))
        view = {"id": "V1", "type": "modal", "callback_id": source.choice(FORMS), "state": {"values": {}}}
        view["private_metadata"] = metadata
        fields = {"view": view | {"team_id": "T1", "app_installed_team_id": "T1"}, "response_urls": []}
    elif kind != "shortcut":
        message = workspace.find(CHANNEL, known.thread_ts)
        assert message is not None
        name = source.choice((notices.SEND_AGAIN, notices.ARRIVED, notices.SEND_CORRECTION, "nobody", *ACTIONS))
        odd = ("1", "0", "mode:1", "9" * 30, "+15555550123 +15555550145", "", "x" * 2_000)
        key = source.choice((known.sent.passthrough, f"{source.getrandbits(128):032x}", *odd))
        action = {"type": "button", "action_id": name, "block_id": "b", "value": key, "text": {"text": MARK}}
        fields |= press_fields(workspace.channels[CHANNEL], message, action)
    return interaction(kind, workspace.users["U0AVA"], tickets) | fields


def _command(source: random.Random, known: Known) -> dict[str, Any]:
    number = source.choice(CONTACTS)
    typed = (f"send {number} {MARK} {source.randrange(10_000)}", f"open {number}", "help", f"sned {number}", "send")
    other = value(source)
    word = source.choice([word for word in COMMANDS if word != "send"])  # equal texts would be asked about, and wait
    words = (word, f"{word} {number} {MARK}", f"{word} {noise(source, 12).hex()}")
    text = source.choice(
        (*typed, *words, other if isinstance(other, str) else json.dumps(other), noise(source, 40).hex())
    )
    tickets = {"trigger_id": f"{source.getrandbits(60)}", "response_url": "http://127.0.0.1:9/none"}
    workspace = known.workspace
    form: dict[str, Any] = dict(
        command_form(workspace.channels[CHANNEL], workspace.users["U0AVA"], command="/volt", text=text, tickets=tickets)
    )
    if source.random() < 0.3:
        form[source.choice(list(form))] = "v" * source.choice((0, 1, 5_000))
    return form


def _form(source: random.Random, fields: dict[str, Any]) -> bytes:
    """Write a form; often with broken percents, or with a field that comes again."""
    plain = urlencode({name: str(one) for name, one in fields.items()}, errors="surrogatepass").encode()
    name = quote_plus(source.choice(list(fields))).encode()
    kind = source.random()
    if kind < 0.55:
        return plain
    again = source.choice((b"", b"%7B%7D", b"null", b"%ff%fe", b"[]", b"x" * 2_000))
    return source.choice(
        (
            plain.replace(b"%", b"%%", 3),
            plain.replace(b"%", b"%zz", 2),
            plain + b"&" + name + b"=" + again,
            name + b"=" + again + b"&" + plain,
            plain + b"&" + name,
            plain + b"&%f0%28=%ff&%=%",
            b"&".join([plain, *[b"p=%d" % number for number in range(2_000)]]),
            plain.replace(b"&", b";"),
            torn(source, plain),
        )
    )


# --- what Volt sends


def _webhook(source: random.Random, known: Known) -> dict[str, Any]:
    contact, text = source.choice(CONTACTS), f"{MARK} {source.randrange(10_000)}"
    kind = source.random()
    if kind < 0.2:
        whole = sample(f"volt/{source.choice(('message_received.json', 'message_finalized_failed.json'))}")
        payload = whole["payload"] | {"text": text, "from_number": contact, "to_number": known.account}
    elif kind < 0.55:
        whole = {"type": "messaging", "time": 1_700_000_000}
        payload = received(VoltMessage(known.account, contact, text, direction="inbound", status="received"))
    elif kind < 0.8:
        whole = {"type": "messaging", "time": 1_700_000_000}
        known.sent.status = source.choice(("sent", "delivered"))
        payload = source.choice((sent, finalized))(known.sent)
    else:
        whole = {"type": "messaging", "time": 1_700_000_000}
        payload = sent(VoltMessage(contact, known.account, text))
    payload["message_app_id"] = f"app-{source.getrandbits(64):016x}"
    return whole | {"id": f"rfw_{source.getrandbits(64):016x}", "payload": payload}
