"""Handlers: their types, what they return, and the Feature that lists those of one feature.

Holds no handler. Each feature offers a Feature; ingress/registry.py lists them, ingress/router.py calls their handlers.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.ids import UserId
from bot.domain.roles import Role
from bot.ports.capabilities import Capability
from bot.slack.blocks.kit import MessageBody
from bot.slack.blocks.modals import Modal, Option
from bot.slack.context import Context
from bot.slack.events.interactions import Interaction


@dataclass(frozen=True)
class FieldErrors:
    """Errors at inputs: the form stays open; messages by the block_id of an input."""

    messages: Mapping[str, str]


@dataclass(frozen=True)
class ShowView:
    """Next view: it takes the place of the form."""

    view: Modal


@dataclass(frozen=True)
class Refusal:
    """Refusal of a form: it stays open with what was typed, and the reason is shown on top of it."""

    body: MessageBody


@dataclass(frozen=True)
class Close:
    """Close the form. `message`, in mrkdwn, gives the result; it is read only if the form has closed before."""

    message: Callable[[], Awaitable[str]]


SubmissionResult = FieldErrors | Refusal | ShowView | Close | None
"""Result of a submitted form; None closes it, and its work is done."""

CommandHandler = Callable[[Context, Interaction, str], Awaitable[MessageBody]]
"""Handler of a subcommand; the text is what follows its word. Raises UserError or CallFailed."""

ActionHandler = Callable[[Context, Interaction], Awaitable[MessageBody | None]]
"""Handler of a button, an option or a shortcut; its message is shown to that person. Raises UserError or CallFailed."""

SubmissionHandler = Callable[[Context, Interaction], Awaitable[SubmissionResult]]
"""Handler of a submitted form. Raises UserError with the block at fault, or CallFailed."""

OptionsHandler = Callable[[Context, Interaction], Awaitable[Sequence[Option]]]
"""Handler of a menu's search: lists the options that match what was typed, at most 100, within a second."""

HomeHandler = Callable[[Context, UserId], Awaitable[None]]
"""Handler that shows a person's App Home."""


@dataclass(frozen=True)
class Subcommand:
    """Subcommand of `/volt`: its word, its arguments, an example of them, and a short summary.

    In the summary `{name}` stands for the provider's. `besides` are lines of the help about what only some numbers can.
    """

    word: str
    usage: str
    example: str
    summary: str
    handler: CommandHandler
    besides: Mapping[Capability, str] = field(default_factory=dict)

    @property
    def usage_text(self) -> str:
        """Write its usage, in mrkdwn."""
        if not self.usage:
            return f"Write {_code(self.word, '')}."
        return f"Write {_code(self.word, self.usage)}, for example {_code(self.word, self.example)}."

    def help_line(self, name: str) -> str:
        """Write its line of the help, in mrkdwn; `name` is the provider's."""
        return f"• {_code(self.word, self.example)} – {self.summary.format(name=name)}"


def _code(word: str, rest: str) -> str:
    return f"`/volt {word} {rest}`" if rest else f"`/volt {word}`"


@dataclass(frozen=True)
class Feature:
    """Handlers of one feature: subcommands in the order of the help, the others by action_id or callback_id.

    `role` is asked of whoever uses one of them, `roles` of those that ask for another, by name. `needs` is what one of
    our numbers has to offer for all of it.
    """

    role: Role
    roles: Mapping[str, Role] = field(default_factory=dict)
    commands: tuple[Subcommand, ...] = ()
    actions: Mapping[str, ActionHandler] = field(default_factory=dict)
    submissions: Mapping[str, SubmissionHandler] = field(default_factory=dict)
    shortcuts: Mapping[str, ActionHandler] = field(default_factory=dict)
    options: Mapping[str, OptionsHandler] = field(default_factory=dict)
    home: HomeHandler | None = None
    needs: Capability | None = None

    def role_of(self, name: str) -> Role:
        """Return the role that a handler asks for."""
        return self.roles.get(name, self.role)
