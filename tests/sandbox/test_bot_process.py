"""BotProcess against real processes: a tiny server of a few lines, and the bot itself."""

import sys
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.bot_process import SOURCE, BotProcess, child_environment

SERVER = """
import http.server, os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()
        self.wfile.write(f"{os.getpid()} {os.getcwd()} {os.environ.get('GREETING', '')}".encode())
    def log_message(self, *_):
        pass
print("about to listen", flush=True)
print("and complaining", file=sys.stderr, flush=True)
for number in range(int(os.environ.get("LINES", "0"))):
    print("line", number, flush=True)
http.server.HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Health).serve_forever()
"""


def process(folder: Path, script: str = SERVER, **settings: str) -> BotProcess:
    """Make a child process of a script, not yet started."""
    program = folder / "program.py"
    program.write_text(script)
    return BotProcess(settings, folder=folder, command=[sys.executable, str(program)])


async def ask(url: str) -> str:
    """Return what it says of itself."""
    async with aiohttp.ClientSession() as session, session.get(f"{url}/healthz") as answer:
        return await answer.text()


async def test_start_returns_once_it_answers(tmp_path: Path) -> None:
    """After start() it listens on its port, in its folder, with the settings given."""
    child = process(tmp_path, GREETING="hello")
    await child.start()
    try:
        assert child.is_running
        assert (await ask(child.url)).split() == [str(child.pid), str(tmp_path), "hello"]
    finally:
        assert await child.terminate() == 0
    assert not child.is_running


async def test_killed_and_started_again(tmp_path: Path) -> None:
    """kill9() ends it by SIGKILL; start() brings a new process up on the same port."""
    child = process(tmp_path)
    await child.start()
    first, url = child.pid, child.url
    await child.kill9()
    assert await child.wait() == -9
    await child.start()
    try:
        assert child.url == url
        assert child.starts == 2
        assert (await ask(url)).split()[0] == str(child.pid) != str(first)
    finally:
        await child.terminate()


async def test_restart_keeps_the_port(tmp_path: Path) -> None:
    """restart() ends it in an orderly way and starts it again where it was."""
    child = process(tmp_path)
    await child.start()
    first = child.pid
    await child.restart()
    try:
        assert (await ask(child.url)).split()[0] == str(child.pid) != str(first)
    finally:
        await child.terminate()


async def test_ending_what_has_ended(tmp_path: Path) -> None:
    """Ending a process that never ran, or is gone, does nothing."""
    child = process(tmp_path)
    assert await child.terminate() is None
    await child.kill9()
    await child.start()
    await child.kill9()
    await child.kill9()
    assert await child.terminate() == -9


async def test_not_started_twice(tmp_path: Path) -> None:
    """A running process is not started a second time."""
    child = process(tmp_path)
    await child.start()
    try:
        with pytest.raises(RuntimeError, match="running already"):
            await child.start()
    finally:
        await child.terminate()


async def test_what_it_writes_is_kept_within_bounds(tmp_path: Path) -> None:
    """Both its streams are kept, the newest 500 lines of them."""
    child = process(tmp_path, LINES="2000")
    await child.start()
    await child.terminate()
    assert len(child.output) == 500
    assert child.output[-1] == "line 1999"
    few = process(tmp_path)
    await few.start()
    await few.terminate()
    assert {"about to listen", "and complaining"} <= set(few.output)


async def test_a_process_that_ends_at_once(tmp_path: Path) -> None:
    """If it ends before it answers, the error says with which code and what it wrote last."""
    child = process(tmp_path, "import sys\nprint('the cupboard is bare', file=sys.stderr)\nsys.exit(3)")
    with pytest.raises(RuntimeError, match=r"(?s)code 3 .*the cupboard is bare"):
        await child.start()
    assert not child.is_running


async def test_a_process_that_never_answers(tmp_path: Path) -> None:
    """If it does not answer within the limit it is killed, and the error says so."""
    child = process(tmp_path, "import time\ntime.sleep(600)")
    with pytest.raises(RuntimeError, match=r"did not answer within 0\.3 s"):
        await child.start(limit_s=0.3)
    assert not child.is_running


async def test_a_process_that_will_not_listen_to_reason(tmp_path: Path) -> None:
    """What ignores SIGTERM is killed after the limit."""
    child = process(tmp_path, SERVER.replace("lambda *_: sys.exit(0)", "signal.SIG_IGN"))
    await child.start()
    assert await child.terminate(limit_s=0.2) == -9


async def test_the_bot_names_what_is_missing(tmp_path: Path) -> None:
    """The bot itself, started without settings, ends with code 2 and names a missing variable."""
    with pytest.raises(RuntimeError, match=r"(?s)code 2 .*SLACK_SIGNING_SECRET"):
        await BotProcess({}, folder=tmp_path).start()


def test_no_stray_setting_is_handed_on() -> None:
    """Settings of the bot and proxies lying around are left out; the rest stays, ours win, our source comes first."""
    around = {"PATH": "/bin", "SLACK_BOT_TOKEN": "stray", "VOLT_API_URL": "stray", "DATABASE_URL": "stray"}
    around |= {"https_proxy": "stray", "PUBLIC_URL": "stray", "PYTHONPATH": "/elsewhere", "LOG_LEVEL": "stray"}
    made = child_environment({"VOLT_API_URL": "ours"}, around)
    assert "stray" not in made.values()
    assert made["PATH"] == "/bin"
    assert made["VOLT_API_URL"] == "ours"
    assert made["PYTHONPATH"].startswith(str(SOURCE))
    assert made["PYTHONPATH"].endswith("/elsewhere")
