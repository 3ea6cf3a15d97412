"""Login form of Carium: the user who logs in, and the ids of the organization, of its account and of the number."""

from bot.ports.provider_grants import LOGIN_REFUSED, LoginField, LoginForm, password_field
from bot.providers.courier.calls.account import FOREIGN_ACCOUNT, NO_ACCOUNT, NO_NUMBER, NO_TEXTS
from bot.providers.courier.profile import HEALTH_WARNING

USERNAME, PASSWORD = "username", "password"
ORGANIZATION, ACCOUNT, NUMBER = "organization_id", "account_id", "number_id"
"""Names of the fields, which are those of the credentials."""

IDS = (ORGANIZATION, ACCOUNT, NUMBER)

_EXAMPLE_ID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


def no_id(name: str) -> str:
    """Name the code of a rejection because what was typed into a field is no id."""
    return f"no_id {name}"


def _id_field(name: str, what: str) -> LoginField:
    hint = "36 characters. Whoever runs Carium for you knows it."
    return LoginField(name, f"Id of {what}", hint, "Write the id.", _EXAMPLE_ID, longest=60)


FORM = LoginForm(
    fields=(
        LoginField(
            USERNAME,
            "Username",
            "Of a user of its own for the bot, which logs in without a second factor.",
            "Write the username.",
        ),
        password_field(PASSWORD),
        _id_field(ORGANIZATION, "your organization"),
        _id_field(ACCOUNT, "its text account"),
        _id_field(NUMBER, "the number that texts are sent from"),
    ),
    line=NUMBER,
    user=USERNAME,
    by_code={
        LOGIN_REFUSED: PASSWORD,
        FOREIGN_ACCOUNT: ORGANIZATION,
        NO_ACCOUNT: ACCOUNT,
        NO_NUMBER: NUMBER,
        NO_TEXTS: NUMBER,
        **{no_id(name): name for name in IDS},
    },
    afterwards=(
        "It is experimental: text yourself first, with `/volt send`. A thread opens in {channel}, and what is answered "
        "shows there. Who was never texted from here cannot begin a conversation."
    ),
    warning=HEALTH_WARNING,
    needs_address=True,
)
