"""Which contact a button or a row is about, how they are named there, and the way to their thread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.domain.conversation import Conversation
from bot.domain.errors import InvalidNumber
from bot.domain.ids import ConversationId
from bot.domain.own_numbers import parse_account
from bot.domain.phone import E164, can_be_texted
from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.slack.blocks import cards
from bot.slack.blocks.cards import WriteNumber
from bot.slack.blocks.kit import Block, button
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.action_ids import OPEN, VISIT

MAX_NAME_CHARS = 60


@dataclass(frozen=True)
class ContactRef:
    """Contact reference: our number and the contact's, as the value of a button."""

    account: E164
    contact: E164

    def __str__(self) -> str:
        return f"{self.account} {self.contact}"


def read_contact_ref(value: str) -> ContactRef:
    """Read the value of a button. Raises UserError."""
    account, _, contact = value.partition(" ")
    try:
        ours = parse_account(account)
    except InvalidNumber:
        ours = None
    if ours is None or not can_be_texted(contact):
        raise UserError("This is out of date. Please type the command again.")
    return ContactRef(ours, E164(contact))


def only_number(context: Context, words: str) -> E164:
    """Read a number with nothing behind it. Raises UserError."""
    number, rest = context.split_number(words)
    if rest.strip():
        raise UserError("There are words after the number.")
    return number


@dataclass(frozen=True)
class ContactLabels:
    """Labels of contacts and links to threads, "" for a thread that does not exist; `by` tells of the provider.

    `tags` are those of conversations, where they were read.
    """

    number: WriteNumber
    link: Callable[[Conversation], str]
    by: Callable[[E164], ProviderProfile] = lambda _account: UNKNOWN_PROVIDER
    tags: Mapping[ConversationId, tuple[str, ...]] = field(default_factory=dict)

    def name_of(self, conversation: Conversation) -> str:
        """Write a contact's name, for plain text only."""
        name, number = cards.single_line(conversation.name, MAX_NAME_CHARS), self.number(conversation.contact)
        return f"{name} · {number}" if name else number


def contact_labels(context: Context) -> ContactLabels:
    """Return how numbers and threads are labelled here."""
    return ContactLabels(context.renderer.number, context.thread_link, context.lines.profile)


def open_button(who: ContactRef, link: str) -> Block:
    """Button to the contact's thread, or to open one."""
    if link:
        return button("Open thread", VISIT, str(who), url=link)
    return button("Open thread", OPEN, str(who))


async def visit(_context: Context, _interaction: Interaction) -> None:
    """Do nothing: the button is a link, and Slack reports that it was pressed."""
