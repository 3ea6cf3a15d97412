"""Which provider our numbers are connected to: to Volt, where a test does not say another."""

from __future__ import annotations

from bot.ports.capabilities import Lists
from bot.ports.messaging import Provider
from bot.providers.by_account import ProvidersByAccount
from bot.providers.volt.client import VoltClient
from bot.providers.volt.profile import PROFILE as VOLT
from bot.slack.features.compose.view import Offered
from bot.slack.render.lines import Lines
from bot.slack.render.renderer import Renderer

__all__ = ["OFFERED", "VOLT", "VOLT_LINES", "VOLT_LISTS", "all_by", "renderer"]


def all_by(provider: Provider) -> ProvidersByAccount:
    """Let one provider serve every number."""
    return ProvidersByAccount({}, provider, others=provider)


_NOBODY = VoltClient("http://127.0.0.1:9/graphql", "never used")
VOLT_LINES = Lines(all_by(_NOBODY))
VOLT_LISTS: Lists = _NOBODY
OFFERED = Offered(_NOBODY.file_limits)


def renderer(region: str = "US") -> Renderer:
    """Make a renderer of threads whose numbers are connected to Volt."""
    return Renderer(region, lines=VOLT_LINES)
