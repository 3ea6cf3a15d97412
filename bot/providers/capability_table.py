"""Table of capabilities: what a number can do, by provider, as the README shows it. Written from the code.

`python -m bot.providers.capability_table` prints it.
"""

import sys

from bot.ports.capabilities import Capability
from bot.providers.profiles import CAPABILITIES, PROFILES

YES, NO = "yes", "–"

_WORDS = {
    Capability.MEDIA: "Pictures and files go along with texts",
    Capability.CHANNELS: "Channels of the provider's own in place of texts",
    Capability.HISTORY: "Earlier texts; what was missed is read back",
    Capability.INBOX: "Inbox: who wrote last",
    Capability.STATUS_LOOKUP: "What became of a text can be looked up",
    Capability.CONTACTS: "Contacts: names, fields, block",
    Capability.NUMBER_INFO: "Carrier and kind of a contact's number",
    Capability.CONSENTS: "Consent to be written to, noted with how it was given",
    Capability.LISTS: "Lists of contacts",
    Capability.WAVES: "Waves: one text to the contacts of lists",
    Capability.SCHEDULING: "Texts that are sent later",
    Capability.TEMPLATES: "Templates that the provider has approved",
    Capability.WINDOW: "A window in which free text may be sent",
    Capability.WEBHOOKS: "Webhooks that the bot registers",
    Capability.STREAM: "Texts come over a connection of ours, without a public address",
}


def capability_table() -> str:
    """Write the table in Markdown: a row for each capability, a column for each provider."""
    columns = [CAPABILITIES[code] for code in PROFILES]
    lines = [
        _row("What a number can do", [profile.line for profile in PROFILES.values()]),
        _row("---", ["---"] * len(columns)),
        _row("Texts are sent, and their receipts shown", [YES] * len(columns)),
    ]
    rows = sorted(Capability, key=list(_WORDS).index)
    lines += [_row(_WORDS[one], [YES if one in column else NO for column in columns]) for one in rows]
    return "\n".join(lines)


def _row(head: str, cells: list[str]) -> str:
    return f"| {' | '.join((head, *cells))} |"


if __name__ == "__main__":
    sys.stdout.write(f"{capability_table()}\n")
