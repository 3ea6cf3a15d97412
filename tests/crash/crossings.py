"""What has got from one workspace into another, read off both stand-ins: words, posts, reactions, texts on phones.

Every text bears the mark of the workspace whose thread or line it belongs to, so nothing has to be guessed. Refuses to
excuse a place: a preview in a header, a line that one person alone sees and App Home count like a text in a thread.
What a stranger writes in a thread may be read there, and may be on no phone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.sandbox.slack.state.model import Message
from tests.crash.history import INBOUND, OUTBOUND
from tests.crash.posts import seen
from tests.harness.tenants import Tenant

STRANGER = "0000"
"""Stands in the words of somebody of elsewhere in the place of a contact."""

MARKED = re.compile(rf"\b(?:{INBOUND}|{OUTBOUND}) ([a-z]+) (\d{{4}}) \d+\.")


def foreign_texts(words: str, mark: str) -> list[str]:
    """List the texts among these words that bear the mark of another workspace."""
    return [found[0] for found in MARKED.finditer(words) if found[1] != mark]


def not_to_be_sent(words: str, mark: str) -> list[str]:
    """List the texts among these words that no phone may get from a workspace: another's, and a stranger's."""
    return [found[0] for found in MARKED.finditer(words) if found[1] != mark or found[2] == STRANGER]


def crossings(tenants: Sequence[Tenant]) -> list[str]:
    """List all that one workspace has of another, none where there is only one."""
    others = {tenant.mark: [one for one in tenants if one is not tenant] for tenant in tenants}
    return [crossed for tenant in tenants for crossed in _crossed(tenant, others[tenant.mark])]


def _crossed(tenant: Tenant, others: Sequence[Tenant]) -> Iterator[str]:
    mark, bot = tenant.mark, tenant.installed
    for words in (*_read_in(tenant), *_shown_to_one(tenant)):
        yield from (f"{text} read in {mark}" for text in foreign_texts(words, mark))
    for message in tenant.volt.messages:
        yield from (f"{text} sent by {mark}" for text in not_to_be_sent(message.body, mark))
    for other in others:
        yield from (f"a post by {mark} under a header of {other.mark}" for root in _answered(tenant, other))
        yield from (
            f"a reaction by {mark} to {one.text} of {other.mark}"
            for one in _messages_of(other)
            if any(bot.bot_user_id in users for users in one.reactions.values())
        )


def _read_in(tenant: Tenant) -> Iterable[str]:
    return map(seen, tenant.posts())


def _shown_to_one(tenant: Tenant) -> Iterator[str]:
    """Give what its people alone see: lines for one person, and App Home."""
    slack, people = tenant.slack, (tenant.writer, tenant.colleague)
    yield from (str(one) for one in slack.ephemerals if slack.ephemeral_owners[one["message_ts"]] is tenant.installed)
    yield from (str(slack.homes[person]) for person in people if person in slack.homes)


def _answered(tenant: Tenant, other: Tenant) -> list[Message]:
    return [root for root in other.roots().values() if tenant.thread_of(root)]


def _messages_of(tenant: Tenant) -> Iterator[Message]:
    """Give the headers of a workspace and all that anybody wrote under them."""
    roots = tenant.roots()
    messages = tenant.slack.channels[tenant.channel].messages
    return (one for one in messages if one.ts in roots or one.thread_ts in roots)
