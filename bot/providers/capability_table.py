"""Table of capabilities: what a number can do, by provider, as the README shows it. Written from the code.

`python -m bot.providers.capability_table` prints it.
"""

import sys
from collections.abc import Sequence

from bot.ports.capabilities import Capability
from bot.ports.messaging import Provider
from bot.providers.volt.client import VoltClient

YES, NO = "yes", "–"

_WORDS = {
    Capability.MEDIA: "Pictures and files go along with texts",
    Capability.HISTORY: "Earlier texts; what was missed is read back",
    Capability.INBOX: "Inbox: who wrote last",
    Capability.STATUS_LOOKUP: "What became of a text can be looked up",
    Capability.CONTACTS: "Contacts: names, fields, block",
    Capability.CONSENTS: "Consent to be written to, noted with how it was given",
    Capability.LISTS: "Lists of contacts",
    Capability.WAVES: "Waves: one text to the contacts of lists",
    Capability.SCHEDULING: "Texts that are sent later",
    Capability.TEMPLATES: "Templates that the provider has approved",
    Capability.WINDOW: "A window in which free text may be sent",
    Capability.WEBHOOKS: "Webhooks that the bot registers",
    Capability.STREAM: "Texts come over a connection of ours, without a public address",
}


def providers() -> Sequence[Provider]:
    """List one of each provider, connected to nothing."""
    return (VoltClient("", ""),)


def capability_table() -> str:
    """Write the table in Markdown: a row for each capability, a column for each provider."""
    columns = providers()
    lines = [
        _row("What a number can do", [provider.profile.line for provider in columns]),
        _row("---", ["---"] * len(columns)),
        _row("Texts are sent, and their receipts shown", [YES] * len(columns)),
    ]
    for capability in sorted(Capability, key=list(_WORDS).index):
        cells = [YES if provider.capabilities.has(capability) else NO for provider in columns]
        lines.append(_row(_WORDS[capability], cells))
    return "\n".join(lines)


def _row(head: str, cells: list[str]) -> str:
    return f"| {' | '.join((head, *cells))} |"


if __name__ == "__main__":
    sys.stdout.write(f"{capability_table()}\n")
