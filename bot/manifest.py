"""Slack app manifests of `manifests/`, filled in for an installation."""

import re
from importlib.resources import files
from pathlib import Path

from bot.config_errors import BadConfig

PLACEHOLDER = "https://bot.example.com"
_REDIRECTS = re.compile(r"^  redirect_urls:.*\n(?:    - .*\n)+", re.MULTILINE)


def fill_in(public_url: str, *, socket_mode: bool) -> str:
    """Return the manifest as YAML. Raises BadConfig where HTTP needs a PUBLIC_URL and there is none.

    Socket Mode needs one only where admins install the app; without it the manifest names no address.
    """
    text = _read("socket-mode.yaml" if socket_mode else "http.yaml")
    is_reachable = public_url.startswith("https://")
    if socket_mode and not is_reachable:
        return _REDIRECTS.sub("", text)
    if not is_reachable:
        raise BadConfig(
            ["PUBLIC_URL  missing or not https. Set it to the bot's address, or use: volt-bot manifest --socket-mode"]
        )
    return text.replace(PLACEHOLDER, public_url)


def _read(name: str) -> str:
    """Find the file beside the package in a source tree, inside it once installed."""
    beside = Path(__file__).parent.parent / "manifests" / name
    if beside.is_file():
        return beside.read_text(encoding="utf-8")
    return files("bot").joinpath("manifests", name).read_text(encoding="utf-8")
