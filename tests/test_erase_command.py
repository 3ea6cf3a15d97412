"""`volt-bot erase`: a person is erased beside a running bot, and where none runs."""

from __future__ import annotations

from pathlib import Path

from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.bot_process import BotProcess
from tests.harness.stored_bytes import stored_bytes
from tests.test_command_line import Shell, bot, forks, shell, slack, volt

__all__ = ["bot", "forks", "shell", "slack", "volt"]

DANA, MARCO = "+15555550145", "+15555550146"
CHANNEL = "C0SUPPORT"


async def talk(slack: SlackStandIn, volt: VoltStandIn) -> str:
    """Let two people write, and an agent answer the first; return the first thread."""
    volt.add_contact(DANA, "Dana Whitfield")
    await volt.text(DANA, "my zebrafish", media=[volt.picture_url("parcel.png")])
    await slack.until(lambda: len(slack.files) == 1)
    await volt.text(MARCO, "my lynx")
    await slack.until(lambda: len(slack.channels[CHANNEL].messages) == 5)
    header = next(
        one.ts for one in slack.channels[CHANNEL].messages if not one.is_reply and "Whitfield" in str(one.blocks)
    )
    await slack.say("U0AVA", CHANNEL, "dear quokka", thread_ts=header)
    await slack.until(lambda: bool(volt.outbound(DANA)))
    return header


def is_erased(slack: SlackStandIn, header: str) -> bool:
    """Whether the thread says that the person was erased, and what is left."""
    head = slack.message_at(CHANNEL, header)
    said = "This person was erased" in head.text and "1 message that a colleague wrote" in head.text
    return said and not slack.files


def left_in(database: Path) -> list[bytes]:
    """List what of Dana is in the files of a database."""
    stored = stored_bytes(database)
    return [word for word in (b"zebrafish", b"quokka", b"Whitfield", b"5555550145") if word in stored]


async def test_beside_a_running_bot(shell: Shell, bot: BotProcess, slack: SlackStandIn, volt: VoltStandIn) -> None:
    """The running bot does it, in the database and in Slack; others keep theirs; a later text begins anew."""
    header = await talk(slack, volt)
    code, out, err = await shell.run("erase", DANA)
    assert (code, err) == (0, "")
    assert "Erased …0145: " in out
    assert "1 message that people wrote" in out
    await slack.until(lambda: is_erased(slack, header))
    assert left_in(shell.folder / "bot.db") == []
    assert b"lynx" in stored_bytes(shell.folder / "bot.db")
    await volt.text(DANA, "Hello again")
    await slack.until(lambda: sum(not one.is_reply for one in slack.channels[CHANNEL].messages) == 3)
    await bot.terminate()
    code, out, _ = await shell.run("export", "--audit")
    assert DANA not in out
    assert '"action": "erased"' in out
    assert (await shell.run("export", "--audit", "--verify"))[0] == 0


async def test_while_no_bot_runs(shell: Shell, bot: BotProcess, slack: SlackStandIn, volt: VoltStandIn) -> None:
    """The database is erased at once; the threads when the bot runs next."""
    header = await talk(slack, volt)
    await bot.terminate()
    code, out, _ = await shell.run("erase", DANA)
    assert code == 0
    assert "removed when the bot runs next" in out
    assert left_in(shell.folder / "bot.db") == []
    await bot.start()
    await slack.until(lambda: is_erased(slack, header))


async def test_nobody_and_nonsense(shell: Shell, bot: BotProcess) -> None:
    """A number that nobody has is erased, too, of which nothing is left; what is no number gets a sentence."""
    assert bot.is_running
    code, out, _ = await shell.run("erase", MARCO)
    assert (code, out.splitlines()[0]) == (
        0,
        "Erased …0146: 0 texts in 0 conversations, and whatever else named this number.",
    )
    code, _, err = await shell.run("erase", "Dana")
    assert code == 2
    assert "is not E.164" in err
    code, _, err = await shell.run("erase", DANA, "--workspace", "T0NOBODY")
    assert code == 2
    assert "No workspace has the id T0NOBODY" in err
