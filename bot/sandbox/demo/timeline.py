"""Timeline of the demo: what people did on either side, and what the other side shows of it.

It reads the stand-ins' state and never asks the bot, so its result does not depend on what the bot believes. Whether a
message is to be texted follows from what people did, and from what the thread's header tells them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.sandbox.clock import clock
from bot.sandbox.demo.people import is_full_member
from bot.sandbox.demo.phones import Phones
from bot.sandbox.demo.pictures import READY, bytes_of
from bot.sandbox.demo.reactions import is_shown_as_reaction
from bot.sandbox.demo.score import Score, join_parts, key_of, pair_replies, pair_texts, words_of
from bot.sandbox.slack.stand_in import SlackStandIn
from bot.sandbox.slack.state.model import Message
from bot.sandbox.volt.model import Webhook

GRACE_AFTER_FAULTS_S = 120.0
NOTE_STARTS = (
    "//",
    "\N{SPEAKER WITH CANCELLATION STROKE}",
    ":mute:",
    "<@",
    "<!here",
    "<!channel",
    "<!everyone",
    "<!subteam",
)
FOR_READING, ON_REQUEST = "nothing written here is texted", "begin with ! are texted"  # as headers tell people
OVER = "what is written here is not texted"  # in a thread that was left for a channel of the contact's own
PHONE_LIKE = re.compile(r"\+?[\d(][\d()\-. \N{NO-BREAK SPACE}]{5,}\d")
TOLD = frozenset({"x", "warning", "no_entry", "no_entry_sign", "octagonal_sign", "exclamation"})  # "did not go out"
TOLD |= {"double_vertical_bar"}  # "waits for somebody to say so"


@dataclass
class PhoneText:
    """Text that a customer wrote; its webhook is known once the first attempt is over."""

    id: str
    number: str
    body: str
    media: list[str]
    at: float
    webhook: Webhook | None = None
    taken: bool = False  # by Glific, which keeps it until the bot has it
    arrived: bool = False  # found in its thread

    @property
    def is_accepted(self) -> bool:
        """Whether somebody keeps it who will not lose it: the bot, which answered 2xx to its webhook, or Glific."""
        return self.taken or (self.webhook is not None and 200 <= self.webhook.status < 300)


@dataclass
class Record:
    """Actions of people, as far as the stand-ins do not keep them."""

    texts: list[PhoneText] = field(default_factory=list)
    former: dict[str, list[str]] = field(default_factory=dict)  # by ts: what a message said before it was edited
    commands: list[str] = field(default_factory=list)  # what stood behind /volt
    forms: list[str] = field(default_factory=list)  # what was typed into windows, which may be texted too
    presses: set[str] = field(default_factory=set)  # ts of roots in whose thread a button was pressed
    taken_back: dict[str, float] = field(default_factory=dict)  # by ts of a root: when a reply was last called back
    pressed: dict[tuple[str, str], str] = field(default_factory=dict)  # by user and channel: the ephemeral pressed last
    replaced: set[str] = field(default_factory=set)  # ts of ephemerals that another one stands for now
    forgeries: list[int] = field(default_factory=list)  # the status each got
    calm_since: float = field(default_factory=clock.unix_time)  # when a fault was last switched, or the bot started


class Compared(NamedTuple):
    """One direction of one conversation: when each item was sent, whether it arrived, and how many came twice."""

    said_at: list[float]
    found: list[bool]
    extra: int


class Timeline:
    """Timeline of both sides, and their comparison."""

    def __init__(self, slack: SlackStandIn, phones: Phones, record: Record) -> None:
        self.slack = slack
        self.phones = phones
        self.record = record
        self._numbers: dict[str, str] = {}  # by ts of a root: a header keeps its number whatever it says later

    def messages(self) -> list[Message]:
        """Return every message of every channel, deleted ones too, and what the bot wrote to one person alone."""
        return [message for channel in self.slack.channels.values() for message in channel.messages]

    def everybody(self) -> list[str]:
        """Return the numbers of all customers with a header, a text or a message, in that order."""
        headers = [number for message in self.messages() if (number := self.number_of(message))]
        others = [text.number for text in self.record.texts] + self.phones.reached()
        return list(dict.fromkeys([*headers, *others]))

    def number_of(self, message: Message) -> str | None:
        """Return the number of the conversation whose header this is; None for any other message."""
        if message.bot_id is None or message.is_reply or self.slack.channels[message.channel].is_im:
            return None
        if self._is_own(message) and message.ts not in self._numbers and not _has_buttons(message):
            return None  # all posts of the bot stand beside the header there
        if message.ts not in self._numbers:
            number = self._read_number(message.text)  # its blocks show customers' words as well
            if number is None:
                return None
            self._numbers[message.ts] = number
        return self._numbers[message.ts]

    def _read_number(self, words: str) -> str | None:
        for found in PHONE_LIKE.findall(words):
            digits = "".join(letter for letter in found if letter.isdigit())
            number = f"+1{digits}" if len(digits) == 10 and not found.startswith("+") else f"+{digits}"
            if len(digits) >= 10 and number not in self.phones.own:
                return number
        return None

    def roots(self, number: str) -> list[Message]:
        """Return the headers of a number's conversations, oldest first."""
        return [one for one in self.messages() if not one.deleted and self.number_of(one) == number]

    def _replies(self, number: str) -> list[Message]:
        return [one for root in self.roots(number) for one in self._under(root)]

    def _is_own(self, message: Message) -> bool:
        """Whether a message stands in a channel that the bot has made: one contact's own."""
        return bool(self.slack.channels[message.channel].creator)

    def _under(self, root: Message) -> list[Message]:
        """Return what stands in a header's thread, or beside it in a channel of the contact's own."""
        beside = self.slack.channels[root.channel].messages
        if self._is_own(root):
            return [one for one in beside if not one.is_reply and one is not root]
        return [one for one in beside if one.is_reply and one.thread_ts == root.ts]

    def score(self, *, is_calm: bool) -> Score:
        """Compare everything once more, and mark the texts that have arrived.

        Nothing counts as lost while things are made to go wrong (not calm), nor within GRACE_AFTER_FAULTS_S after that.
        """
        customers = self.everybody()
        texts, replies = map(self._compare_texts, customers), map(self._compare_replies, customers)
        compared = [*texts, *replies]
        missing = [at for one in compared for at, found in zip(one.said_at, one.found, strict=True) if not found]
        late_since = clock.unix_time() - GRACE_AFTER_FAULTS_S
        lost = sum(is_calm and max(at, self.record.calm_since) < late_since for at in missing)
        return Score(
            lost=lost,
            twice=sum(one.extra for one in compared),
            waiting=len(missing) - lost,
            texts=len(self.record.texts),
            replies=sum(len(one.said_at) for one in compared) - len(self.record.texts),
            refused=sum(status in (401, 403) for status in self.record.forgeries),
            let_in=sum(200 <= status < 300 for status in self.record.forgeries),
        )

    def _compare_texts(self, number: str) -> Compared:
        texts = [text for text in self.record.texts if text.number == number]
        posts_and_replies = [one for one in self._replies(number) if not one.deleted]
        posts = [one for one in posts_and_replies if one.bot_id]
        words = pair_texts([text.body for text in texts], [words_of(post.text, post.blocks) for post in posts])
        extra = words.extra
        shown = {url: self._count_of(url, posts) for text in texts for url in text.media}
        for text, has_words in zip(texts, words.found, strict=True):
            is_shown = has_words or is_shown_as_reaction(text.body, posts_and_replies, self.slack.bot_user_id)
            text.arrived = is_shown and all(shown[url] > 0 for url in text.media)
            if text.arrived:
                shown = {url: count - text.media.count(url) for url, count in shown.items()}
        extra += sum(max(0, count) for count in shown.values())
        return Compared([text.at for text in texts], [text.arrived for text in texts], extra)

    def _count_of(self, url: str, posts: Sequence[Message]) -> int:
        """Count how often a customer's picture is shown: by its address, or as a file with the same bytes."""
        name = url.rpartition("/")[2]
        data = bytes_of(name) if name in READY else None
        files = [
            self.slack.files[one["id"]].data for post in posts for one in post.files if one["id"] in self.slack.files
        ]
        return sum(url in words_of(post.text, post.blocks) for post in posts) + (files.count(data) if data else 0)

    def _compare_replies(self, number: str) -> Compared:
        roots = self.roots(number)
        said = [one for root in roots if not _says(root, OVER) for one in self._said_in(root)]
        before = [self._keys(one) for root in roots if _says(root, OVER) for one in self._said_in(root)]
        standing = [one for one in said if not one.deleted and is_full_member(self.slack, one.user)]
        keys = [self._keys(one) for one in standing]
        texted = self.phones.outbound(number)
        arrived = join_parts(one.body for one in texted if not one.is_failed)
        there = pair_replies(keys, map(key_of, arrived), [*self._may_be_there(number, said), *before])
        failed = pair_replies(keys, map(key_of, join_parts(one.body for one in texted)), [])
        told = [bool(TOLD & set(one.reactions)) or self._may_be_taken_back(one) for one in standing]
        found = [any(one) for one in zip(there.found, failed.found, told, strict=True)]
        return Compared([float(one.ts) for one in standing], found, there.extra)

    def _said_in(self, root: Message) -> list[Message]:
        """Return what people said in a thread for the phone, as its header explains that now."""
        said = [one for one in self._under(root) if is_for_the_phone(one) and not _says(root, FOR_READING)]
        return [one for one in said if one.text.startswith("!")] if _says(root, ON_REQUEST) else said

    def _may_be_taken_back(self, message: Message) -> bool:
        """Whether somebody called a reply of this thread back after it was said."""
        return float(message.ts) < self.record.taken_back.get(message.thread_ts or "", 0.0)

    def _may_be_there(self, number: str, said: Sequence[Message]) -> list[frozenset[str]]:
        """Return what may be on the phone besides: deleted too late, corrected, sent by hand, or of an outsider.

        What guests and people of another company write is texted only where an admin allowed that.
        """
        is_by_hand = any(root.ts in self.record.presses for root in self.roots(number))
        unsure = [one for one in said if one.deleted or one.edited or not is_full_member(self.slack, one.user)]
        again = [self._keys(one) for one in (said if is_by_hand else unsure)]
        sent = [" ".join(words.split()) for words in self.record.commands if words.lower().startswith("send")]
        bodies = [" ".join(words.split(" ")[at:]) for words in sent for at in range(2, 2 + min(4, words.count(" ")))]
        return [*again, *(frozenset({key_of(body)}) for body in [*bodies, *self.record.forms] if body)]

    def _keys(self, message: Message) -> frozenset[str]:
        return frozenset(key_of(words) for words in [message.text, *self.record.former.get(message.ts, [])])


def _says(root: Message, words: str) -> bool:
    """Whether a header tells people this."""
    rules = [block for block in root.blocks if block["type"] == "context"]  # the rest may be customers' words
    return words in f"{words_of(root.text, [])}\n{words_of('', rules)}".lower()


def _has_buttons(message: Message) -> bool:
    return not message.username and any(block["type"] == "actions" for block in message.blocks)


def is_for_the_phone(message: Message) -> bool:
    """Whether a message in a conversation's thread is to be texted: a person's own words, and no note.

    Of a picture its words are compared; one without words is left out, because nothing tells it from another.
    """
    if message.bot_id is not None or message.text.lstrip().startswith(NOTE_STARTS):
        return False
    return message.subtype is None or (message.subtype == "file_share" and bool(message.text.strip()))
