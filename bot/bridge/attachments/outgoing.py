"""Outgoing attachments: files of a reply, checked and fitted before anything is sent, linked when the text leaves.

What a phone shows is fetched by the provider, by a link that is made anew for each try, because it is good for an hour
only. Any other file stands as a link in the text itself. Files are rejected where there is no public address at which
they could be fetched. A template leaves in its own words, so no link is added to it; a number that takes words only
sends none either: who sends health data by it must not find it behind a link by mistake.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.bridge.requests import Prepare, SendText
from bot.domain.errors import Rejected
from bot.domain.ids import MessageKey
from bot.domain.pictures import CheckedFiles
from bot.domain.provider_messages import OutgoingText
from bot.domain.provider_profile import ProviderProfile
from bot.domain.shared_files import with_link
from bot.domain.thread_events import SlackFile
from bot.ports.media import Fetcher
from bot.ports.messaging import Provider
from bot.ports.workspace import Workspace

Link = Callable[[MessageKey, int], str]
"""The public address of a file of a text, by its number from 1."""


@dataclass(frozen=True)
class AttachmentLinks:
    """How attachments are read, and where they are fetched: by the provider at `link`, by people at `page`.

    Both are None without a public address.
    """

    fetcher: Fetcher
    link: Link | None = None
    page: Link | None = None


NO_ADDRESS = (
    "pictures and files can be texted only where PUBLIC_URL is set, the address at which {name} fetches them. "
    "An admin has to set it."
)
WORDS_ONLY = "files cannot be texted from this number: {line} takes words only. Write it again without them."
NO_FILE = "Slack did not say which file this is. Please send it again."


async def checked(call: Prepare, workspace: Workspace, links: AttachmentLinks, provider: Provider) -> CheckedFiles:
    """Check the files of a reply. Raises Rejected with words for the agent, or another CallFailed."""
    if not call.has_files:
        return CheckedFiles(())
    media, profile = provider.capabilities.media, provider.profile
    if media is None:
        raise Rejected("words_only", WORDS_ONLY.format(line=profile.line))
    if links.link is None:
        raise Rejected("no_public_url", NO_ADDRESS.format(name=profile.name))
    if not call.files:
        raise Rejected("no_file", NO_FILE)
    may_link = links.page is not None and call.template is None
    return await workspace.checked_files(call.files, media.file_limits, may_link=may_link)


def with_links(text: str, key: MessageKey, files: Sequence[SlackFile], page: Link | None) -> str:
    """Put the links to those files under a text that do not go along with it."""
    for number, file in enumerate(files, start=1):
        if file.by_link and page is not None:
            text = with_link(text, page(key, number))
    return text


def linked(call: SendText, link: Link | None, profile: ProviderProfile) -> OutgoingText:
    """Add the links to an outgoing text. Raises Rejected where there is no public address any more."""
    if not call.files:
        return call.outgoing
    if link is None:
        words = NO_ADDRESS.format(name=profile.name)
        raise Rejected("no_public_url", words[:1].upper() + words[1:])
    links = tuple(link(call.outgoing.key, number) for number in call.files)
    return replace(call.outgoing, media=(*call.outgoing.media, *links))
