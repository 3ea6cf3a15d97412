"""Making one call, and writing down how it ended.

A call is made outside any unit of work; its end is one unit of work. What the other side did is recorded before
anything else is attempted, so that a failure in Slack can never make us forget that Volt took a text.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import time
from uuid import uuid4

from bot.bridge.asking import ask_first
from bot.bridge.attached import Pictures, checked, linked
from bot.bridge.contacts import learn_name
from bot.bridge.headers import follow_header
from bot.bridge.jobs import (
    Call,
    EditContent,
    Job,
    OpenThread,
    PostContent,
    Prepare,
    SendText,
    ShowMark,
    still_under_way,
)
from bot.bridge.outbound import cancel, lead_to, owe_preparation, owe_sending
from bot.bridge.owing import hold_back, owe_line, owe_mark, owe_notice, refresh_lines, refresh_said, said_subject
from bot.bridge.pace import Pacer, Pause
from bot.bridge.pictures import FetchPictures, UploadPicture, fetch_pictures, record_fetched, record_shown
from bot.bridge.receipts import apply_report, identified, take_in_waiting
from bot.bridge.restored import doubt_sending, may_have_left
from bot.bridge.saying import is_outdated
from bot.bridge.setbacks import record_failure
from bot.bridge.stamps import header_stamp
from bot.domain.caution import Quiet
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.effect import SEND_PACE, Effect, Kind, State, post_pace
from bot.domain.errors import CallFailed, Concerns, NotNow, OutcomeUnknown, Refused, StoreUnavailable
from bot.domain.ids import MessageKey, MessageTs, PostKey
from bot.domain.message import Failure, Message, Piece, Ref, RefKind, SlackFile
from bot.domain.moment import Micros
from bot.domain.news import News, What
from bot.domain.phone import E164
from bot.domain.post import Content, Header, Notice, Place, SentText, Topic
from bot.domain.retry import HOLD_S
from bot.domain.text import for_phone, is_blank, split
from bot.ledger import Ledger, Shown
from bot.ports import Accepted, Provider, Store, Workspace


@dataclass(frozen=True)
class Posted:
    """The header or a post is in Slack."""

    ts: MessageTs


@dataclass(frozen=True)
class Changed:
    """An edit, a mark or a picture is in Slack, or pictures are here."""


@dataclass(frozen=True)
class Prepared:
    """Phone text of a reply, whole and in parts; none where nothing is left to send. `pieces` is what it was made from.

    `files` go along, made from those that were `given`. A `refusal` says why nothing may be sent.
    `hours` is the time of day at the contact's place, in each zone it may be in; `quiet` when nobody wants a text.
    `kept_by` is what keeps every text from leaving just now, if anything does.
    """

    parts: tuple[str, ...]
    pieces: tuple[Piece, ...]
    given: tuple[SlackFile, ...] = ()
    files: tuple[SlackFile, ...] = ()
    refusal: Failure | None = None
    quiet: Quiet | None = None
    hours: tuple[time, ...] = ()
    text: str = ""
    kept_by: NotNow | None = None


AGENT = "{agent}"
"""Stands for the name of whoever wrote, in the words that a team puts under its texts."""

Result = Posted | Changed | Prepared | Accepted


@dataclass
class Caller:
    """Makes calls through the ports. The pacer is told how they end, so that it can spare a place in trouble."""

    store: Store
    workspace: Workspace
    provider: Provider
    pacer: Pacer
    clock: Callable[[], Micros]
    pictures: Pictures
    quiet: Quiet | None = None
    hours_at: Callable[[E164, Micros], tuple[time, ...]] = lambda _contact, _now: ()
    kept_by: NotNow | None = field(default=None, init=False)
    """What the provider last said when it took no text, until it takes one."""

    async def perform(self, job: Job) -> CallFailed | None:
        """Make the call of a job and write down its end; returns how it failed, if it did."""
        try:
            result = await self._make(job)
        except CallFailed as failure:
            await self.write_failure(job, failure)
            return failure
        self.pacer.fine(job.pace, job.channel)
        if job.pace == SEND_PACE:
            self.kept_by = None
        await self._write(lambda ledger: record_result(ledger, job, result))
        return None

    async def write_failure(self, job: Job, failure: CallFailed) -> None:
        """Write down how a call failed."""
        pause = self._pause(job, failure)
        if job.pace == SEND_PACE:
            self.kept_by = failure if isinstance(failure, NotNow) and failure.concerns is not Concerns.CALL else None
        await self._write(lambda ledger: record_failure(ledger, job, failure, pause=pause))

    def _pause(self, job: Job, failure: CallFailed) -> Pause | None:
        """How long which other calls are put off; None where only this call has a problem."""
        if isinstance(failure, OutcomeUnknown) and failure.code == "timeout":
            return self.pacer.kept_waiting(job.pace, self.clock(), job.channel)
        if not isinstance(failure, NotNow) or failure.concerns is Concerns.CALL:
            self.pacer.fine(job.pace, job.channel)
            return None
        if failure.retry_after_s is not None:
            return Pause(max(failure.retry_after_s, 0.1))
        if failure.only_channel:
            # a mark can be refused where posts are not
            only = job.pace if isinstance(job.call, ShowMark) else ""
            return Pause(HOLD_S, job.channel, only) if job.channel else None
        return Pause(HOLD_S if failure.concerns is Concerns.PLACE else self.pacer.back_off(job.pace, self.clock()))

    async def _write(self, unit: Callable[[Ledger], None]) -> None:
        """Write down an end, however long the disk is full: it is known only here."""
        while True:
            try:
                return await self.store.run(unit)
            except StoreUnavailable as error:
                await asyncio.sleep(error.retry_after_s)

    async def _make(self, job: Job) -> Result:
        call: Call = job.call
        keys = [effect.key for effect in job.effects]
        match call:
            case OpenThread():
                return await self._open_thread(call, keys)
            case PostContent():
                return await self._post(call, keys)
            case Prepare():
                return await self._prepare(call)
            case SendText():
                return await self.provider.send(linked(call, self.pictures.link))
        await self._change(call, keys[0])
        return Changed()

    async def _change(self, call: EditContent | ShowMark | FetchPictures | UploadPicture, key: PostKey) -> None:
        match call:
            case EditContent():
                await self.workspace.edit(call.channel, call.ts, await self._named(await self._header(call)))
            case ShowMark():
                await self.workspace.mark(call.channel, call.ts, show=call.show, instead_of=call.instead_of)
            case FetchPictures():
                await fetch_pictures(call, self.pictures.fetcher, self._write)
            case UploadPicture():
                await self.workspace.upload(call.place, call.media, call.speaker, key=key)

    async def _post(self, call: PostContent, keys: list[PostKey]) -> Posted:
        place, content = call.place, await self._named(call.content)
        return Posted(await self.workspace.post(place, content, keys=keys, is_seen=call.is_seen, about=call.about))

    async def _named(self, content: Content) -> Content:
        """Fill in the names of words that are shown before they were made ready for the phone."""
        if isinstance(content, (Notice, SentText)) and content.unnamed:
            return replace(content, text=await self.workspace.phone_text(content.unnamed), unnamed=())
        return content

    async def _open_thread(self, call: OpenThread, keys: list[PostKey]) -> Posted:
        conversation, name = call.conversation, call.conversation.name
        if call.asks_name:
            name = await self._name_learnt(conversation)
        self.pacer.bucket(post_pace(conversation.channel), self.clock()).left_late(self.clock())
        header = replace(call.header, name=name)
        about = (header_stamp(conversation),)
        return Posted(await self.workspace.post(Place(conversation.channel), header, keys=keys, about=about))

    async def _header(self, call: EditContent) -> Content:
        """Look up who it is, where a header still lacks the name."""
        if call.unnamed is None or not isinstance(call.content, Header):
            return call.content
        return replace(call.content, name=await self._name_learnt(call.unnamed))

    async def _name_learnt(self, conversation: Conversation) -> str:
        """Look up a name and take it over before it is shown, as that may fail; "" where it is not known."""
        name = await self._name_or_none(conversation)
        if name:
            await self._write(lambda ledger: learn_name(ledger, conversation.id, name))
        return name

    async def _name_or_none(self, conversation: Conversation) -> str:
        """A text is not held up because a name cannot be had."""
        try:
            return await self.provider.contact_name(conversation.account, conversation.contact)
        except CallFailed:
            return ""

    async def _prepare(self, call: Prepare) -> Prepared:
        try:
            files = await checked(call, self.workspace, self.pictures.link)
        except Refused as refused:
            failure = Failure(refused.code, refused.words, may_send_again=False)
            return Prepared((), call.pieces, call.files, refusal=failure)
        text = await self.workspace.phone_text(call.pieces)
        parts: tuple[str, ...] = ("",) if files else ()
        if is_blank(text):
            text = ""
        else:
            text = for_phone(text + await self._signature(call, text))
            parts = split(text, self.provider.longest_text)
        hours = self.hours_at(call.contact, self.clock()) if self.quiet else ()
        return Prepared(
            parts, call.pieces, call.files, files, quiet=self.quiet, hours=hours, text=text, kept_by=self.kept_by
        )

    async def _signature(self, call: Prepare, text: str) -> str:
        """Say who wrote, where the team wants that and the text does not say it already."""
        if not call.signature or call.author is None:
            return ""
        name = (await self.workspace.phone_text((Ref(RefKind.USER, call.author),))).removeprefix("@")
        signature = call.signature.replace(AGENT, name).rstrip()
        return "" if text.endswith(signature) else f"\n{signature}"


def record_result(ledger: Ledger, job: Job, result: Result) -> None:
    """Write down a call that did what it should; Slack's echo of a post may have said so before."""
    if job.aside:
        ledger.release_channel(job.aside)
    effect, open_ones = job.effects[0], still_under_way(ledger, job)
    for one in open_ones:
        ledger.settle(one, State.DONE)
    match result:
        case Posted():
            for one in open_ones:
                record_posted(ledger, one, result.ts)
            if effect.kind is Kind.OPEN_THREAD:
                _record_opened(ledger, effect, result)
        case Changed():
            _record_changed(ledger, effect, job.call)
        case Prepared():
            _record_prepared(ledger, effect, result)
        case Accepted():
            record_accepted(ledger, effect, result)


def _record_opened(ledger: Ledger, effect: Effect, result: Posted) -> None:
    """Where an echo has told of another header made for the same call, both count."""
    conversation = ledger.conversation(effect.conversation_id)
    if conversation.thread_ts not in (None, result.ts):
        lead_to(ledger, conversation, Place(conversation.channel, result.ts))


def _record_changed(ledger: Ledger, effect: Effect, call: Call) -> None:
    match call:
        case ShowMark():
            ledger.set_shown(effect.conversation_id, effect.subject, Shown(call.ts, call.show))
        case FetchPictures():
            record_fetched(ledger, effect)
        case UploadPicture():
            record_shown(ledger, effect)


def record_posted(ledger: Ledger, effect: Effect, ts: MessageTs) -> None:
    """Write down where a post of ours is."""
    conversation = ledger.conversation(effect.conversation_id)
    if effect.kind is Kind.OPEN_THREAD:
        ledger.set_thread(conversation.id, ts)
        follow_header(ledger, conversation)
        lead_to(ledger, conversation, Place(conversation.channel, ts))
        return
    if effect.kind is Kind.LINE:
        ledger.set_shown(conversation.id, effect.subject, Shown(ts, None))
        if is_outdated(ledger, effect):
            owe_line(ledger, conversation.id, effect.subject, message_id=effect.message_id)
        return
    if effect.kind is Kind.UPLOAD:
        record_shown(ledger, effect)
        return
    assert effect.message_id is not None
    message = ledger.place_message(ledger.message(effect.message_id), conversation.channel, ts)
    seconds = (ledger.now - message.created_at) / 1_000_000
    ledger.tell(News(What.SHOWN, message.key, detail=effect.kind.value, seconds=seconds))
    if effect.kind is Kind.POST_SENT:
        ledger.set_shown(conversation.id, said_subject(message.key), Shown(ts, None))
        owe_mark(ledger, message)
        if message.status in (DeliveryStatus.DRAFT, DeliveryStatus.CANCELLED):
            refresh_said(ledger, message)


def _record_prepared(ledger: Ledger, effect: Effect, result: Prepared) -> None:
    assert effect.message_id is not None
    message = ledger.message(effect.message_id)
    if message.status is DeliveryStatus.CANCELLED:
        return
    if message.status is not DeliveryStatus.QUEUED:
        return  # a receipt proved that it left, or a person is being asked
    if (message.pieces, message.files) != (result.pieces, result.given):  # edited meanwhile: once more, as it is now
        owe_preparation(ledger, message, undo_s=0)
        return
    if not result.parts:
        cancel(ledger, replace(message, failure=result.refusal))
        owe_notice(ledger, message, Topic.FILES_REFUSED if result.refusal else Topic.NOTHING_TO_SEND)
        return
    message = replace(message, files=result.files)
    if ask_first(ledger, message, result.parts, result.text, quiet=result.quiet, hours=result.hours):
        return
    refresh_lines(ledger, message, (Topic.ASK,))
    for number, body in enumerate(result.parts, start=1):
        part = _part(ledger, message, number)
        ledger.save_message(replace(part, body=body))
        owe_sending(ledger, part)
        if number == 1 and result.kept_by is not None:
            hold_back(ledger, replace(part, body=body), result.kept_by)
        if may_have_left(ledger, message):
            doubt_sending(ledger, part)


def _part(ledger: Ledger, message: Message, number: int) -> Message:
    if number == 1:
        return message
    return ledger.add_message(
        replace(message, id=0, key=MessageKey(uuid4().hex), part=number, pieces=(), has_files=False, files=())
    )


def record_accepted(ledger: Ledger, effect: Effect, accepted: Accepted) -> None:
    """Write down that the provider took a text, then look at receipts that came before its answer."""
    assert effect.message_id is not None
    message = identified(ledger, ledger.message(effect.message_id), accepted.provider_id, accepted.legacy_id)
    apply_report(ledger, message, accepted.status)
    take_in_waiting(ledger, message.conversation_id)
