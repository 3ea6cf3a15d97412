"""A headless Chromium, driven over the DevTools protocol: https://chromedevtools.github.io/devtools-protocol/."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import Any, Self

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PAGE_TIMEOUT_S = 60.0
LOOK_S = 0.05
KEYS = {"Enter": ("\r", 13), "Tab": ("", 9), "Escape": ("", 27), "ArrowDown": ("", 40), "ArrowRight": ("", 39)}
SHIFT = 8


def installed() -> str | None:
    """Return the path of a Chromium, or None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """The browser's process; also an async context manager. Its profile lies in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ways_out = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            process = await self._launch()
            stack.push_async_callback(self._end, process)
            self._session = await stack.enter_async_context(aiohttp.ClientSession())
            self._address = f"http://127.0.0.1:{await self._port()}"
            self._ways_out = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._ways_out.aclose()

    async def _launch(self) -> asyncio.subprocess.Process:
        program = installed()
        assert program is not None
        flags = ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={self._folder}", "--disable-gpu"]
        quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        unconfined = ["--no-sandbox", "--disable-dev-shm-usage"] if os.geteuid() == 0 else []
        nowhere = asyncio.subprocess.DEVNULL
        everything = [*flags, *quiet, *unconfined, "about:blank"]
        return await asyncio.create_subprocess_exec(program, *everything, stdout=nowhere, stderr=nowhere)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()

    async def _port(self) -> str:
        """Wait for the file in which the browser says where it listens."""
        said = self._folder / "DevToolsActivePort"
        async with asyncio.timeout(PAGE_TIMEOUT_S):
            while not said.exists() or not said.read_text():  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(LOOK_S)
        return said.read_text().split()[0]

    async def open(self, url: str, *, width: int = 1280, height: int = 800, dark: bool = False) -> Page:
        """Return a new tab with a page in it, in front of the others."""
        async with self._session.put(f"{self._address}/json/new?about:blank") as answer:
            target = await answer.json()
        socket = await self._session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0)
        page = Page(socket)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        colours = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        await page.call("Emulation.setDeviceMetricsOverride", **size)
        await page.call("Emulation.setEmulatedMedia", features=[colours, still])
        await page.call("Emulation.setFocusEmulationEnabled", enabled=True)
        await page.call("Page.enable")
        await page.call("Page.navigate", url=url)
        return page


class Page:
    """A tab."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._count = 0

    async def call(self, method: str, **params: Any) -> Any:
        """Send one command and return its result."""
        self._count += 1
        await self._socket.send_json({"id": self._count, "method": method, "params": params})
        async with asyncio.timeout(PAGE_TIMEOUT_S):
            while True:
                said = json.loads((await self._socket.receive()).data)
                if said.get("id") == self._count:
                    assert "error" not in said, said
                    return said["result"]

    async def run(self, script: str) -> Any:
        """Return the value of an expression in the page; a promise is waited for."""
        said = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    async def until(self, script: str) -> Any:
        """Wait until an expression is true in the page, and return it."""
        try:
            async with asyncio.timeout(PAGE_TIMEOUT_S):
                while not (found := await self.run(script)):  # noqa: ASYNC110 - and neither does a page
                    await asyncio.sleep(LOOK_S)
                return found
        except TimeoutError:
            raise AssertionError(f"never came true in the page: {script}") from None

    async def key(self, name: str, *, shift: bool = False) -> None:
        """Press a key where the focus is."""
        text, code = KEYS[name]
        key = {"key": name, "code": name, "windowsVirtualKeyCode": code, "modifiers": SHIFT if shift else 0}
        await self.call("Input.dispatchKeyEvent", type="keyDown", **key, **({"text": text} if text else {}))
        await self.call("Input.dispatchKeyEvent", type="keyUp", **key)

    async def type(self, words: str) -> None:
        """Type words where the focus is."""
        await self.call("Input.insertText", text=words)

    async def close(self) -> None:
        """Close the tab."""
        await self._socket.send_json({"id": 0, "method": "Page.close"})
        await self._socket.close()
