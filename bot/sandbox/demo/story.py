"""Story of the demo: its people, and the conversation at the start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

CHANNEL = "C0SUPPORT"
AVA, BEN, GIL, PAT = "U0AVA", "U0BEN", "U0GIL", "U0PAT"
STEP_TIMEOUT_S = 20.0


class Person(NamedTuple):
    """Person at the keyboard: a kind of the stand-in Slack's, a short word for it, and what it means."""

    id: str
    name: str
    kind: str
    word: str
    meaning: str


COMPANY = ("T0CEDAR", "Cedar Ltd")
"""Another company's workspace: the channel of the conversations is shared with it."""

PEOPLE = (
    Person(AVA, "Ava Lindqvist", "admin", "admin", "An admin of this workspace"),
    Person(BEN, "Ben Okafor", "member", "member", "A member of this workspace"),
    Person(GIL, "Gil Moreno", "single_channel_guest", "guest", "A guest, let into #support alone"),
    Person(PAT, "Pat Rivera", "partner", COMPANY[1], f"Of {COMPANY[1]}, another company that shares #support"),
)


class Customer(NamedTuple):
    """Customer with a phone; `note` is shown under the name."""

    number: str
    name: str
    note: str = ""


DANA = Customer("+15555550145", "Dana Whitfield")
LUIS = Customer("+15555550162", "Luis Ortega")
PRIYA = Customer("+15555550178", "Priya Nair")
SAM = Customer("+15555550191", "Sam Becker", "phone is off")
MEERA = Customer("+15555550119", "Meera Iyer", "WhatsApp")
CUSTOMERS = (DANA, LUIS, PRIYA, SAM, MEERA)
WHATSAPP = (MEERA,)  # contacts of the line at Glific
IN_THE_BOOK = (DANA, LUIS, PRIYA)  # contacts that Volt knows by name; Sam is new
UNREACHABLE = {SAM.number: "802"}  # expired, the handset is out of range

FORGED_TEXT = "This is your bank. Reply with your password."


class Stage(NamedTuple):
    """Actions that the story needs: people act, and wait until the other side shows it."""

    text: Callable[[str, str], None]
    reply: Callable[[str, str, str], None]
    until_in_slack: Callable[[str, int], Awaitable[str]]
    until_on_phone: Callable[[str, int], Awaitable[None]]


async def play_opening(stage: Stage) -> None:
    """Dana asks, Ava answers, Dana thanks her; Meera, on WhatsApp, and Luis still wait for an answer.

    They write while Ava's answer can still be taken back, so that nobody has to sit through that.

    Raises TimeoutError when the bot does not carry one of them over in time.
    """
    stage.text(DANA.number, "Hi, is my order ready for pickup today?")
    thread = await stage.until_in_slack(DANA.number, 1)
    stage.reply(AVA, thread, "Hi Dana, yes. It is at the front desk until 6 pm.")
    stage.text(MEERA.number, "Hello, do you deliver on Sundays?")
    await stage.until_in_slack(MEERA.number, 1)
    stage.text(LUIS.number, "Do you have the blue one in size 9?")
    await stage.until_in_slack(LUIS.number, 1)
    await stage.until_on_phone(DANA.number, 1)
    stage.text(DANA.number, "Perfect, see you at 5. Thank you")
    await stage.until_in_slack(DANA.number, 2)


def readable(number: str) -> str:
    """Write a North American number as people do; others stay as they are."""
    digits = number.removeprefix("+1")
    if number.startswith("+1") and len(digits) == 10:
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return number
