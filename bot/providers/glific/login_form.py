"""Login form of Glific: where it is, and the phone and password of the bot's user there."""

from bot.ports.provider_grants import ADDRESS_REFUSED, LOGIN_REFUSED, LoginField, LoginForm, password_field

ADDRESS, PHONE, PASSWORD = "address", "phone", "password"
"""Names of the fields."""

FORM = LoginForm(
    fields=(
        LoginField(
            ADDRESS,
            "Address of your Glific",
            "What stands in your browser when you use it, such as https://demo.glific.com.",
            "Write the address.",
            "https://",
        ),
        LoginField(
            PHONE,
            "Phone that logs in",
            "Of a user of its own for the bot, with the role manager: what the bot sends stands under its name.",
            "Write the phone number.",
            "+91 98765 43210",
            longest=40,
            is_phone=True,
        ),
        password_field(PASSWORD),
    ),
    line=ADDRESS,
    user=PHONE,  # what is wrong with the user or the organisation is said where the login is typed
    by_code={ADDRESS_REFUSED: ADDRESS, LOGIN_REFUSED: PASSWORD},
    afterwards=(
        "What people write to it opens their threads in {channel} from now on. Write to it from your own phone to "
        "see it."
    ),
)
