"""Words about connections: why one was not made or changed, and what comes of one that was. Mrkdwn."""

from bot.bridge.connections.records import ConnectionRefusal, ConnectionRefused
from bot.domain.errors import CallFailed
from bot.domain.ids import ChannelId
from bot.domain.own_numbers import number_of
from bot.domain.provider_profile import ProviderProfile
from bot.slack.blocks.kit import MessageBody, section, section_plain
from bot.slack.context import Context

NO_KEYS = (
    "This bot cannot store a token yet: it has no key to seal it with. Whoever runs the bot makes one with "
    "`volt-bot keys new`, sets ENCRYPTION_KEYS to it and starts the bot again."
)
NO_ADDRESS = (
    "This bot does not know its own address, so {name} could not bring it any texts. Whoever runs the bot has to set "
    "PUBLIC_URL, its https address, and start it again."
)
KEY_LOST = (
    "The token of this connection cannot be opened: it was sealed with a key that is not among ENCRYPTION_KEYS, or was "
    "removed with the app. Press *Replace token* first."
)
NO_TOKEN = "Paste the token."  # noqa: S105 - words about a token
BROKEN_TOKEN = "This holds spaces or letters that no token has. Copy it once more, whole."  # noqa: S105
LABEL_IS_NUMBER = "This reads like a number. Use words, such as Support line."

_RETRY = "Then press *Register again* in the Home of this app."


def refusal_words(context: Context, refused: ConnectionRefused) -> str:
    """Write why nothing was changed, and what to do."""
    who = f"<@{refused.author}>" if refused.author else "Somebody"
    match refused.reason:
        case ConnectionRefusal.NUMBER_TAKEN | ConnectionRefusal.TENANT_TAKEN:
            is_number = refused.reason is ConnectionRefusal.NUMBER_TAKEN
            what, grant = ("number", "token") if is_number else ("line", "login")
            where = f" in <#{refused.account.channel}>" if refused.account else ""
            return f"This {what} is connected already{where}. Its channel and its {grant} are changed in App Home."
        case ConnectionRefusal.CHANGED_MEANWHILE:
            what = context.connectable.name
            return f"{who} has connected {what} while you had this open. Look in App Home before you go on."
        case ConnectionRefusal.CONFIGURED:
            return "This workspace is connected by the bot's configuration. Whoever runs the bot changes it there."
        case ConnectionRefusal.GONE:
            return "This is not connected any more. Open the Home of this app again to see what is."
        case ConnectionRefusal.OTHER_ORGANIZATION:
            number = context.renderer.number(number_of(refused.account.number)) if refused.account else "your numbers"
            return f"This token is of another organization: it cannot text from {number}. Use one of the same."
        case ConnectionRefusal.LABEL_TAKEN:
            return "Another number is called that already. Choose another name."


def login_refusal_words(context: Context, refused: ConnectionRefused, by: ProviderProfile) -> str:
    """Write why nothing of a line by a login was changed, and what to do."""
    match refused.reason:
        case ConnectionRefusal.OTHER_ORGANIZATION:
            return "This login is of another organization or line. Use one of the line that is connected here."
        case ConnectionRefusal.CHANGED_MEANWHILE:
            who = f"<@{refused.author}>" if refused.author else "Somebody"
            return f"{who} has connected something while you had this open. Look in App Home before you go on."
        case ConnectionRefusal.NUMBER_TAKEN:
            where = f", in <#{refused.account.channel}>" if refused.account else ""
            return (
                f"A line of {by.name} is connected with this phone already{where}. To connect another organization, "
                "use the phone of another user there. The login of that line is replaced in App Home."
            )
        case _:
            return refusal_words(context, refused)


def line_connected_message(organization: str, channel: ChannelId, by: ProviderProfile, afterwards: str) -> MessageBody:
    """Write what comes of a line that was connected; the organization's name is never markup."""
    words = f"{by.line} is connected. {afterwards.format(channel=f'<#{channel}>')}"
    return MessageBody(words, [section_plain(organization), section(words)])


def connected_message(number: str, channel: ChannelId, failed: CallFailed | None, by: ProviderProfile) -> MessageBody:
    """Write what comes of a number that was connected, or why it does not receive texts yet."""
    if failed is not None:
        return not_receiving_message(f"{number} is connected.", failed, by)
    words = (
        f"{number} is connected. Texts to it open their threads in <#{channel}> from now on."
        " Text that number from your own phone to see it."
    )
    return MessageBody(words, [section(words)])


def token_message(failed: CallFailed | None, by: ProviderProfile) -> MessageBody:
    """Write what comes of another token."""
    done = f"The token is replaced, and {by.name} accepts it."
    return MessageBody(done, [section(done)]) if failed is None else not_receiving_message(done, failed, by)


def not_receiving_message(done: str, failed: CallFailed, by: ProviderProfile) -> MessageBody:
    """Write what was done, and that the provider does not bring texts yet; its own words are never markup."""
    words = f"{done} But texts do not come in yet, because {by.name} does not bring them here."
    return MessageBody(
        f"{words} {failed.user_message}", [section(words), section_plain(failed.user_message), section(_RETRY)]
    )


def ended_message(by: ProviderProfile, *, is_removed: bool) -> MessageBody:
    """Write what comes of a connection that was ended."""
    words = "Disconnected. Nothing is texted or received by it any more; its conversations stay in Slack."
    if not is_removed:
        stays = f"{by.capital_name} does not accept the token, so the webhook stays there"
        words += f" {stays}: delete it in {by.where_webhooks_are}."
    return MessageBody(words, [section(words)])
