"""What people see in the end, read off both stand-ins: for the verdict, and for complaints besides it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tests.crash.crossings import not_to_be_sent
from tests.crash.history import INBOUND, OUTBOUND, Said
from tests.crash.posts import seen
from tests.crash.verdict import Arrived
from tests.crash.wording import Told
from tests.harness.as_process import Harness
from tests.harness.tenants import Tenant
from tests.harness.world import shown

WAITS = "This waits here"
"""What a line says as long as Volt takes nothing."""

FORBIDDEN = ("This may be here twice", "Please ask the contact", "Not delivered", WAITS)
"""What the bot must not have had to say: its look-ups can tell here, nothing was refused, and nothing waits.

Where people are asked for so long that they decide (decisions.py), nothing may be left to be decided.
"""

REFUSED = "Not texted:"
"""What a thread says, once, to each person of elsewhere who writes there."""

EDITED_LATE = "already been sent and cannot be changed"
DELETED_LATE = "A deleted message had already been sent"
TOO_LATE = "cannot be taken back"


def arrived(tenant: Tenant, said: Sequence[Said]) -> list[Arrived]:
    """List what people see of a workspace, in order: texts under headers, and on phones."""
    contacts = {shown(one.contact): one.contact for one in said}
    bodies = {one.body for one in said}
    heads: dict[str, str] = {}

    def contact_of(header: str) -> str:
        if header not in heads:
            heads[header] = next((contact for words, contact in contacts.items() if words in header), "")
        return heads[header]

    texts = [Arrived(INBOUND, contact_of(header), line) for header, line in tenant.lines() if line in bodies]
    sent = (one for one in tenant.volt.messages if not_to_be_sent(one.body, tenant.mark) == [])
    return [*texts, *(Arrived(OUTBOUND, one.to, one.body) for one in sent)]


def told(tenant: Tenant, said: Sequence[Said]) -> Told:
    """Read what the threads say came too late."""
    lines = [(one, seen(one)) for one in tenant.posts() if one.is_reply]
    versions = [words for one in said if one.way == OUTBOUND for words in one.versions]
    roots = tenant.roots()
    heads = [roots[str(one.thread_ts)].text for one, words in lines if TOO_LATE in words and one.thread_ts in roots]
    return Told(
        edits=_quoted(versions, (words for _, words in lines if EDITED_LATE in words)),
        deletions=_quoted(versions, (words for _, words in lines if DELETED_LATE in words)),
        wishes=Counter(one for one in {said.contact for said in said} for head in heads if shown(one) in head),
    )


def _quoted(versions: Iterable[str], lines: Iterable[str]) -> frozenset[str]:
    texts = "\n".join(lines)
    return frozenset(words for words in versions if words in texts)


def complaints(tenant: Tenant, said: Sequence[Said]) -> list[str]:
    """List what else should not be in a workspace: words of despair, what is not said just once."""
    all_seen = (seen(one) for one in tenant.posts())
    return [
        *(words.replace("\n", " ") for words in all_seen if any(bad in words for bad in FORBIDDEN)),
        *_untold(tenant, said),
        *_said_again(tenant),
    ]


def stumbles(harness: Harness) -> list[str]:
    """List what the bot should not have had to log."""
    log = (line for life in harness.runs for line in life.output)
    found = (line for line in log if "[error" in line or "Traceback" in line)
    return [line for line in found if not any(event in line for event in harness.may_log)]


def has_waiting(tenant: Tenant) -> bool:
    """Tell whether a line still says that something waits: edits keep a pace, so it may for a while."""
    return any(WAITS in seen(one) for one in tenant.posts())


def two_headers(tenant: Tenant) -> list[str]:
    """List the contacts that have two headers in one channel."""
    heads = Counter((one.channel, words) for one in tenant.roots().values() for words in [one.text])
    return [f"two headers: {text}" for (_, text), times in heads.items() if times > 1]


def _said_again(tenant: Tenant) -> list[str]:
    """List what threads say more than once to somebody who may not text there."""
    refusals = Counter((one.thread_ts, one.text) for one in tenant.posts() if one.text.startswith(REFUSED))
    return [f"said {times} times: {text}" for (_, text), times in refusals.items() if times > 1]


def _untold(tenant: Tenant, said: Sequence[Said]) -> list[str]:
    """List texts sent by command that their thread does not show exactly once."""
    lines = Counter(line.partition(" texted: ")[2] for _, line in tenant.lines())
    asked = (one.body for one in said if one.is_command and one.is_accepted)
    return [f"shown {lines[body]} times: {body}" for body in asked if lines[body] != 1]
