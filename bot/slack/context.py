"""Handler context: the store, the ports and the identity of the bot in one workspace, as its handlers use them.

Holds no handler; what a handler is and gives stands in handling.py.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from bot.bridge.conversations.queries import conversations_of_contact
from bot.bridge.unit_of_work import UnitsOfWork
from bot.domain.approval import QuietHours
from bot.domain.conversation import Conversation
from bot.domain.errors import InvalidNumber, VoltBotError
from bot.domain.ids import ChannelId
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164, can_be_texted
from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.domain.provider_records import WebhookRecord
from bot.domain.text_limits import UNLIMITED, TextLimits
from bot.domain.webhook_trust import WebhookTrust
from bot.parsing.phone_numbers import read_number, region_of, split_number
from bot.ports.messaging import Providers
from bot.ports.provider_grants import LoginGrants, ProviderGrants
from bot.ports.read_model import ReadModel
from bot.ports.sealer import Sealer
from bot.ports.unread_answers import UnreadAnswers
from bot.ports.workspace import Workspace
from bot.slack.api.ui import SlackUi
from bot.slack.blocks.modals import Modal
from bot.slack.events.interactions import Interaction
from bot.slack.render.chart import Chart
from bot.slack.render.lines import Lines
from bot.slack.render.reach_texts import unreachable_text
from bot.slack.render.renderer import Renderer, thread_link
from bot.slack.text.escaping import escape

NOT_CONNECTED = "{name} is not connected in this workspace yet. An admin or a manager can do that with `/volt connect`."
"""What everybody is told who wants to text before."""


class UserError(VoltBotError):
    """Mistake or refusal shown to the person who acted; str() says in mrkdwn why, and what to do.

    `block` is the block_id of the input at fault, if there is one. `has_usage`: the usage of the command is added.
    """

    def __init__(self, words: str, *, block: str = "", has_usage: bool = True) -> None:
        super().__init__(words)
        self.block = block
        self.has_usage = has_usage


async def _nothing_to_reload() -> None:
    """Change nothing: what runs depends on nothing that is stored."""


def _nothing_to_wake() -> None:
    """Wake nothing: what is stored is seen when it is looked at."""


async def _nobody_to_tell(_whose: str) -> None:
    """Tell nobody: there is one bot."""


@dataclass(frozen=True)
class Connected:
    """What handlers use of the connections: the providers by our numbers, our main number and its channel.

    `webhook_url` is where the main number's provider reaches this bot, "" if none is set. `register_bot` registers that
    address there, and returns None if it is registered already, or raises CallFailed; None where there are no webhooks.
    `trust` tells what weakens the proof of webhooks now; `unread` are the answers that could not be read, by line.
    """

    providers: Providers
    account: E164
    channel: ChannelId
    register_bot: Callable[[], Awaitable[WebhookRecord | None]] | None
    webhook_url: str = ""
    trust: Callable[[], WebhookTrust] = WebhookTrust
    unread: Sequence[UnreadAnswers] = ()


@dataclass
class Context:
    """Handler context of one workspace: the store, the ports and the identity of the bot that handlers use.

    `connected` is None while the workspace has no connection; what hangs on it then raises UserError. `quiet` are the
    hours without texts, `limits` say whom and how much people may text.

    `grants`, `logins`, `sealer` and `base_url` are for connections that admins make here: none where the bot has no
    ENCRYPTION_KEYS or no PUBLIC_URL. `reload` lets the bot go on with what is stored now, and must not cancel the
    handler that asks for it. `chart_url` gives the address of a chart, and is None where Slack cannot fetch one.
    `tell_of_rights` tells the other bots whose rights in Slack have changed. `wake_steps` has
    a workflow step that was just stored acted on at once.
    """

    units: UnitsOfWork
    read_model: ReadModel
    ui: SlackUi
    workspace: Workspace
    renderer: Renderer
    count: Callable[[str], None]
    connected: Connected | None = None
    bot_id: str = ""
    bot_user_id: str = ""
    team_id: str = ""
    team_url: str = ""
    team_ids: frozenset[str] = frozenset()
    quiet: QuietHours | None = None
    limits: TextLimits = UNLIMITED
    grants: ProviderGrants | None = None
    logins: Sequence[LoginGrants] = ()
    sealer: Sealer | None = None
    base_url: str = ""
    chart_url: Callable[[Chart], str] | None = None
    reload: Callable[[], Awaitable[None]] = _nothing_to_reload
    tell_of_rights: Callable[[str], Awaitable[None]] = _nobody_to_tell
    wake_steps: Callable[[], None] = _nothing_to_wake

    @property
    def connectable(self) -> ProviderProfile:
        """Profile of the provider that admins connect here."""
        return self.grants.profile if self.grants is not None else UNKNOWN_PROVIDER

    def login_at(self, provider: str) -> LoginGrants | None:
        """Return what logins at a provider are checked by; None where lines by it are not connected by a login."""
        return next((one for one in self.logins if one.profile.code == provider), None)

    @property
    def not_connected(self) -> str:
        """What everybody is told who wants to text before something is connected."""
        return NOT_CONNECTED.format(name=self.connectable.capital_name)

    def _connected(self) -> Connected:
        if self.connected is None:
            raise UserError(self.not_connected, has_usage=False)
        return self.connected

    @property
    def providers(self) -> Providers:
        """Providers by our numbers. Raises UserError while there is no connection."""
        return self._connected().providers

    @property
    def lines(self) -> Lines:
        """What is known of our numbers, and what can be done by each."""
        return Lines(self.connected.providers if self.connected is not None else None)

    @property
    def account(self) -> E164:
        """Our main number. Raises UserError while there is no connection."""
        return self._connected().account

    @property
    def channel(self) -> ChannelId:
        """Channel where new conversations open. Raises UserError while there is no connection."""
        return self._connected().channel

    @property
    def webhook_url(self) -> str:
        """Address of our webhooks, "" if none is set. Raises UserError while there is no connection."""
        return self._connected().webhook_url

    async def register_bot(self) -> WebhookRecord | None:
        """Register our address at the provider; None if it is there. Raises CallFailed or UserError."""
        register = self._connected().register_bot
        return await register() if register is not None else None

    def follow_channel(self, old: ChannelId, new: ChannelId) -> bool:
        """Use the new id of a channel from now on; True where new conversations open in it."""
        if self.connected is None or self.connected.channel != old:
            return False
        self.connected = replace(self.connected, channel=new)
        return True

    @property
    def region(self) -> str:
        """Region whose numbers need no country code, such as "US"."""
        return region_of(number_of(self.account))

    def read_number(self, typed: str, *, block: str = "") -> E164:
        """Read a contact's number as a person types it. Raises UserError."""
        try:
            return self._not_ours(read_number(typed, self.region), block)
        except InvalidNumber as error:
            raise UserError(escape(str(error)), block=block) from None

    def split_number(self, typed: str) -> tuple[E164, str]:
        """Split "NUMBER rest" as a person types it. Raises UserError."""
        try:
            number, rest = split_number(typed, self.region)
        except InvalidNumber as error:
            raise UserError(escape(str(error))) from None
        return self._not_ours(number, ""), rest

    def require_textable(self, contact: E164, *, block: str = "") -> E164:
        """Return the contact if it has a phone number. Raises UserError."""
        if not can_be_texted(contact):
            words = f"{escape(self.renderer.number(contact))} has no phone number and cannot be texted."
            raise UserError(words, block=block, has_usage=False)
        return contact

    def require_reachable(self, account: E164, contact: E164, *, block: str = "") -> E164:
        """Return the contact if its number may be texted from our account. Raises UserError."""
        self.require_textable(contact, block=block)
        refusal = self.limits.refusal(account, contact)
        if refusal is not None:
            words = unreachable_text(refusal, self.renderer.number(contact))
            raise UserError(escape(words), block=block, has_usage=False)
        return contact

    async def account_with(self, contact: E164) -> E164:
        """Choose our number for a contact: the main one, unless the contact knows only another."""
        conversations = await self.units.run(conversations_of_contact, contact)
        ours = {conversation.account for conversation in conversations}
        return ours.pop() if len(ours) == 1 else self.account

    def _not_ours(self, number: E164, block: str) -> E164:
        if number == number_of(self.account):
            words = f"{self.renderer.number(number)} is our own number: it cannot text itself."
            raise UserError(words, block=block, has_usage=False)
        return number

    def thread_mention(self, conversation: Conversation | None) -> str:
        """Write a link to a conversation's thread in mrkdwn; the channel's name while there is no thread."""
        link = self.thread_link(conversation)
        return f"<{link}|its thread>" if link else f"<#{conversation.channel if conversation else self.channel}>"

    def thread_link(self, conversation: Conversation | None) -> str:
        """Return the address of a conversation's thread; "" while there is none or it is not known."""
        if conversation is None:
            return ""
        return thread_link(self.team_url, conversation.channel, conversation.thread_ts)

    async def open_over(self, interaction: Interaction, modal: Modal) -> str:
        """Open a modal, on top of the one that was used if there is one, and return its id. Raises CallFailed."""
        show = self.ui.push_modal if interaction.is_in_modal else self.ui.open_modal
        return await show(interaction.trigger_id, modal)
