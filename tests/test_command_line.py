"""The command line, as its users run it: the real program in a process of its own."""

import json
import os
import pwd
import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.bot_process import BotProcess, child_environment, free_port
from bot.store.sealing import FernetSealer, new_key
from bot.store.sqlite.connection import open_for_writing
from tests.harness.forks import Forks
from tests.harness.world import ACCOUNT
from tests.store.test_before_0_2 import closed
from tests.store.test_soundness import folder


class Shell:
    """Runs volt-bot with settings of its own, in a folder of its own."""

    def __init__(self, forks: Forks, folder: Path, settings: dict[str, str]) -> None:
        self._forks = forks
        self.folder = folder
        self.settings = settings

    async def run(self, *arguments: str, **changes: str) -> tuple[int, str, str]:
        """Run one command; returns exit code, standard output and standard error."""
        settings = {name: value for name, value in {**self.settings, **changes}.items() if value}
        return await self._forks.run(arguments, child_environment(settings), self.folder)


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """Give the process whose forks the commands are."""
    with Forks(tmp_path_factory.mktemp("forks")) as running:
        yield running


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    """Stand in for Slack."""
    async with SlackStandIn() as stand_in:
        yield stand_in


@pytest.fixture
async def volt() -> AsyncIterator[VoltStandIn]:
    """Stand in for Volt."""
    async with VoltStandIn(account_number=ACCOUNT) as stand_in:
        yield stand_in


@pytest.fixture
def shell(forks: Forks, slack: SlackStandIn, volt: VoltStandIn, tmp_path: Path) -> Shell:
    """Offer a shell with good settings."""
    port = free_port()
    settings = {
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_CHANNEL": "C0SUPPORT",
        "SLACK_API_URL": slack.api_url,
        "VOLT_API_TOKEN": volt.token,
        "VOLT_ACCOUNT_NUMBER": ACCOUNT,
        "VOLT_API_URL": volt.graphql_url,
        "VOLT_WEBHOOK_KEY": volt.key_url,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "UNDO_SECONDS": "0",
    }
    return Shell(forks, tmp_path, settings)


@pytest.fixture
async def bot(shell: Shell, slack: SlackStandIn, volt: VoltStandIn) -> AsyncIterator[BotProcess]:
    """Run the bot beside the commands."""
    process = BotProcess(shell.settings, folder=shell.folder, port=int(shell.settings["PORT"]))
    await process.start()
    slack.events_url = f"{process.url}/slack/events"
    volt.webhook_url = f"{process.url}/volt/webhooks"
    yield process
    await process.terminate()


async def test_serve_refuses_bad_settings(shell: Shell) -> None:
    """The bot stops at once with exit code 2 and a line per fault."""
    code, out, err = await shell.run("serve", SLACK_BOT_TOKEN="", VOLT_ACCOUNT_NUMBER="5555550123")
    assert (code, out) == (2, "")
    assert [line.split()[0] for line in err.splitlines()] == ["SLACK_BOT_TOKEN", "VOLT_ACCOUNT_NUMBER"]


async def test_serve_refuses_unreadable_key(shell: Shell) -> None:
    """A key that is neither a URL nor a file nor a key is a fault of its variable."""
    code, _, err = await shell.run("serve", VOLT_WEBHOOK_KEY="ssh-rsa nonsense")
    assert code == 2
    assert err.startswith("VOLT_WEBHOOK_KEY  ")
    assert "Traceback" not in err


async def test_serve_refuses_taken_port(shell: Shell, bot: BotProcess) -> None:
    """A port that somebody listens on is a fault of PORT, not a traceback."""
    database = f"sqlite:///{shell.folder / 'other.db'}"
    code, _, err = await shell.run("serve", DATABASE_URL=database, PORT=str(bot.port))
    assert code == 2
    assert "HOST, PORT  cannot listen on" in err
    assert "Traceback" not in err


async def test_serve_refuses_used_database(shell: Shell, bot: BotProcess) -> None:
    """Two bots cannot run on one database, which would send every text twice."""
    assert bot.is_running
    code, _, err = await shell.run("serve", PORT=str(free_port()))
    assert code == 2
    assert "another volt-bot is using it" in err


async def test_serve_moves_no_clock_of_a_server(shell: Shell) -> None:
    """A time that is moved for a demo is refused where a server tells the time, before anything is asked of it."""
    address = "postgresql://volt@127.0.0.1/volt"
    code, _, err = await shell.run("serve", "--clock-from", str(shell.folder / "ahead"), DATABASE_URL=address)
    assert code == 2
    assert err.startswith("--clock-from  is for a database file")


async def test_serve_is_light_and_ends_on_sigterm(shell: Shell) -> None:
    """What is loaded is kept out of garbage collections, what only draws is not loaded; SIGTERM ends it with code 0."""
    said = "gc.get_freeze_count() > 100_000, gc.get_threshold()[0], sys.modules.get('rich')"
    watched = f"import atexit, gc, sys; atexit.register(lambda: print({said}));"
    command = (sys.executable, "-c", f"{watched} from bot.__main__ import run; run(['serve'])")
    bot = BotProcess(shell.settings, folder=shell.folder, port=int(shell.settings["PORT"]), command=command)
    await bot.start()
    assert await bot.terminate() == 0
    assert bot.output[-1] == "True 20000 None"


async def test_doctor_finds_all_good(shell: Shell, bot: BotProcess) -> None:
    """With everything in place all eleven checks hold and the exit code is 0."""
    assert bot.is_running
    assert (await shell.run("webhooks", "register"))[0] == 0
    code, out, _ = await shell.run("doctor")
    assert out.splitlines()[-1] == "11 checks, 11 good, 0 to fix."
    assert code == 0


async def test_doctor_says_what_to_fix(shell: Shell, slack: SlackStandIn) -> None:
    """Each check that fails says what to do, and the exit code is 1."""
    slack.add_channel("C0OTHER", "other", members=False)
    code, out, _ = await shell.run("doctor", SLACK_CHANNEL="C0OTHER", VOLT_API_TOKEN="wrong")
    lines = {line[6:22].strip(): line for line in out.splitlines()[:-1]}
    assert code == 1
    assert "/invite" in lines["Slack channel"]
    assert "VOLT_API_TOKEN" in lines["Volt token"]
    assert lines["Slack token"].startswith("good")
    assert out.splitlines()[-1] == "11 checks, 8 good, 3 to fix."


async def test_doctor_says_what_a_missing_permission_costs(shell: Shell, slack: SlackStandIn) -> None:
    """Without the permission for names and faces the doctor says what is missing in Slack, unless nobody wants them."""
    slack.scopes.remove("chat:write.customize")
    _, out, _ = await shell.run("doctor")
    assert "missing chat:write.customize. Without chat:write.customize a customer's texts bear the bot's face" in out
    _, out, _ = await shell.run("doctor", SLACK_CUSTOMER_FACES="off")
    assert "all granted" in out


async def test_doctor_does_not_need_every_permission(shell: Shell, slack: SlackStandIn) -> None:
    """Where the app may make no channels the doctor says what is missing, and has nothing to fix."""
    slack.scopes.remove("channels:manage")
    _, out, _ = await shell.run("doctor")
    assert "all granted but channels:manage, without which no contact gets a channel" in out


async def test_doctor_knows_a_channel_with_a_new_id(shell: Shell, bot: BotProcess, slack: SlackStandIn) -> None:
    """Where Slack has given SLACK_CHANNEL a new id the doctor says which one to set."""
    assert bot.is_running
    assert await slack.change_id("C0SUPPORT", "C0SHARED") == 200
    _, out, _ = await shell.run("doctor")
    assert "Set SLACK_CHANNEL to C0SHARED" in out


async def test_doctor_looks_after_secrets(shell: Shell) -> None:
    """The doctor says which secrets do not open, and which files others may read and how to change that."""
    database, settings = shell.folder / "bot.db", shell.folder / ".env"
    _, out, _ = await shell.run("doctor")
    assert {"good  secrets           none are stored"} < set(out.splitlines())
    settings.write_text("UNDO_SECONDS=0\n", encoding="utf-8")
    settings.chmod(0o640)
    key = new_key()
    open_for_writing(database).close()
    add_secret(database, FernetSealer([key]).seal("volt-secret"))
    _, out, _ = await shell.run("doctor")
    lines = {line[6:22].strip(): line for line in out.splitlines()[:-1]}
    assert lines["secrets"].startswith("FIX   secrets           ENCRYPTION_KEYS missing, and 1 secret of the workspace")
    assert lines["files"].endswith("  .env: not the owner alone may read it. Run: chmod 600 .env")
    database.chmod(0o644)
    settings.chmod(0o600)
    _, out, _ = await shell.run("doctor", ENCRYPTION_KEYS=key)
    lines = {line[6:22].strip(): line for line in out.splitlines()[:-1]}
    assert lines["secrets"] == "good  secrets           ENCRYPTION_KEYS opens 1 stored secret"
    assert f"  {database}" in lines["files"]
    assert f"Run: chmod 600 {database}" in lines["files"]


async def test_doctor_without_settings(shell: Shell) -> None:
    """With broken settings the doctor names them and ends."""
    code, out, _ = await shell.run("doctor", SLACK_BOT_TOKEN="")
    assert code == 1
    assert "SLACK_BOT_TOKEN  missing" in out


@pytest.mark.parametrize("arguments", [["manifest"], ["manifest", "--socket-mode"]])
async def test_manifest(shell: Shell, arguments: list[str]) -> None:
    """The manifest carries the public address, and none for Socket Mode."""
    code, out, _ = await shell.run(*arguments, PUBLIC_URL="https://bot.acme.example/")
    assert code == 0
    assert "bot.example.com" not in out
    assert out.count("https://bot.acme.example/slack/events") == (0 if "--socket-mode" in arguments else 4)
    assert f"socket_mode_enabled: {'true' if '--socket-mode' in arguments else 'false'}" in out


async def test_manifest_needs_https(shell: Shell) -> None:
    """Without a public https address the manifest for HTTP is refused with the way out."""
    code, _, err = await shell.run("manifest", PUBLIC_URL="")
    assert code == 2
    assert "--socket-mode" in err


async def test_webhooks_are_managed(shell: Shell, bot: BotProcess, volt: VoltStandIn) -> None:
    """Registering passes Volt's unsigned probe, is done once only, is listed, and can be deleted."""
    assert (await shell.run("webhooks", "register"))[0] == 0
    assert "registered already" in (await shell.run("webhooks", "register"))[1]
    _, out, _ = await shell.run("webhooks", "list")
    (line,) = out.splitlines()
    assert f"  {bot.url}/volt/webhooks/…  " in line
    (registered,) = volt.registrations.values()
    secret = registered.url.rpartition("/")[2]
    assert len(secret) >= 32
    assert secret not in out
    assert (await shell.run("webhooks", "delete", line.split()[0]))[0] == 0
    assert not volt.registrations


async def test_register_needs_running_bot(shell: Shell) -> None:
    """Registering while the bot does not run says so, and asks Volt for nothing."""
    code, _, err = await shell.run("webhooks", "register")
    assert code == 1
    assert "does not answer" in err


async def test_backup_and_export(shell: Shell, bot: BotProcess, slack: SlackStandIn, volt: VoltStandIn) -> None:
    """A live database is copied whole, and its texts are exported as JSON Lines, filtered by contact and time."""
    assert bot.is_running
    await volt.text("+15555550145", "Hello")
    await volt.text("+15555550146", "Other")
    await slack.until(lambda: len(slack.channels["C0SUPPORT"].messages) == 4)
    copy = shell.folder / "copy.db"
    code, out, _ = await shell.run("backup", str(copy))
    assert code == 0
    assert out.startswith(f"Wrote {copy}: 2 texts, ")
    with sqlite3.connect(copy) as database:
        assert database.execute("SELECT count(*) FROM message").fetchone() == (2,)
    database.close()
    code, _, err = await shell.run("backup", str(copy))
    assert code == 2
    assert "exists already" in err
    _, out, _ = await shell.run("export", "--contact", "+15555550145")
    (text,) = [json.loads(line) for line in out.splitlines()]
    assert (text["text"], text["direction"], text["contact"]) == ("Hello", "inbound", "+15555550145")
    assert "workspace" not in text
    assert (await shell.run("export", "--since", "2999-01-01"))[1] == ""
    code, out, err = await shell.run("export", "--workspace", "T0NOBODY")
    assert (code, out) == (2, "")
    assert "No workspace has the id T0NOBODY. volt-bot workspaces lists them." in err


@pytest.mark.parametrize(
    "arguments", [["backup", "copy.db"], ["export"], ["export", "--audit"], ["export", "--workspace", "T1"]]
)
async def test_nothing_to_read_yet(shell: Shell, arguments: list[str]) -> None:
    """Without a database each command that reads it says where it looked and what to do, and leaves nothing behind."""
    code, out, err = await shell.run(*arguments)
    assert (code, out) == (2, "")
    assert f"There is no database at {shell.folder / 'bot.db'} yet" in err
    assert "set DATABASE_URL to it" in err
    assert list(shell.folder.iterdir()) == []


@pytest.mark.parametrize("arguments", [["serve"], ["backup", "copy.db"], ["export"], ["export", "--audit"]])
async def test_a_database_from_before_0_2(shell: Shell, arguments: list[str]) -> None:
    """A database of a version before 0.2 is refused in one line with exit code 2, and left as it is."""
    database = shell.folder / "bot.db"
    closed(database)
    before = folder(database)
    code, out, err = await shell.run(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"{database} is from a version before 0.2" in err
    assert folder(database) == before


async def test_backup_into_no_folder(shell: Shell, bot: BotProcess) -> None:
    """A backup into a folder that is not there says so, and not that the database is at fault."""
    assert bot.is_running
    code, _, err = await shell.run("backup", str(shell.folder / "gone" / "copy.db"))
    assert code == 2
    assert err.startswith(f"The folder {shell.folder / 'gone'} does not exist")


async def test_export_from_no_date(shell: Shell) -> None:
    """What is no date is refused with two that are, in place of patterns."""
    code, _, err = await shell.run("export", "--since", "yesterday")
    assert code == 2
    assert '"yesterday" is no date. Write it like 2026-03-31 or 2026-03-31T18:00.' in err
    assert "%" not in err + (await shell.run("export", "--help"))[1]


async def test_nobody_can_be_reached(shell: Shell) -> None:
    """Without a network the doctor blames the network alone, and speaks of no text that would be sent."""
    nowhere = f"http://127.0.0.1:{free_port()}/"
    _, out, _ = await shell.run("doctor", SLACK_API_URL=nowhere, VOLT_API_URL=nowhere)
    lines = {line[6:22].strip(): line[24:] for line in out.splitlines()[:-1]}
    asked = "Slack cannot be reached. Check this machine's network and SLACK_API_URL, then look again."
    assert lines["Slack token"] == lines["Slack channel"] == asked
    assert lines["Slack scopes"].endswith("Look again once Slack answers.")
    assert lines["clock"] == "Slack did not tell the time. Look again once Slack answers."
    said = "Volt cannot be reached just now. Please try again in a minute."
    assert lines["Volt token"] == lines["Volt webhook"] == said
    code, _, err = await shell.run("webhooks", "list", VOLT_API_URL=nowhere)
    assert (code, err) == (1, f"{said}\n")


async def test_doctor_knows_a_refused_token(shell: Shell) -> None:
    """Where Slack refuses the token, that is what has to be mended before the rest can be looked at."""
    _, out, _ = await shell.run("doctor", SLACK_BOT_TOKEN="xoxb-other")
    assert "Slack did not say which permissions the token has. Set a token that Slack accepts" in out


async def test_a_new_key(shell: Shell) -> None:
    """A fresh key is the only thing on standard output, each time another; what to do with it stands beside it."""
    code, out, err = await shell.run("keys", "new", SLACK_BOT_TOKEN="")
    assert code == 0
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}=\n", out)
    assert (await shell.run("keys", "new"))[1] != out
    assert "volt-bot keys rotate" in err
    assert out.strip() not in err
    assert list(shell.folder.iterdir()) == []


async def test_a_key_is_replaced(shell: Shell, bot: BotProcess) -> None:
    """Stored secrets are sealed again once the bot is stopped, as often as one likes; then the old key may go."""
    old, new = new_key(), new_key()
    code, out, err = await shell.run("keys", "rotate")
    assert (code, out, err) == (2, "", "ENCRYPTION_KEYS  missing. Make one with: volt-bot keys new\n")
    _, _, err = await shell.run("keys", "rotate", ENCRYPTION_KEYS=old)
    assert "another volt-bot is using it" in err
    await bot.terminate()
    _, out, _ = await shell.run("keys", "rotate", ENCRYPTION_KEYS=old)
    assert out.startswith("No secret is stored yet.\nThere is no older key.")
    add_secret(shell.folder / "bot.db", FernetSealer([old]).seal("volt-secret"))
    for _ in range(2):
        code, out, err = await shell.run("keys", "rotate", ENCRYPTION_KEYS=f"{new}, {old}")
        assert (code, err) == (0, "")
        assert out.startswith("Sealed 1 secret again under the newest key.\nThe second key in ENCRYPTION_KEYS may be")
        assert new not in out
        assert old not in out
    _, out, _ = await shell.run("keys", "rotate", ENCRYPTION_KEYS=f"{new},{old},{old}")
    assert "The last 2 keys in ENCRYPTION_KEYS may be removed" in out
    assert (await shell.run("keys", "rotate", ENCRYPTION_KEYS=new))[0] == 0


def add_secret(database: Path, sealed: str) -> None:
    """Store a sealed token in a database that nobody has open."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(
            "INSERT INTO connection (workspace, provider, token, made_at) VALUES (1, 'volt', ?, 0)", [sealed]
        )
        connection.commit()


@pytest.mark.parametrize("keys", ["", new_key()], ids=["no key", "another key"])
async def test_a_wrong_key_stops_the_start(shell: Shell, bot: BotProcess, slack: SlackStandIn, keys: str) -> None:
    """Where a stored secret does not open, serve and rotate stop in one line before anything leaves or changes."""
    await bot.terminate()
    key = new_key()
    database = shell.folder / "bot.db"
    add_secret(database, FernetSealer([key]).seal("volt-secret"))
    calls = len(slack.calls)
    for command in (["serve"], ["keys", "rotate"]) if keys else (["serve"],):
        code, out, err = await shell.run(*command, ENCRYPTION_KEYS=keys)
        assert (code, out) == (2, "")
        (line,) = [line for line in err.splitlines() if line.startswith("ENCRYPTION_KEYS  ")]
        assert re.search("1 (stored )?secret of Sandbox", line)
        assert keys == "" or keys not in err
    assert len(slack.calls) == calls
    assert (await shell.run("keys", "rotate", ENCRYPTION_KEYS=f"{new_key()},{key}"))[0] == 0


async def test_restore(shell: Shell, bot: BotProcess) -> None:
    """A backup is put in place once the bot is stopped, after a question; while it runs nothing is touched."""
    copy = str(shell.folder / "copy.db")
    assert (await shell.run("backup", copy))[0] == 0
    code, _, err = await shell.run("restore", copy, "--yes")
    assert code == 2
    assert "another volt-bot is using it" in err
    await bot.terminate()
    code, out, _ = await shell.run("restore", copy, "--yes")
    assert code == 0
    assert "The old database is kept as" in out


async def test_the_audit_trail(shell: Shell, bot: BotProcess, slack: SlackStandIn, volt: VoltStandIn) -> None:
    """What people did in Slack, and every export, is exported with who and when; it can be narrowed to a contact."""
    assert bot.is_running
    await volt.text("+15555550145", "Hello")
    await slack.until(lambda: len(slack.channels["C0SUPPORT"].messages) == 2)
    header = slack.channels["C0SUPPORT"].messages[0]
    await slack.press("U0AVA", "C0SUPPORT", header.ts, "more", value="close:1")
    await shell.run("export", "--contact", "+15555550145")
    _, out, _ = await shell.run("export", "--audit")
    closed, first, second = (json.loads(line) for line in out.splitlines())
    assert (closed["actor"], closed["action"], closed["contact"]) == ("U0AVA", "closed", "+15555550145")
    assert (first["action"], first["detail"]) == ("exported", "contact …0145, what texts")
    assert second["detail"] == "what audit trail"
    _, out, _ = await shell.run("export", "--audit", "--contact", "+15555550145")
    assert [json.loads(line)["action"] for line in out.splitlines()] == ["closed"]
    assert "Hello" not in out
    assert first["actor"] == pwd.getpwuid(os.getuid()).pw_name
    code, out, _ = await shell.run("export", "--audit", "--verify", LOGNAME="somebody else")
    assert (code, out) == (0, "Looked at 1 line of the audit trail, 3 exports and backups: all as they were written.\n")
    await bot.terminate()
    with sqlite3.connect(shell.folder / "bot.db") as database:
        database.execute("UPDATE audit SET actor = 'U0BEN'")
    database.close()
    code, out, _ = await shell.run("export", "--audit", "--verify")
    assert (code, out.splitlines()[0]) == (1, "line 1 was changed")
    code, _, err = await shell.run("export", "--verify")
    assert code == 2
    assert "It needs --audit." in err
