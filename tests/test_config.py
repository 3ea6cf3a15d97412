"""Settings: what is missing or malformed is said in one line each, and nothing secret is shown."""

from pathlib import Path

import pytest

from bot.config import load
from bot.config_errors import BadConfig
from bot.domain.database_address import DatabaseAddress, Engine
from bot.domain.phone import E164
from bot.store.sealing import new_key

ROOT = Path(__file__).resolve().parents[1]

GOOD = {
    "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
    "SLACK_BOT_TOKEN": "xoxb-very-secret",
    "SLACK_CHANNEL": "C0SUPPORT",
    "VOLT_API_TOKEN": "volt-very-secret",
    "VOLT_ACCOUNT_NUMBER": "+15555550123",
}


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder, with good settings and no others in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_APP_TOKEN", "PUBLIC_URL", "DATABASE_URL", "PORT", "UNDO_SECONDS", "ENCRYPTION_KEYS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def faults() -> list[str]:
    """Load, and return what is wrong."""
    with pytest.raises(BadConfig) as caught:
        load()
    return caught.value.faults


def test_good_settings_load() -> None:
    """Five settings are enough; the rest has the promised defaults."""
    config = load()
    assert (config.account, config.host, config.port) == ("+15555550123", "127.0.0.1", 3000)
    assert (config.undo_seconds, config.slack_post_rate) == (3, 1)
    assert config.volt_api_url == "https://api.respondflow.com/graphql"


def test_every_missing_setting_is_one_line_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing set, each needed variable is named once, with the place where it is found."""
    for name in GOOD:
        monkeypatch.delenv(name)
    found = faults()
    assert [line.split()[0] for line in found] == [
        "SLACK_SIGNING_SECRET",
        "SLACK_BOT_TOKEN",
        "SLACK_CHANNEL",
        "VOLT_API_TOKEN",
        "VOLT_ACCOUNT_NUMBER",
    ]
    assert all(line.split()[1] == "missing." for line in found)
    assert "Basic Information" in found[0]
    assert "(starts with xoxb-)" in found[1]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("VOLT_ACCOUNT_NUMBER", "5555550123", '"5555550123" is not E.164. Write +15555550123'),
        ("VOLT_ACCOUNT_NUMBER", "support", '"support" is not E.164'),
        ("SLACK_CHANNEL", "#support", '"#support" is a name, not a channel id'),
        ("SLACK_BOT_TOKEN", "xoxp-user", "is not a bot token"),
        ("SLACK_APP_TOKEN", "xoxb-bot", "is not an app-level token"),
        ("PORT", "many", "is not a number"),
        ("PORT", "70000", "is too large. A number from 1 to 65535."),
        ("PORT", "-1", "is too small. A number from 1 to 65535."),
        ("PORT", "9" * 5_000, "is not a number. A number from 1 to 65535."),
        ("UNDO_SECONDS", "31", "is too large. Seconds from 0 to 30."),
        ("SLACK_POST_RATE", "0", "is too small. Posts per second"),
        ("SLACK_SIGNING_SECRET", "abcde", "is too short to be a signing secret"),
        ("SLACK_SIGNING_SECRET", "abcde", "Basic Information"),
        ("SLACK_BOT_TOKEN", "xoxb-", "missing. Slack app page → OAuth & Permissions"),
        ("SLACK_APP_TOKEN", "xapp-", "missing. Slack app page → Basic Information"),
        ("PUBLIC_URL", "http://bot.acme.example", "is http, and Slack and Volt call https only. The https address"),
        ("PUBLIC_URL", "https://bot.example.com", "is still the example. The https address"),
        ("VOLT_WEBHOOK_VERIFY", "off", "is not one of the choices"),
        ("VOLT_API_URL", "api.respondflow.com", "is not an http or https address"),
        ("VOLT_API_URL", "http://api.acme.example/graphql", "only https will do"),
        ("SLACK_API_URL", "http://slack.acme.example/api/", "only https will do. Leave it out"),
        ("VOLT_WEBHOOK_KEY", "http://keys.acme.example/id_rsa.pub", "only https will do"),
        ("VOLT_WEBHOOK_KEY", "HTTP://keys.acme.example/id_rsa.pub sha256:00", "only https will do"),
        ("DATABASE_URL", "volt.db", "is a path, and an address is wanted: sqlite:///volt.db. Write sqlite:///"),
        ("DATABASE_URL", "mysql://db/volt", "names mysql, which this bot does not speak. Write sqlite:///"),
        ("DATABASE_URL", "postgresql://volt@db", "names no database; it stands behind the host and a /. Write"),
        ("VOLT_WEBHOOK_PATH_SECRET", "a/b", "is not 6 to 200 letters"),
        ("LOG_LEVEL", "loud", "is not one of the choices"),
        ("SLACK_CUSTOMER_FACES", "maybe", "is not one of the choices. Write on, or off"),
    ],
)
def test_malformed_setting(monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str) -> None:
    """A malformed setting is named with what is wrong and how to get it right."""
    monkeypatch.setenv(name, value)
    (line,) = faults()
    assert line.startswith(f"{name}  ")
    assert expected in line


def test_no_password_in_the_address_of_glific(monkeypatch: pytest.MonkeyPatch) -> None:
    """A login within the address is refused, and not shown: what is asked there bears a token of its own."""
    monkeypatch.setenv("GLIFIC_API_URL", "https://me:hunter2hunter2@api.acme.example")
    monkeypatch.setenv("GLIFIC_PHONE", "15555550100")
    monkeypatch.setenv("GLIFIC_PASSWORD", "correct horse")
    (line,) = faults()
    assert line.startswith("GLIFIC_API_URL  holds a user or a password")
    assert "hunter2" not in line


def test_the_address_of_carium_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where admins install the app it says where Carium is for those who connect a line; else it begins a line."""
    monkeypatch.setenv("COURIER_API_URL", "https://carium.acme.example/")
    assert {line.split()[0] for line in faults()} == {
        "COURIER_USERNAME",
        "COURIER_PASSWORD",
        "COURIER_ORGANIZATION_ID",
        "COURIER_ACCOUNT_ID",
        "COURIER_NUMBER_ID",
    }
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "0123456789abcdef")
    monkeypatch.setenv("PUBLIC_URL", "https://bot.acme.example")
    monkeypatch.setenv("ENCRYPTION_KEYS", new_key())
    config = load(_env_file=None)
    assert (config.has_courier, config.courier_root) == (False, "https://carium.acme.example")


def test_the_example_file_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `.env.example` holds to be filled in counts as missing, each with the place where the value is found."""
    for name in GOOD:
        monkeypatch.delenv(name)
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    found = faults()
    assert {line.split()[0] for line in found} == {*GOOD, "PUBLIC_URL"}
    assert {line.split()[1] for line in found if not line.startswith("PUBLIC_URL")} == {"missing."}


def test_http_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address of this very machine may be http: only programs beside the bot can call it."""
    monkeypatch.setenv("PUBLIC_URL", "http://127.0.0.1:3000")
    assert load().public_url == "http://127.0.0.1:3000"


def test_no_secret_in_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """A malformed secret is not repeated."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxp-do-not-show-me")
    monkeypatch.setenv("VOLT_WEBHOOK_PATH_SECRET", "do not show me either")
    assert "show" not in " ".join(faults())


def test_socket_mode_needs_no_signing_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an app-level token requests come over an authenticated connection, and no signing secret is needed."""
    monkeypatch.delenv("SLACK_SIGNING_SECRET")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-secret")
    assert load().slack_signing_secret is None


def test_env_file_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A .env file in the working folder counts, and the environment counts more."""
    (tmp_path / ".env").write_text("UNDO_SECONDS=7\nPORT=4000\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "5000")
    config = load()
    assert (config.undo_seconds, config.port) == (7, 5000)


def test_empty_means_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is set to nothing has its default."""
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("PUBLIC_URL", "")
    config = load()
    assert config.database_url == DatabaseAddress(Engine.SQLITE, "volt-bot.db", "volt-bot.db")
    assert config.public_url is None


def test_secrets_do_not_show_in_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing the settings shows no secret, and no password of a database; the log may show none either."""
    monkeypatch.setenv("DATABASE_URL", "postgres://volt:very-secret%21@db/volt")
    config = load()
    assert "very-secret" not in f"{config!r} {config} {config.database_url}"
    assert "db/volt" in repr(config)
    assert {"very-secret%21", "very-secret!"} <= set(config.secrets())


ONE, OTHER = "A" * 43 + "=", "B" * 43 + "="


@pytest.mark.parametrize("written", [f"{ONE},{OTHER}", f" {ONE} , {OTHER}\n", f"{ONE},\n{OTHER},", f",{ONE},,{OTHER}"])
def test_encryption_keys(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    """Keys are read in their order, however commas and white space stand around them, and none may be shown."""
    monkeypatch.setenv("ENCRYPTION_KEYS", written)
    config = load()
    assert config.sealing_keys == [ONE, OTHER]
    assert config.link_secrets == [ONE, OTHER, "xoxb-very-secret"]
    assert {ONE, OTHER} <= set(config.secrets())
    assert "AAAA" not in repr(config)


def test_no_encryption_keys() -> None:
    """Without encryption keys nothing can be sealed, and links are made by the bot token."""
    assert load().sealing_keys == []
    assert load().link_secrets == ["xoxb-very-secret"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("show-me", "is no key: a key has 44 characters, and this one has 7."),
        (f"{ONE},show-me", "holds 2 keys, and the second is none: a key has 44 characters, and this one has 7."),
        (f"show-me,{ONE}", "holds 2 keys, and the first is none: a key has 44 characters, and this one has 7."),
        (f"{ONE}," * 11 + "show-me", "holds 12 keys, and number 12 is none: a key has 44 characters"),
        ("show" * 11, "is no key: a key ends with = and has only letters, digits, - and _ before it."),
        (f"{ONE};{OTHER}", "is no key: a key has 44 characters, and this one has 89."),
        ("show/" * 8 + "me+=", "is no key: a key ends with ="),
        ("show me", "holds spaces, line breaks or letters that no token has."),
        (",", "holds commas and no key."),
    ],
)
def test_malformed_encryption_keys(monkeypatch: pytest.MonkeyPatch, written: str, expected: str) -> None:
    """A key that is none is said in one line with which one it is and how to make one, and is not shown."""
    monkeypatch.setenv("ENCRYPTION_KEYS", written)
    (line,) = faults()
    assert line.startswith(f"ENCRYPTION_KEYS  {expected}")
    assert "volt-bot keys new" in line
    assert "show" not in line
    assert "AAAA" not in line


def test_white_space_around_a_secret_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token pasted with a line break or spaces around it is taken without them."""
    monkeypatch.setenv("SLACK_SIGNING_SECRET", " 8f742231b10e8888abcd99yyyzzz85a5\n")
    secret = load().slack_signing_secret
    assert secret is not None
    assert secret.get_secret_value() == "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.mark.parametrize("token", ["two words", "tökèn", "line\nbreak"])
def test_secret_that_cannot_be_one(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """A secret with spaces, line breaks or letters no token has is a fault, not a surprise later."""
    monkeypatch.setenv("VOLT_API_TOKEN", token)
    (line,) = faults()
    assert line.startswith("VOLT_API_TOKEN  holds spaces, line breaks or letters that no token has")


def test_unreadable_env_file(tmp_path: Path) -> None:
    """A .env file that is no UTF-8 text is said in one line."""
    (tmp_path / ".env").write_bytes(b"SLACK_CHANNEL=\xff\xfe")
    (line,) = faults()
    assert line.startswith(".env  cannot be read")


INSTALLABLE = {
    "SLACK_CLIENT_ID": "1234.5678",
    "SLACK_CLIENT_SECRET": "very-secret-client",
    "ENCRYPTION_KEYS": "0" * 43 + "=",
    "PUBLIC_URL": "https://bot.acme.example",
}
ENVIRONMENT = ("SLACK_BOT_TOKEN", "SLACK_CHANNEL", "VOLT_API_TOKEN", "VOLT_ACCOUNT_NUMBER")


@pytest.fixture
def installable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what an installable app needs, and no workspace of the environment."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name)
    for name, value in INSTALLABLE.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("installable")
def test_installable_without_a_workspace_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a client id nothing of a workspace has to be set: admins bring theirs."""
    config = load()
    assert config.is_installable
    assert not config.has_environment_workspace
    assert (config.slack_channel, config.volt_account_number, config.allowed_teams) == ("", "", frozenset())
    monkeypatch.setenv("SLACK_ALLOWED_TEAMS", " T012AB3CD, E045EF6GH,")
    assert load().allowed_teams == {"T012AB3CD", "E045EF6GH"}


def test_both_ways_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workspace of the environment and installable others go together; only the first needs no client id."""
    assert (load().has_environment_workspace, load().is_installable) == (True, False)
    for name, value in INSTALLABLE.items():
        monkeypatch.setenv(name, value)
    assert (load().has_environment_workspace, load().is_installable) == (True, True)


@pytest.mark.usefixtures("installable")
@pytest.mark.parametrize("name", ["SLACK_CLIENT_SECRET", "ENCRYPTION_KEYS", "PUBLIC_URL"])
def test_needed_to_be_installable(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What installing needs is named where it is missing, with the reason and the cure."""
    monkeypatch.delenv(name)
    (line,) = faults()
    assert line.startswith(f"{name}  missing, and needed with SLACK_CLIENT_ID. ")
    assert len(line) > len(f"{name}  missing, and needed with SLACK_CLIENT_ID. ")


@pytest.mark.usefixtures("installable")
def test_installable_over_http_or_socket_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests have to be verified, by a signing secret or by Socket Mode's own connection."""
    monkeypatch.delenv("SLACK_SIGNING_SECRET")
    (line,) = faults()
    assert line.startswith("SLACK_SIGNING_SECRET  missing. ")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-secret")
    assert load().is_installable


@pytest.mark.usefixtures("installable")
def test_half_a_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the workspace of the environment all is set, or nothing: half of it is a fault that says what else is set."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", GOOD["SLACK_BOT_TOKEN"])
    monkeypatch.setenv("SLACK_CHANNEL", GOOD["SLACK_CHANNEL"])
    found = faults()
    assert [line.split()[0] for line in found] == ["VOLT_API_TOKEN", "VOLT_ACCOUNT_NUMBER"]
    assert all("SLACK_BOT_TOKEN is set: a workspace needs all four of its settings, or none" in line for line in found)


def test_client_secret_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client secret without a client id is a fault, not an app that nobody can install."""
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "very-secret-client")
    (line,) = faults()
    assert line.startswith("SLACK_CLIENT_ID  missing, and SLACK_CLIENT_SECRET is set. Slack app page")


def test_allowed_teams_are_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name among the allowed teams is a fault: it would let nobody in, or everybody."""
    monkeypatch.setenv("SLACK_ALLOWED_TEAMS", "T012AB3CD,acme")
    (line,) = faults()
    assert line.startswith('SLACK_ALLOWED_TEAMS  "acme" is no id of a team or an organisation. Write ids')


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("USA", '"USA" is no ISO code of a country'),
        ("US,ZZ", '"ZZ" is no ISO code of a country'),
        ("UK", '"UK" is no ISO code of a country'),
        ("+1", '"+1" is no ISO code of a country'),
        ("US,*", "names countries beside *, which stands for all"),
    ],
)
def test_countries_that_are_none(monkeypatch: pytest.MonkeyPatch, value: str, fault: str) -> None:
    """TEXTS_TO holds ISO codes or a star alone; anything else is one line that says how to write it."""
    monkeypatch.setenv("TEXTS_TO", value)
    (line,) = faults()
    assert line.startswith(f"TEXTS_TO  {fault}. Write ISO codes with commas between them, such as US,CA or GB;")


def test_whom_and_how_much_people_may_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Countries are read in any case and spacing; 200 texts an hour are the default, and 0 is no limit."""
    assert load().limits.per_hour == 200
    monkeypatch.setenv("TEXTS_TO", " us, Ca ")
    monkeypatch.setenv("AGENT_TEXTS_PER_HOUR", "0")
    config = load()
    assert (config.texts_to, config.limits.per_hour) == ("US,CA", 0)
    assert config.limits.refusal(config.account, E164("+14165550145")) is None
    monkeypatch.setenv("AGENT_TEXTS_PER_HOUR", "-1")
    assert faults() == [
        "AGENT_TEXTS_PER_HOUR  is too small. Texts that one person may send in an hour, 0 for no limit."
    ]
