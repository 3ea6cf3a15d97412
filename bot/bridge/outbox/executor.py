"""Executor: carries out one request, a call through the ports, outside any unit of work.

Its end is one unit of work: results.py where it succeeded, failures.py where it failed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.bridge.attachments.incoming import fetch_pictures
from bot.bridge.attachments.outgoing import AttachmentLinks, linked
from bot.bridge.conversations.contacts import learn_name
from bot.bridge.outbox.failures import record_failure
from bot.bridge.outbox.preparation import Preparation
from bot.bridge.outbox.results import ChannelMade, Done, Furnished, Posted, Result, record_result
from bot.bridge.post_metadata import OWN_STAMP, header_stamp
from bot.bridge.rate_limit import Pause, RateLimiter
from bot.bridge.requests import (
    Attempt,
    Call,
    EditContent,
    EraseThread,
    FetchAttachments,
    FurnishChannel,
    MakeChannel,
    OpenThread,
    PostContent,
    Prepare,
    SendText,
    ShowReaction,
    ShowTapbacks,
    UnarchiveChannel,
    UploadAttachment,
)
from bot.bridge.unit_of_work import store_until_written
from bot.call_deadline import leaving_by
from bot.domain.conversation import Conversation
from bot.domain.destination import Destination
from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable, TooLate
from bot.domain.ids import PostKey, ThreadRef
from bot.domain.outbox import post_limit
from bot.domain.phone import E164
from bot.domain.provider_profile import UNKNOWN_PROVIDER
from bot.domain.retry_policy import BLOCKED_RETRY_S, requested_wait_s
from bot.domain.thread_content import Content, Header, OutboundText
from bot.domain.thread_notes import Notice
from bot.domain.timestamps import Micros
from bot.ports.messaging import Provider, Providers
from bot.ports.storage import Store, Transaction
from bot.ports.workspace import Workspace


@dataclass
class Executor:
    """Executor of calls through the ports. The rate limiter is told how they end, to spare a destination in trouble."""

    store: Store
    workspace: Workspace
    providers: Providers
    limiter: RateLimiter
    clock: Callable[[], Micros]
    pictures: AttachmentLinks
    preparation: Preparation
    blocked_by: dict[Provider, Retryable] = field(default_factory=dict, init=False)
    """Last answer of each connection's provider that took no text, until it takes one."""

    async def perform(self, attempt: Attempt) -> CallFailed | None:
        """Make the call of an attempt and record its end; returns how it failed, if it did."""
        try:
            with leaving_by(attempt.leave_by):
                result = await self._make(attempt)
        except CallFailed as failure:
            await self.write_failure(attempt, failure)
            return failure
        self.limiter.note_success(attempt.limit_key, attempt.channel)
        self._note_sender(attempt, None)
        await self._write(lambda tx: record_result(tx, attempt, result))
        return None

    async def write_failure(self, attempt: Attempt, failure: CallFailed) -> None:
        """Record how a call failed."""
        pause = self._pause(attempt, failure)
        if not isinstance(failure, TooLate):
            self._note_sender(attempt, failure)
        await self._write(lambda tx: record_failure(tx, attempt, failure, pause=pause))

    def _note_sender(self, attempt: Attempt, failure: CallFailed | None) -> None:
        """Note what keeps the provider of a text from taking any other, or that it takes them again."""
        provider = self._provider_of(attempt.call.outgoing.account) if isinstance(attempt.call, SendText) else None
        if provider is None:
            return
        self.blocked_by.pop(provider, None)
        if isinstance(failure, Retryable) and failure.scope is not FailureScope.ENTRY:
            self.blocked_by[provider] = failure

    def _pause(self, attempt: Attempt, failure: CallFailed) -> Pause | None:
        """Return how long which other calls wait; None where only this call has a problem."""
        if isinstance(failure, TooLate):
            return None  # the fault was here, and says nothing about the other side
        if isinstance(failure, OutcomeUnknown) and failure.code == "timeout":
            return self.limiter.note_timeout(attempt.limit_key, self.clock(), attempt.channel)
        if not isinstance(failure, Retryable) or failure.scope is FailureScope.ENTRY:
            self.limiter.note_success(attempt.limit_key, attempt.channel)
            return None
        if failure.retry_after_s is not None:
            return Pause(requested_wait_s(failure.retry_after_s))
        if failure.only_channel:
            # a reaction can be refused where posts are not
            only = attempt.limit_key if isinstance(attempt.call, ShowReaction | ShowTapbacks) else ""
            return Pause(BLOCKED_RETRY_S, attempt.channel, only) if attempt.channel else None
        return Pause(
            BLOCKED_RETRY_S
            if failure.scope is FailureScope.DESTINATION
            else self.limiter.back_off(attempt.limit_key, self.clock())
        )

    async def _write(self, unit: Callable[[Transaction], None]) -> None:
        await store_until_written(self.store, unit)

    async def _make(self, attempt: Attempt) -> Result:
        call: Call = attempt.call
        keys = [entry.key for entry in attempt.entries]
        match call:
            case OpenThread():
                return await self._open_thread(call, keys)
            case PostContent():
                return await self._post(call, keys)
            case Prepare():
                provider = self._provider_of(call.account)
                prepared = await self.preparation.prepare(call, provider)
                blocked_by = self.blocked_by.get(provider) if provider is not None else None
                return replace(prepared, blocked_by=blocked_by)
            case SendText():
                provider = self.providers.of(call.outgoing.account)
                return await provider.send(linked(call, self.pictures.link, provider.profile))
            case MakeChannel() | FurnishChannel():
                return await self._own_channel(call)
        await self._change(call, keys[0])
        return Done()

    async def _own_channel(self, call: MakeChannel | FurnishChannel) -> ChannelMade | Furnished:
        if isinstance(call, FurnishChannel):
            return Furnished(await self.workspace.furnish_channel(call.channel, call.topic, call.members))
        return ChannelMade(await self.workspace.make_channel(call.own, call.like, may_exist=call.may_exist))

    async def _change(
        self,
        call: EditContent
        | ShowReaction
        | ShowTapbacks
        | FetchAttachments
        | UploadAttachment
        | EraseThread
        | UnarchiveChannel,
        key: PostKey,
    ) -> None:
        match call:
            case EditContent():
                await self.workspace.edit(call.channel, call.ts, await self._named(await self._header(call)))
            case ShowReaction():
                await self.workspace.mark(call.channel, call.ts, show=call.show, instead_of=call.instead_of)
            case ShowTapbacks():
                await self.workspace.react(call.channel, call.ts, show=call.show, remove=call.remove)
            case FetchAttachments():
                await fetch_pictures(call, self.pictures.fetcher, self._write)
            case EraseThread():
                await self.workspace.erase_thread(call.place, as_name=call.as_name)
            case UnarchiveChannel():
                await self.workspace.unarchive_channel(call.channel)
            case UploadAttachment():
                await self.workspace.upload(call.place, call.media, call.speaker, key=key)

    async def _post(self, call: PostContent, keys: list[PostKey]) -> Posted:
        place, content = call.place, await self._named(call.content)
        return Posted(await self.workspace.post(place, content, keys=keys, is_seen=call.broadcast, about=call.about))

    async def _named(self, content: Content) -> Content:
        """Fill in the names in content that is shown before it was prepared for the phone."""
        if isinstance(content, (Notice, OutboundText)) and content.unnamed:
            return replace(content, text=await self.workspace.phone_text(content.unnamed), unnamed=())
        return content

    async def _open_thread(self, call: OpenThread, keys: list[PostKey]) -> Posted:
        conversation, name = call.conversation, call.conversation.name
        if call.asks_name:
            name = await self._name_or_none(conversation)
            await self._write(lambda tx: _leave_late(tx, conversation, name))
        header = replace(call.header, name=name)
        about = (header_stamp(conversation), *((OWN_STAMP,) if call.header.is_own else ()))
        return Posted(await self.workspace.post(ThreadRef(conversation.channel), header, keys=keys, about=about))

    async def _header(self, call: EditContent) -> Content:
        """Look up the contact's name, where a header still lacks it."""
        if call.unnamed is None or not isinstance(call.content, Header):
            return call.content
        return replace(call.content, name=await self._name_learnt(call.unnamed))

    async def _name_learnt(self, conversation: Conversation) -> str:
        """Look up a name and store it before it is shown, as that may fail; "" where it is not known."""
        name = await self._name_or_none(conversation)
        if name:
            await self._write(lambda tx: learn_name(tx, conversation.id, name))
        return name

    async def _name_or_none(self, conversation: Conversation) -> str:
        """Look up a name; None where it cannot be had, since that holds up no text."""
        try:
            contacts = self.providers.of(conversation.account).capabilities.contacts
            return await contacts.contact_name(conversation.account, conversation.contact) if contacts else ""
        except CallFailed:
            return ""

    def _provider_of(self, account: E164) -> Provider | None:
        """Return the provider of a number; None where it is connected no more, which its send will say."""
        try:
            return self.providers.of(account)
        except Rejected:
            return None

    def destination_of(self, attempt: Attempt) -> Destination:
        """Tell where the call of an attempt goes; that of an attachment from a phone has no destination of ours."""
        if not isinstance(attempt.call, SendText):
            return Destination.SLACK
        provider = self._provider_of(attempt.call.outgoing.account)
        return Destination((provider.profile if provider is not None else UNKNOWN_PROVIDER).code)


def _leave_late(tx: Transaction, conversation: Conversation, name: str) -> None:
    """Store a name before it is shown, and that its header leaves only now: nothing was earned since it was claimed."""
    if name:
        learn_name(tx, conversation.id, name)
    tx.outbox.earn_no_tokens(post_limit(conversation.channel))
