"""Preparation of a reply: who wrote it, its words, parts and files, as they will leave; asks Slack and the provider.

Nothing is sent and nothing stored from here. Whether the reply leaves is decided when its preparation is recorded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time

from bot.bridge.attachments.outgoing import AttachmentLinks, checked, with_links
from bot.bridge.outbox.results import Prepared
from bot.bridge.requests import Prepare
from bot.bridge.workspaces.roles import reason_against
from bot.domain.approval import QuietHours
from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable
from bot.domain.message import Failure
from bot.domain.phone import E164
from bot.domain.pictures import CheckedFiles
from bot.domain.pieces import Ref, RefKind, written_out
from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.domain.retry_policy import AUTHOR_UNKNOWN, AUTHOR_UNTOLD
from bot.domain.roles import Reason, Role
from bot.domain.tapbacks import read_tapback
from bot.domain.text import for_phone, is_blank, split
from bot.domain.thread_events import SlackFile
from bot.domain.timestamps import Micros
from bot.domain.window import told
from bot.ports.messaging import Provider
from bot.ports.workspace import Workspace

MISSING_SCOPE = "missing_scope"

NOT_TOLD = "Slack does not say who wrote this."

AGENT = "{agent}"
"""Placeholder for the name of the author, in the signature of a team."""


@dataclass(frozen=True)
class Preparation:
    """Preparation of replies. `links` give a file the address at which a provider or its contact finds it.

    `quiet` are the hours without texts; `hours_at` tells which hour it may be where a contact lives.
    """

    workspace: Workspace
    clock: Callable[[], Micros]
    links: AttachmentLinks
    quiet: QuietHours | None = None
    hours_at: Callable[[E164, Micros], tuple[time, ...]] = lambda _contact, _now: ()

    async def prepare(self, call: Prepare, provider: Provider | None) -> Prepared:
        """Prepare a reply for the provider of its number, None where there is none. Raises CallFailed."""
        not_allowed = await self._reason_against(call)
        if not_allowed is not None:
            return Prepared((), call.pieces, call.files, not_allowed=not_allowed)
        profile = provider.profile if provider is not None else UNKNOWN_PROVIDER
        try:
            checked_files = await self._checked(call, provider)
        except Rejected as refused:
            failure = Failure(refused.code, refused.user_message, allows_manual_retry=False)
            return Prepared((), call.pieces, call.files, refusal=failure)
        files = checked_files.files
        text, parts = await self._worded(call, files, profile)
        if text and call.template is None:
            parts = (*_alone(files, provider), *parts)
        hours = self.hours_at(call.contact, self.clock()) if self.quiet else ()
        return Prepared(
            parts or (("",) if files else ()),
            call.pieces,
            call.files,
            files,
            pictures=checked_files.pictures,
            quiet=self.quiet,
            hours=hours,
            text=text,
            profile=profile,
            window=await self._window(call, provider),
        )

    async def _worded(
        self, call: Prepare, files: Sequence[SlackFile], profile: ProviderProfile
    ) -> tuple[str, tuple[str, ...]]:
        """Write a reply as phone text, whole and in parts; no part where it has no words. Raises CallFailed."""
        if call.template is not None:
            text = written_out(call.pieces, {})
            return text, (text,)
        text = await self.workspace.phone_text(call.pieces)
        text = with_links("" if is_blank(text) else text, call.key, files, self.links.page)
        if not text:
            return "", ()
        text = for_phone(text + await self._signature(call, text))
        return text, split(text, profile.limits.longest_text)

    async def _window(self, call: Prepare, provider: Provider | None) -> Micros | None:
        """Ask until when free text is taken; None where there is no such rule, and where nobody tells just now.

        Then the provider decides about the text itself, and what it refuses for that reason is held.
        """
        window = provider.capabilities.window if provider is not None and call.asks_window else None
        if window is None:
            return None
        try:
            return told(await window.open_until(call.account, call.contact))
        except CallFailed:
            return None

    async def _checked(self, call: Prepare, provider: Provider | None) -> CheckedFiles:
        """Check the files of a reply, if there is who would take them. Raises CallFailed."""
        if provider is None:
            return CheckedFiles(call.files)
        return await checked(call, self.workspace, self.links, provider)

    async def _reason_against(self, call: Prepare) -> Reason | None:
        """Tell why the author of a reply may not text. Raises CallFailed while Slack does not say who that is."""
        if call.policy is None or call.author is None:
            return None
        try:
            reason = await reason_against(self.workspace, call.policy, Role.AGENT, call.author)
        except OutcomeUnknown as error:  # it was a question only, and may be asked again
            raise Retryable(AUTHOR_UNTOLD, NOT_TOLD, scope=FailureScope.ENTRY) from error
        except Retryable as error:
            if error.code != MISSING_SCOPE:
                raise
            raise Retryable(AUTHOR_UNTOLD, error.user_message, scope=FailureScope.ENTRY) from error  # others are known
        if reason is Reason.UNKNOWN:
            raise Retryable(AUTHOR_UNKNOWN, NOT_TOLD, scope=FailureScope.ENTRY)
        return reason

    async def _signature(self, call: Prepare, text: str) -> str:
        """Return the signature, where the team wants one and the text does not have it already.

        A reaction has none: phones know it by its exact words.
        """
        if not call.signature or call.author is None or read_tapback(text) is not None:
            return ""
        name = (await self.workspace.phone_text((Ref(RefKind.USER, call.author),))).removeprefix("@")
        signature = call.signature.replace(AGENT, name).rstrip()
        return "" if text.endswith(signature) else f"\n{signature}"


def _alone(files: Sequence[SlackFile], provider: Provider | None) -> tuple[str, ...]:
    """Give the files a text of their own without words, where the provider takes none along with such files."""
    media = provider.capabilities.media if provider is not None else None
    is_wordless = media is not None and any(file.type in media.file_limits.wordless for file in files)
    return ("",) if is_wordless else ()
