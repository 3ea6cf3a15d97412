"""The desk behind every command, button and form: what their handlers may use, and the shapes they answer in.

Holds no handler. A module of handlers offers a Part; parts.py lists the parts, listeners.py lets Slack reach them.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.bridge.conversations.queries import conversations_of_contact
from bot.bridge.unit_of_work import UnitsOfWork
from bot.domain.approval import QuietHours
from bot.domain.conversation import Conversation
from bot.domain.errors import InvalidNumber, VoltBotError
from bot.domain.ids import ChannelId, UserId
from bot.domain.phone import E164, can_be_texted
from bot.domain.provider_records import WebhookRecord
from bot.parsing.phone_numbers import read_number, region_of, split_number
from bot.ports.directory import Directory
from bot.ports.read_model import ReadModel
from bot.ports.workspace import Workspace
from bot.slack.api.ui import SlackUi
from bot.slack.blocks.kit import MessageBody
from bot.slack.blocks.modals import Modal, Option
from bot.slack.events.interactions import Interaction
from bot.slack.render.renderer import Renderer, thread_link
from bot.slack.text.escaping import escape


class UserError(VoltBotError):
    """What was asked for cannot be done; str() says why and what to do, in mrkdwn, to the one who asked.

    `block` is the block_id of the input at fault, where there is one. `has_usage`: how to write the command follows.
    """

    def __init__(self, words: str, *, block: str = "", has_usage: bool = True) -> None:
        super().__init__(words)
        self.block = block
        self.has_usage = has_usage


@dataclass
class Context:
    """What handlers know and use: whose number, which channel, and who the bot is.

    `webhook_url` is where Volt reaches this bot, "" where nobody has said. `register_bot` registers that address at
    Volt; None where it is registered already. Raises CallFailed. `quiet` is when nobody wants a text at their place.
    """

    units: UnitsOfWork
    read_model: ReadModel
    directory: Directory
    ui: SlackUi
    workspace: Workspace
    account: E164
    channel: ChannelId
    renderer: Renderer
    count: Callable[[str], None]
    register_bot: Callable[[], Awaitable[WebhookRecord | None]]
    bot_token: str = field(repr=False)
    bot_id: str = ""
    bot_user_id: str = ""
    team_url: str = ""
    team_ids: frozenset[str] = frozenset()
    webhook_url: str = ""
    quiet: QuietHours | None = None

    @property
    def region(self) -> str:
        """Whose numbers need no country code, such as "US"."""
        return region_of(self.account)

    def number(self, typed: str, *, block: str = "") -> E164:
        """Read a contact's number as a person types it. Raises Mistake."""
        try:
            return self._not_ours(read_number(typed, self.region), block)
        except InvalidNumber as error:
            raise UserError(escape(str(error)), block=block) from None

    def number_and_rest(self, typed: str) -> tuple[E164, str]:
        """Split "NUMBER rest" as a person types it. Raises Mistake."""
        try:
            number, rest = split_number(typed, self.region)
        except InvalidNumber as error:
            raise UserError(escape(str(error))) from None
        return self._not_ours(number, ""), rest

    def textable(self, contact: E164, *, block: str = "") -> E164:
        """Let pass a contact who has a number. Raises Mistake."""
        if not can_be_texted(contact):
            words = f"{escape(self.renderer.number(contact))} has no phone number and cannot be texted."
            raise UserError(words, block=block, has_usage=False)
        return contact

    async def account_with(self, contact: E164) -> E164:
        """Find which of our numbers talks with a contact: the main one, unless they only know another."""
        conversations = await self.units.run(conversations_of_contact, contact)
        ours = {conversation.account for conversation in conversations}
        return ours.pop() if len(ours) == 1 else self.account

    def _not_ours(self, number: E164, block: str) -> E164:
        if number == self.account:
            words = f"{self.renderer.number(number)} is our own number: it cannot text itself."
            raise UserError(words, block=block, has_usage=False)
        return number

    def place(self, conversation: Conversation | None) -> str:
        """Point at a thread where it is known, else at its channel, in mrkdwn."""
        link = self.thread_link(conversation)
        return f"<{link}|its thread>" if link else f"<#{conversation.channel if conversation else self.channel}>"

    def thread_link(self, conversation: Conversation | None) -> str:
        """Give the address of a conversation's thread; "" where there is none, or nobody knows it yet."""
        if conversation is None:
            return ""
        return thread_link(self.team_url, conversation.channel, conversation.thread_ts)

    async def open_over(self, interaction: Interaction, modal: Modal) -> str:
        """Open a modal, over the one that it was asked in if there is one, and return its id. Raises CallFailed."""
        show = self.ui.push_modal if interaction.is_in_modal else self.ui.open_modal
        return await show(interaction.trigger_id, modal)


@dataclass(frozen=True)
class FieldErrors:
    """The form stays open; words by the block_id of an input."""

    words: Mapping[str, str]


@dataclass(frozen=True)
class ShowView:
    """The form gives way to another one."""

    view: Modal


@dataclass(frozen=True)
class Refusal:
    """The form stays open with what stands in it, and why nothing came of it is laid over it."""

    view: MessageBody


@dataclass(frozen=True)
class Close:
    """The form closes. `words` tells in mrkdwn what came of it, and is asked for only where the form closed before."""

    words: Callable[[], Awaitable[str]]


SubmissionResult = FieldErrors | Refusal | ShowView | Close | None
"""What becomes of a submitted form; None closes it, and all that there is to say is that it is done."""

CommandHandler = Callable[[Context, Interaction, str], Awaitable[MessageBody]]
"""Answers a subcommand; the text is what follows its word. Raises Mistake or CallFailed."""

ActionHandler = Callable[[Context, Interaction], Awaitable[MessageBody | None]]
"""Acts on a button, an option or a shortcut; a view is shown to the one who used it. Raises Mistake or CallFailed."""

SubmissionHandler = Callable[[Context, Interaction], Awaitable[SubmissionResult]]
"""Acts on a submitted form. Raises Mistake with the block at fault, or CallFailed."""

OptionsHandler = Callable[[Context, Interaction], Awaitable[Sequence[Option]]]
"""Lists the options that match what was typed: at most 100, within a second or so."""

HomeHandler = Callable[[Context, UserId], Awaitable[None]]
"""Shows somebody's App Home."""


@dataclass(frozen=True)
class Subcommand:
    """One subcommand of `/volt`: its word, what follows it, an example of that, and what it does in a few words."""

    word: str
    usage: str
    example: str
    summary: str
    answer: CommandHandler

    @property
    def how(self) -> str:
        """Say how it is written, in mrkdwn."""
        if not self.usage:
            return f"Write {_code(self.word, '')}."
        return f"Write {_code(self.word, self.usage)}, for example {_code(self.word, self.example)}."

    @property
    def line(self) -> str:
        """Say what it does, in mrkdwn."""
        return f"• {_code(self.word, self.example)} – {self.summary}"


def _code(word: str, rest: str) -> str:
    return f"`/volt {word} {rest}`" if rest else f"`/volt {word}`"


@dataclass(frozen=True)
class Feature:
    """What one module answers: subcommands by their order in the help, the rest by action_id or callback_id."""

    commands: tuple[Subcommand, ...] = ()
    actions: Mapping[str, ActionHandler] = field(default_factory=dict)
    submissions: Mapping[str, SubmissionHandler] = field(default_factory=dict)
    shortcuts: Mapping[str, ActionHandler] = field(default_factory=dict)
    suggestions: Mapping[str, OptionsHandler] = field(default_factory=dict)
    welcome: HomeHandler | None = None
